"""The ledger of gaps, through the polls that make and fill them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.errors import CredentialsError, CursorTooOldError, PlatformError
from domain.gap import GapReason, GapState, Hearing
from flows.digest import digest
from flows.evidence import Question, rows_behind
from flows.hearing import forget_old, hearing_of, missed_of
from flows.ingest import ingest
from flows.kpi_days import close_days, report
from flows.notices import read_notice
from flows.reporting import health
from storage import gaps, messages
from storage.tables import GapRow
from tests.builders import NOON, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword

M = timedelta(minutes=1)
DOWN = PlatformError("503", platform="x")


@pytest.fixture
def poll(house, clock):
    """Poll once with this answer, at this minute after noon."""

    def poll(minute, answer=None, *, of=None):
        clock.now = NOON + minute * M
        return ingest(of or stream(), poll=Scripted(answer or batch()), classify=by_keyword, house=house)

    return poll


def ledger(house):
    with house.database.read() as tx:
        rows = tx.query(GapRow).order_by(GapRow.number).all()
        return [(row.reason, row.state, (row.since - NOON) / M, row.until and (row.until - NOON) / M) for row in rows]


def minutes(gap):
    assert gap.until is not None
    return (gap.until - gap.since) / M


def test_polls_that_succeed_leave_no_gap(poll, house):
    for minute in range(5):
        poll(minute)
    assert ledger(house) == []


def test_a_failing_platform_makes_a_gap_from_the_last_reading_that_the_next_reading_fills(poll, house):
    poll(0)
    poll(1, DOWN)
    poll(2, DOWN)
    assert ledger(house) == [(GapReason.FAILING, GapState.OPEN, 0, None)]
    poll(3)
    assert ledger(house) == [(GapReason.FAILING, GapState.FILLED, 0, 3)]


def test_a_gap_is_filled_only_when_nothing_more_is_waiting(poll, house):
    poll(0)
    poll(1, DOWN)
    poll(2, batch(mention(), capped=True))
    assert ledger(house) == [(GapReason.FAILING, GapState.OPEN, 0, 2)]
    poll(3)
    assert ledger(house) == [(GapReason.FAILING, GapState.FILLED, 0, 2)]


def test_a_backlog_is_a_gap_until_it_is_read(poll, house):
    poll(0)
    poll(1, batch(mention(), capped=True))
    poll(2, batch(mention(), capped=True))
    assert ledger(house) == [(GapReason.BEHIND, GapState.OPEN, 0, 2)]
    poll(3)
    assert ledger(house) == [(GapReason.BEHIND, GapState.FILLED, 0, 2)]


def test_the_first_reading_of_history_is_no_gap_however_long_it_takes(poll, house):
    poll(0, batch(mention(), capped=True))
    assert ledger(house) == []


def test_downtime_is_a_gap_from_the_last_reading_to_the_first_poll(poll, house):
    poll(0)
    poll(90)
    assert ledger(house) == [(GapReason.DOWN, GapState.FILLED, 0, 90)]


def test_a_start_after_downtime_with_a_platform_that_fails_names_both(poll, house):
    poll(0)
    poll(90, DOWN)
    poll(95, CredentialsError("401", platform="x"))
    poll(97)
    assert ledger(house) == [
        (GapReason.DOWN, GapState.FILLED, 0, 90),
        (GapReason.FAILING, GapState.FILLED, 90, 97),
    ]


def test_the_daily_cap_is_a_gap_of_its_own(poll, house):
    capped = stream(daily_cap_usd=Decimal("0.10"))
    poll(0, batch(mention(), cost_usd=Decimal("0.10")), of=capped)
    poll(1, of=capped)
    poll(2, DOWN, of=capped)
    assert ledger(house) == [(GapReason.CAP, GapState.OPEN, 0, None)]
    poll(12 * 60, of=capped)  # midnight
    assert ledger(house) == [(GapReason.CAP, GapState.FILLED, 0, 12 * 60)]


def test_what_the_platform_serves_no_more_is_lost_for_good_and_told_once(poll, house):
    poll(0)
    gone = CursorTooOldError("X is searched back for 7 days only.", platform="x", since=NOON, until=NOON + 30 * M)
    assert poll(100, gone).error == str(gone)
    poll(101, gone)  # after a restart the listener says so again
    poll(102)
    lost = [each for each in ledger(house) if each[1] is GapState.LOST]
    assert lost == [(GapReason.OUT_OF_REACH, GapState.LOST, 0, 30)]
    assert [each for each in ledger(house) if each[1] is GapState.OPEN] == []
    with house.database.read() as tx:
        told = [m.payload for m in messages.pending(tx, at=NOON + 200 * M, per_channel=9)]
        assert hearing_of(tx, brand="Lumora", start=NOON, end=NOON + 100 * M) == Hearing(70, 100)
    assert told == ["X is searched back for 7 days only."]


def test_bounds_that_are_not_known_are_the_last_reading_and_now(poll, house):
    poll(0)
    poll(10, CursorTooOldError("The saved place cannot be read.", platform="x"))
    assert ledger(house) == [(GapReason.OUT_OF_REACH, GapState.LOST, 0, 10)]


def test_nothing_is_lost_where_the_platform_reaches_beyond_the_last_reading(poll, house):
    poll(0)
    poll(1, CursorTooOldError("unreadable", platform="x", until=NOON - timedelta(days=7)))
    assert ledger(house) == []


def test_gap_and_cursor_are_stored_together_or_not_at_all(poll, house, clock):
    poll(0)
    poll(1, DOWN)

    def broken(readings):
        raise RuntimeError("the model died")

    with pytest.raises(RuntimeError):
        ingest(stream(), poll=Scripted(batch(mention("awful"))), classify=broken, house=house)
    assert ledger(house) == [(GapReason.FAILING, GapState.OPEN, 0, None)]


def test_a_kpi_says_how_much_was_read_and_a_closed_day_keeps_it(poll, house, clock):
    poll(0, batch(mention("Lumora is down", posted_at=NOON)))
    for minute in range(1, 600):
        poll(minute, DOWN if 100 <= minute < 160 else None)
    gone = CursorTooOldError("gone", platform="x", since=NOON + 100 * M, until=NOON + 130 * M)
    poll(600, gone)
    poll(601)
    (lumora,) = house.brands
    day = NOON.date()

    def figure():
        found = {k.name: k for k in report(brand=lumora, since=day, until=day + timedelta(days=1), house=house).kpis}
        return found["integration_health"]

    assert (figure().numerator, figure().denominator) == (571, 601)
    (row,) = rows_behind(
        Question("integration_health", lumora, day, day + timedelta(days=1)), person=None, house=house
    ).rows
    assert (row.id, row.weight, row.of, row.state) == ("lumora on X", 571, 601, "out_of_reach")
    told = digest(brand=lumora, day=day, house=house).gaps
    assert [(gap.reason, minutes(gap)) for gap in told] == [(GapReason.OUT_OF_REACH, 30)]
    poll(60 * 48)
    before = figure()
    assert close_days(house=house) == 1
    assert figure() == before
    with house.database.write() as tx:
        for gap in gaps.between(tx, brand="Lumora", start=NOON, end=NOON + 600 * M):
            gaps.change(tx, gap.number, until=gap.until, state=GapState.FILLED)
    assert figure() == before  # a closed day stays as it was


def test_health_lists_the_gaps_of_the_last_week_of_the_streams_that_there_are(poll, house, clock):
    poll(0)
    poll(1, DOWN)
    poll(0, of=stream(name="gone"))
    poll(1, DOWN, of=stream(name="gone"))
    poll(30, DOWN)
    (gap,) = health(listening=[stream()], house=house).gaps
    assert (gap.stream, minutes(gap)) == ("lumora on X", 30)
    poll(8 * 24 * 60, DOWN)
    (gap,) = health(listening=[stream()], house=house).gaps
    assert gap.since == clock.now - timedelta(days=7)


def test_a_stream_that_is_no_longer_listened_to_misses_nothing_more(poll, house, clock):
    poll(0, of=stream(name="gone"))
    poll(1, DOWN, of=stream(name="gone"))
    clock.now = NOON + timedelta(days=2)
    assert digest(brand=house.brands[0], day=clock.now.date() - timedelta(days=1), house=house).gaps == ()
    with house.database.read() as tx:
        assert hearing_of(tx, brand="Lumora", start=NOON, end=clock.now) == Hearing(0, 1)


def test_of_gaps_inside_each_other_the_lost_one_is_told(poll, house):
    poll(0)
    poll(1, DOWN)
    poll(2, CursorTooOldError("gone", platform="x", since=NOON - 5 * M, until=NOON + 60 * M))
    with house.database.read() as tx:
        told = missed_of(tx, brand="Lumora", start=NOON, end=NOON + 30 * M)
    assert [gap.reason for gap in told] == [GapReason.OUT_OF_REACH]


def test_gaps_that_were_filled_long_ago_are_dropped(poll, house, clock):
    poll(0)
    poll(1, DOWN)
    poll(2)
    clock.now = NOON + timedelta(days=31)
    forget_old(house=house)
    assert ledger(house) == []


def test_a_flapping_source_is_told_a_few_times_a_day_and_not_each_time(poll, house, clock):
    poll(0)
    for minute in range(1, 24 * 60):
        poll(minute, DOWN if minute % 10 < 3 else None)
    with house.database.read() as tx:
        told = [
            read_notice(m.payload).text
            for m in messages.pending(tx, at=clock(), per_channel=999)
            if m.channel == "C0OPS"
        ]
    assert [words.split(" ", 3)[3] for words in told] == [
        "cannot be read: 503",
        "is read again, for 2 min without a failure.",
        "cannot be read: 503",
    ]


def test_a_failure_that_the_next_poll_mends_is_told_to_nobody(poll, house, clock):
    for minute in range(0, 600, 10):
        poll(minute)
        poll(minute + 0.5, DOWN)
        poll(minute + 1)
    with house.database.read() as tx:
        assert messages.pending(tx, at=clock(), per_channel=9) == []


def test_streams_that_fail_for_the_same_reason_share_one_alert_and_one_recovery(poll, house, clock):
    names = ["one", "two", "three"]
    refused = CredentialsError("401: renew the token", platform="x")
    for minute, answer in ((0, None), (1, refused), (2, refused), (3, None), (6, None)):
        for name in names:
            poll(minute, answer, of=stream(name=name))
    with house.database.read() as tx:
        told = [read_notice(m.payload).text for m in messages.pending(tx, at=clock(), per_channel=9)]
    assert told == [
        "one cannot be read: 401: renew the token",
        "one is read again, for 2 min without a failure.",
    ]
