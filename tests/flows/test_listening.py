"""Posts late, shuffled, twice, edited and deleted, between failing calls: the benchmark `listening` in small."""

from tests.benchmarks.listening import Damage, Listener
from tests.scripted_platform import ScriptedPlatform


def test_whatever_a_platform_does_each_post_is_stored_once_and_as_it_was_shown_last(database, clock):
    platform = ScriptedPlatform(3_000, seed=4, clock=clock)
    listener = Listener(platform, database, clock, poll_seconds=30)
    listener.listen()
    assert listener.damage() == Damage()
    assert listener.failed
    assert min(listener.platform.faults.values()) > 0
    assert listener.total.edited
    assert listener.total.removed
