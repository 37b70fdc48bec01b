"""When a digest falls due: once for each day and channel, whatever happened at the hour."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from domain.message import MessageKind
from flows.digests import enqueue_due_digests
from storage.tables import MessageRow
from tests.builders import NOON, brand, mention

BERLIN = ZoneInfo("Europe/Berlin")


def queued(house):
    with house.database.read() as tx:
        rows = tx.scalars(select(MessageRow).where(MessageRow.kind == MessageKind.DIGEST))
        return sorted((row.subject.partition("|")[2], row.channel) for row in rows)


def days(house):
    return [day for day, _ in queued(house)]


def at(house, **changes):
    return replace(house, brands=(brand(**({"digest_channels": ("C0LEADERS",)} | changes)),))


def moment(day, hour):
    """When the digest of a day is due."""
    return datetime.combine(day + timedelta(days=1), hour, BERLIN).astimezone(UTC)


def live(house, clock, start, hours, *, step=timedelta(minutes=5)):
    """Ask every few minutes, as the schedule does."""
    clock.now = start
    while clock.now < start + timedelta(hours=hours):
        enqueue_due_digests(house=house)
        clock.now += step


def test_each_channel_gets_one(house, clock):
    both = at(house, digest_channels=("C0LEADERS", "C0BOARD"))
    clock.now = datetime(2026, 3, 5, 9, tzinfo=UTC)
    assert enqueue_due_digests(house=both) == 2
    assert enqueue_due_digests(house=both) == 0
    third = at(house, digest_channels=("C0LEADERS", "C0BOARD", "C0NEW"))
    assert enqueue_due_digests(house=third) == 1


def test_down_at_the_hour_it_comes_as_soon_as_the_bot_is_up(house, clock):
    clock.now = datetime(2026, 3, 5, 10, tzinfo=UTC)  # 11:00 in Berlin
    assert enqueue_due_digests(house=house) == 1
    assert days(house) == ["2026-03-04"]


def test_down_until_before_the_next_hour_the_missed_one_still_comes(take, house, clock):
    take(mention("Lumora is down"))  # on the 4th
    clock.now = datetime(2026, 3, 6, 5, tzinfo=UTC)  # the digest of the 4th was due on the 5th
    assert enqueue_due_digests(house=house) == 1
    assert enqueue_due_digests(house=house) == 0
    assert days(house) == ["2026-03-04"]
    live(house, clock, datetime(2026, 3, 6, 5, tzinfo=UTC), 20)
    assert days(house) == ["2026-03-04", "2026-03-05"]


def test_after_days_of_downtime_only_the_latest_comes(take, house, clock):
    take(mention("Lumora is down"))
    live(house, clock, datetime(2026, 3, 5, 6, tzinfo=UTC), 6)
    live(house, clock, datetime(2026, 3, 9, 13, tzinfo=UTC), 6)
    assert days(house) == ["2026-03-04", "2026-03-08"]


def test_a_new_house_makes_up_for_nothing_before_its_first_hour(take, house, clock):
    clock.now = datetime(2026, 3, 5, 6, tzinfo=UTC)  # 07:00 in Berlin
    take(mention("Lumora is down", posted_at=NOON - timedelta(days=3)))
    assert enqueue_due_digests(house=house) == 0


@pytest.mark.parametrize("hour", [time(0), time(2, 30), time(3), time(8), time(23, 59)])
@pytest.mark.parametrize(
    "start",
    [datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)],
    ids=["the clocks go forward on the 29th", "the clocks go back on the 25th"],
)
def test_around_a_change_of_the_clocks_there_is_one_a_day(take, house, clock, hour, start):
    chosen = at(house, digest_at=hour)
    clock.now = start - timedelta(days=3)
    take(mention("Lumora is down", posted_at=clock.now))
    live(chosen, clock, start - timedelta(days=1), 24 * 5)
    found = days(house)
    last = clock.now - timedelta(minutes=5)
    due = [day for n in range(9) if moment(day := (start + timedelta(days=n - 3)).date(), hour) <= last][-5:]
    assert found[-5:] == [day.isoformat() for day in due]
    assert len(found) == len(set(found)) <= 6  # the first may have been made up for


def test_another_hour_brings_no_second_one(take, house, clock):
    take(mention("Lumora is down", posted_at=NOON - timedelta(days=3)))
    live(house, clock, datetime(2026, 3, 5, 7, tzinfo=UTC), 1)  # from 08:00 in Berlin
    for hour in (time(10), time(6), time(8, 30), time(23)):
        live(at(house, digest_at=hour), clock, datetime(2026, 3, 5, 8, tzinfo=UTC), 2)
    assert days(house) == ["2026-03-04"]
    live(at(house, digest_at=time(6)), clock, datetime(2026, 3, 6, 4, tzinfo=UTC), 3)
    assert days(house) == ["2026-03-04", "2026-03-05"]


def test_two_processes_at_the_hour_queue_one(house, clock):
    clock.now = datetime(2026, 3, 5, 9, tzinfo=UTC)
    assert enqueue_due_digests(house=house) + enqueue_due_digests(house=replace(house)) == 1
