"""A source that is read without an error and brings nothing, where it always did."""

from datetime import timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import PlatformError
from flows.ingest import ingest
from flows.reporting import health
from flows.silence import watch_silence
from storage import hours, messages, streams
from tests.builders import NOON, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword

H = timedelta(hours=1)
START = NOON - timedelta(weeks=6)


def poll(house, *posts, answer=None, of=None):
    ingest(of or stream(), poll=Scripted(answer or batch(*posts)), classify=by_keyword, house=house)


@pytest.fixture
def busy(house, clock):
    """Make six weeks in which every hour of the day brought 12 posts, up to noon."""
    clock.now = START
    poll(house)
    with house.database.write() as tx:
        for hour in range(int((NOON - START) / H)):
            hours.add(tx, "lumora on X", {START + hour * H: 12})
        streams.tried(tx, "lumora on X", brand="Lumora", at=NOON)
    clock.now = NOON
    poll(house)
    return stream()


def told(house, clock):
    with house.database.read() as tx:
        return [m.payload for m in messages.pending(tx, at=clock(), per_channel=9) if m.channel == "C0OPS"]


def at(clock, house, hour, *posts):
    clock.now = NOON + hour * H
    poll(house, *posts)
    return watch_silence(listening=[stream()], house=house)


def test_a_silence_is_told_once_it_is_long_enough_and_so_is_its_end(busy, house, clock):
    assert [at(clock, house, hour) for hour in (0, 1, 2, 3)] == [0, 0, 0, 1]
    assert at(clock, house, 5) == 1
    (words,) = told(house, clock)
    assert words.startswith("lumora on X is read without an error, and brings nothing: 3 h of silence, in hours that ")
    assert health(listening=[busy], house=house).streams[0].silent_since == NOON + 3 * H
    assert at(clock, house, 6, mention(posted_at=NOON + 5.5 * H)) == 0
    at(clock, house, 6.1)
    assert told(house, clock)[1] == "✅ lumora on X brings posts again."
    assert health(listening=[busy], house=house).streams[0].silent_since is None


def test_health_knows_how_much_is_usual(busy, house, clock):
    assert health(listening=[busy], house=house).streams[0].usual == 12


def test_what_fails_or_is_still_to_be_read_is_not_called_silent(busy, house, clock):
    clock.now = NOON + 6 * H
    poll(house, answer=PlatformError("503", platform="x"))
    assert watch_silence(listening=[busy], house=house) == 0


def test_a_stream_that_is_young_or_our_own_is_never_called_silent(busy, house, clock):
    clock.now = NOON + 6 * H
    own = stream(kind=SourceKind.OWN_POSTS)
    poll(house, of=stream(name="young"))
    assert watch_silence(listening=[own, stream(name="young")], house=house) == 0


def test_posts_count_in_the_hour_that_they_were_written_in_and_once(house, clock):
    early, late = (mention(posted_at=NOON + minutes * H / 60, number=n) for n, minutes in ((1, 59), (2, 60)))
    for _ in range(2):
        poll(house, early, late)
    with house.database.read() as tx:
        assert hours.between(tx, "lumora on X", start=NOON, end=NOON + 9 * H) == {NOON: 1, NOON + H: 1}
        assert hours.last(tx, "lumora on X") == NOON + H
