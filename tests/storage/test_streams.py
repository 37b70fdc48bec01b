import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

from domain.mention import Cursor
from domain.spend import Spent
from storage import streams
from tests.builders import NOON

DAY = NOON.date()


def test_a_cursor_is_what_was_saved_last(database):
    with database.write() as tx:
        assert streams.cursor(tx, "s") is None
        streams.save_cursor(tx, "s", Cursor("a"), brand="Lumora", at=NOON)
        streams.save_cursor(tx, "s", Cursor("b"), brand="Lumora", at=NOON)
    with database.read() as tx:
        assert streams.cursor(tx, "s") == "b"
        assert streams.cursor(tx, "other") is None


def test_failure_and_recovery_are_each_told_once(database):
    with database.write() as tx:
        assert not streams.read_ok(tx, "s", at=NOON, mentions=1, cost=Decimal(0))
        assert streams.read_failed(tx, "s", at=NOON + timedelta(minutes=1), error="503")
        assert not streams.read_failed(tx, "s", at=NOON + timedelta(minutes=2), error="504")
        (one,) = streams.health(tx, day=DAY)
        assert (one.failing_since, one.last_error) == (NOON + timedelta(minutes=1), "504")
        assert one.last_read_at == NOON
        assert streams.read_ok(tx, "s", at=NOON + timedelta(minutes=3), mentions=2, cost=Decimal(0))
        assert not streams.read_ok(tx, "s", at=NOON + timedelta(minutes=4), mentions=0, cost=Decimal(0))
        (one,) = streams.health(tx, day=DAY)
    assert (one.failing_since, one.last_error, one.mentions_read) == (None, None, 3)


def test_a_first_poll_that_fails_is_told(database):
    with database.write() as tx:
        assert streams.read_failed(tx, "s", at=NOON, error="401")


def test_what_came_of_a_poll_that_failed_in_part_counts(database):
    with database.write() as tx:
        assert streams.read_failed(tx, "s", at=NOON, error="one of two", mentions=3)
        (one,) = streams.health(tx, day=DAY)
    assert (one.mentions_read, one.last_read_at) == (3, None)


def test_spending_adds_up_exactly_by_utc_day(database):
    with database.write() as tx:
        for _ in range(3):
            streams.read_ok(tx, "s", at=NOON, mentions=1, cost=Decimal("0.1"))
        streams.read_ok(tx, "s", at=NOON + timedelta(days=1), mentions=1, cost=Decimal("0.005"))
        streams.read_ok(tx, "t", at=NOON, mentions=1, cost=Decimal("0.2"))
        assert streams.spent(tx, "s", day=DAY) == Spent(Decimal("0.3"), Decimal("0.5"))
        assert streams.spent(tx, "s", day=DAY, apart=["t"]) == Spent(Decimal("0.3"), Decimal("0.3"))
        assert streams.spent(tx, "s", day=DAY + timedelta(days=1)) == Spent(Decimal("0.005"), Decimal("0.005"))
        assert streams.spent(tx, "other", day=DAY) == Spent(Decimal(0), Decimal("0.5"))
        assert [s.spent_today_usd for s in streams.health(tx, day=DAY)] == [Decimal("0.3"), Decimal("0.2")]


def test_what_two_jobs_paid_for_a_stream_at_the_same_time_adds_up(database):
    with database.write() as tx:
        streams.read_ok(tx, "s", at=NOON, mentions=0, cost=Decimal("0.1"))
    both = threading.Barrier(2)

    def pay():
        both.wait()
        for _ in range(40):
            with database.write() as tx:
                streams.charge(tx, "s", Decimal("0.1"), day=DAY)

    with ThreadPoolExecutor(2) as pool:
        for paid in [pool.submit(pay), pool.submit(pay)]:
            paid.result()
    with database.read() as tx:
        assert streams.spent(tx, "s", day=DAY).stream == Decimal("8.1")


def test_what_a_brand_cost_is_that_of_its_streams_on_these_days(database):
    with database.write() as tx:
        for name, brand in (("s", "Lumora"), ("t", "Lumora"), ("u", "Helio")):
            streams.save_cursor(tx, name, "c", brand=brand, at=NOON)
            for days in range(3):
                streams.read_ok(tx, name, at=NOON + timedelta(days=days), mentions=1, cost=Decimal("0.1"))
        until = DAY + timedelta(days=2)
        assert streams.spent_between(tx, brand="Lumora", since=DAY, until=until) == Decimal("0.4")
        assert streams.spent_between(tx, brand="Nobody", since=DAY, until=until) == 0
