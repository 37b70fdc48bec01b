"""What platforms count, beside what is stored."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.errors import PlatformError
from domain.health import BlindSpot, Headroom
from flows.counting import count_blind_spots
from flows.ingest import ingest
from flows.reporting import health
from storage import streams
from tests.builders import NOON, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword

MIDNIGHT = NOON + timedelta(hours=12)
YESTERDAY = NOON.date()


class Counting(Scripted):
    """A poll of a platform that counts, and that knows its quota."""

    count_usd = Decimal("0.005")

    def __init__(self, *answers, counted=4):
        super().__init__(*answers)
        self.counted, self.calls = counted, []

    def count(self, since, until):
        self.calls.append((since, until))
        if isinstance(self.counted, Exception):
            raise self.counted
        return self.counted

    def headroom(self):
        return Headroom(left=449, limit=450, resets_at=NOON)


def poll_all_day(house, clock, of, *posts):
    for moment, batched in ((NOON - timedelta(hours=13), ()), (NOON, posts), (MIDNIGHT, ())):
        clock.now = moment
        ingest(of, poll=Scripted(batch(*batched)), classify=by_keyword, house=house)


@pytest.fixture
def heard(house, clock):
    """Hear three posts on a whole day, one of them by another stream first."""
    poll_all_day(house, clock, stream(name="mentions"), mention(number=3))
    poll_all_day(house, clock, stream(), mention(number=1), mention(number=2), mention(number=3))
    clock.now = MIDNIGHT + timedelta(hours=1)
    return [stream(), stream(name="mentions")]


def test_a_day_is_counted_once_and_paid_for(heard, house):
    poll = Counting()
    for _ in range(2):
        count_blind_spots(listening=heard, polls={"lumora on X": poll}, house=house)
    assert poll.calls == [(MIDNIGHT - timedelta(days=1), MIDNIGHT)]
    spot = health(listening=heard, house=house).streams[0].blind_spot
    assert spot == BlindSpot("lumora on X", YESTERDAY, expected=4, own=2, siblings=1)
    with house.database.read() as tx:
        assert streams.spent(tx, "lumora on X", day=MIDNIGHT.date()).stream == Decimal("0.005")


def test_nothing_is_counted_before_what_is_late_has_come(heard, house, clock):
    clock.now = MIDNIGHT + timedelta(minutes=59)
    assert count_blind_spots(listening=heard, polls={"lumora on X": Counting()}, house=house) == 0


def test_nothing_is_counted_beyond_the_budget(house, clock, heard):
    poll = Counting()
    capped = stream(daily_cap_usd=Decimal("0.004"))
    assert count_blind_spots(listening=[capped], polls={"lumora on X": poll}, house=house) == 0
    assert poll.calls == []


def test_a_count_that_fails_costs_nothing_and_is_tried_again(heard, house):
    poll = Counting(counted=PlatformError("503", platform="x"))
    assert count_blind_spots(listening=heard, polls={"lumora on X": poll}, house=house) == 0
    poll.counted = 3
    assert count_blind_spots(listening=heard, polls={"lumora on X": poll}, house=house) == 1


def test_a_day_that_was_not_listened_to_as_a_whole_is_not_compared(house, clock):
    clock.now = NOON
    ingest(stream(), poll=Scripted(batch()), classify=by_keyword, house=house)
    clock.now = MIDNIGHT + timedelta(hours=1)
    ingest(stream(), poll=Scripted(batch()), classify=by_keyword, house=house)
    assert count_blind_spots(listening=[stream()], polls={"lumora on X": Counting()}, house=house) == 0


def test_a_platform_that_does_not_count_is_left_alone(heard, house):
    assert count_blind_spots(listening=heard, polls={"lumora on X": Scripted()}, house=house) == 0
    assert count_blind_spots(listening=heard, polls={"lumora on X": Counting(counted=None)}, house=house) == 0


def test_a_poll_that_knows_its_quota_tells_it(house):
    ingest(stream(), poll=Counting(batch()), classify=by_keyword, house=house)
    assert health(listening=[stream()], house=house).streams[0].headroom == Headroom(449, 450, NOON)
