from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from domain.brand import Account
from domain.customer import Grade
from domain.engagement import Actions
from domain.event import DayCount, EventCounts, EventKind, Subject, SubjectKind
from storage import customers, erasing, events, links, records
from storage.tables import EventDayRow, EventRow, EventSubjectRow, MembershipRow
from tests.builders import NOON, author, did, record
from tests.storage.values import SECRET

TODAY = NOON.date()
WEEK = {"since": TODAY - timedelta(days=7), "until": TODAY + timedelta(days=1)}
JANE = author()
HER_ACCOUNT = Subject(SubjectKind.ACCOUNT, JANE.key)
VISITOR = Subject(SubjectKind.VISITOR, "v1")


def add(database, *told):
    with database.write() as tx:
        return events.add(tx, told, secret=SECRET)


@pytest.fixture
def jane(database):
    with database.write() as tx:
        return records.add_record(tx, record("c1", accounts=()), at=NOON)


def days(database, customer_id):
    with database.read() as tx:
        return events.by_day(tx, customer_id, **WEEK)


def tie(database, customer_id, *, grade=Grade.VERIFIED):
    with database.write() as tx:
        account, user_id = Account("x", "jane"), JANE.user_id
        return links.tie(tx, customer_id, account, user_id=user_id, grade=grade, evidence="", by="U0MIA", at=NOON)


def test_events_are_counted_by_kind_and_day_of_utc(database, jane):
    late = NOON.replace(hour=23, minute=59)
    told = did(at=late), did(at=NOON), did(at=late + timedelta(minutes=1)), did(EventKind.LOGIN), did(by="c2")
    assert add(database, *told) == EventCounts(added=5)
    assert days(database, jane) == [
        DayCount(TODAY, EventKind.LOGIN, 1),
        DayCount(TODAY, EventKind.VISIT, 2),
    ]
    with database.read() as tx:
        tomorrow = TODAY + timedelta(days=1)
        found = events.by_day(tx, jane, since=tomorrow, until=tomorrow + timedelta(days=1))
    assert found == [DayCount(tomorrow, EventKind.VISIT, 1)]


def test_the_same_event_again_does_nothing(database, jane):
    one, other = did(), did()
    assert add(database, one, one) == EventCounts(added=1, known=1)
    assert add(database, one, other) == EventCounts(added=1, known=1)
    assert add(database) == EventCounts()
    assert days(database, jane) == [DayCount(TODAY, EventKind.VISIT, 2)]


def test_two_sources_may_use_the_same_id(database, jane):
    assert add(database, did(number=1), did(number=1, source="app")) == EventCounts(added=2)


def test_what_a_customer_did_before_she_was_imported_is_hers(database):
    add(database, did(by="c7"))
    with database.write() as tx:
        customer_id = records.add_record(tx, record("c7"), at=NOON)
    assert days(database, customer_id) == [DayCount(TODAY, EventKind.VISIT, 1)]


def test_what_an_account_does_is_hers_while_the_link_stands(database, jane):
    add(database, did(EventKind.SOCIAL_MENTION, by=HER_ACCOUNT))
    assert days(database, jane) == []
    link_id = tie(database, jane)
    assert days(database, jane) == [DayCount(TODAY, EventKind.SOCIAL_MENTION, 1)]
    with database.write() as tx:
        links.untie(tx, link_id, by="U0MIA", at=NOON)
    assert days(database, jane) == []


def test_a_suggested_link_brings_nothing(database, jane):
    add(database, did(by=HER_ACCOUNT))
    tie(database, jane, grade=Grade.SUGGESTED)
    assert days(database, jane) == []


def test_a_merge_moves_memberships_and_all_events_follow_once(database, jane):
    with database.write() as tx:
        twin = records.add_record(tx, record("c2", accounts=()), at=NOON)
    add(database, did(by="c1"), did(by="c2"), did(by="c2"), did(by=HER_ACCOUNT))
    tie(database, jane)
    tie(database, twin)
    with database.write() as tx:
        tx.execute(update(MembershipRow).where(MembershipRow.customer_id == twin).values(customer_id=jane))
    assert days(database, jane) == [DayCount(TODAY, EventKind.VISIT, 4)]
    assert days(database, twin) == []


def test_the_latest_come_first_with_what_they_were_worth(database, jane):
    bought = did(EventKind.PURCHASE, value=Decimal("9.90"), currency="EUR", tactic_code="spring")
    add(database, did(at=NOON - timedelta(hours=1)), bought, did(at=NOON - timedelta(hours=2)))
    with database.read() as tx:
        first, second = events.latest(tx, jane, limit=2)
        (third,) = events.latest(tx, jane, limit=2, offset=2)
    assert (first.kind, first.value, first.currency, first.tactic_code) == (
        EventKind.PURCHASE, Decimal("9.90"), "EUR", "spring",
    )  # fmt: skip
    assert second.at - third.at == timedelta(hours=1)


def test_actions_are_counted_before_and_after_a_day(database, jane):
    def on(days_ago):
        return did(at=NOON - timedelta(days=days_ago))

    add(database, *map(on, (30, 9, 8, 8, 2, 1, 0)), did(EventKind.SUPPORT), did(by=VISITOR), did(by="stranger"))
    period = {"since": TODAY - timedelta(days=14), "middle": TODAY - timedelta(days=7), "until": TODAY}
    with database.read() as tx:
        page = customers.page(tx, after="", limit=9)
        assert page == [jane]
        found = events.actions(tx, page, kinds=[EventKind.VISIT], **period)
        assert found == [Actions(jane, before=3, days_before=7, recent=2, days=7)]
        assert events.actions(tx, [], kinds=[EventKind.VISIT], **period) == []
        assert customers.page(tx, after=jane, limit=9) == []


def test_the_days_before_begin_with_the_first_one(database, jane):
    add(database, did(at=NOON - timedelta(days=9)))
    period = {"since": TODAY - timedelta(days=14), "middle": TODAY - timedelta(days=7), "until": TODAY}
    with database.read() as tx:
        (found,) = events.actions(tx, [jane], kinds=[EventKind.VISIT], **period)
    assert (found.before, found.days_before) == (1, 2)


def test_erasing_a_customer_takes_her_events_and_keeps_later_ones_away(database, jane):
    add(database, did(), did(), did(by="c2"))
    with database.write() as tx:
        assert erasing.holdings(tx, author_keys=[], customer_id=jane).events == 2
        assert erasing.erase_customer(tx, jane, at=NOON).events == 2
    assert add(database, did()) == EventCounts(forgotten=1)
    with database.read() as tx:
        assert [tx.scalar(select(func.count()).select_from(t)) for t in (EventRow, EventDayRow)] == [1, 1]


def test_a_forgotten_account_is_kept_away(database):
    add(database, did(by=HER_ACCOUNT), did(by=VISITOR))
    with database.write() as tx:
        assert events.held(tx, origins=(), author_keys=[JANE.key]) == 1
        assert events.erase(tx, origins=(), author_keys=[JANE.key]) == 1
        assert events.refused_accounts(tx, secret=SECRET) == []
        events.keep_away(tx, [JANE.key], at=NOON, secret=SECRET)
    assert add(database, did(by=HER_ACCOUNT), did(by=VISITOR)) == EventCounts(added=1, forgotten=1)


def test_a_restored_account_that_was_forgotten_is_found(database):
    add(database, did(by=HER_ACCOUNT), did(by=Subject(SubjectKind.ACCOUNT, "x:other")))
    with database.write() as tx:
        events.keep_away(tx, [JANE.key], at=NOON, secret=SECRET)
        assert events.refused_accounts(tx, secret=SECRET) == [JANE.key]


def test_what_is_old_goes_and_who_did_nothing_since_with_it(database, jane):
    add(database, *(did(at=NOON - timedelta(days=ago)) for ago in (3, 2, 1)), did(by="c2", at=NOON - timedelta(days=3)))
    with database.write() as tx:
        assert events.purge(tx, before=TODAY - timedelta(days=1), limit=1) == 1
        assert events.purge(tx, before=TODAY - timedelta(days=1), limit=9) == 1
        assert events.purge(tx, before=TODAY - timedelta(days=1), limit=9) == 0
        assert len(events.latest(tx, jane, limit=9)) == 1
        assert tx.scalar(select(func.count()).select_from(EventSubjectRow)) == 1
    assert days(database, jane) == [DayCount(TODAY - timedelta(days=1), EventKind.VISIT, 1)]


TOLD = st.lists(
    st.builds(
        did,
        st.sampled_from(EventKind),
        by=st.sampled_from(["c1", "c2", HER_ACCOUNT, VISITOR]),
        number=st.integers(1, 30),
        source=st.sampled_from(["shop", "app"]),
        at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 4), timezones=st.just(UTC)),
    ),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(TOLD, max_size=4))
def test_the_counts_by_day_are_those_of_the_events_however_they_come(database, deliveries):
    with database.write() as tx:
        for table in (EventSubjectRow, EventRow, EventDayRow):
            tx.execute(delete(table))
    for told in deliveries:
        add(database, *told)
    distinct = {(event.source, event.source_event_id) for told in deliveries for event in told}
    with database.read() as tx:
        stored = tx.execute(select(EventRow.subject_id, EventRow.at, EventRow.kind)).all()
        counted = {(r.subject_id, r.day, r.kind): r.count for r in tx.scalars(select(EventDayRow))}
    assert len(stored) == len(distinct)
    assert counted == Counter((subject, at.date(), kind) for subject, at, kind in stored)
