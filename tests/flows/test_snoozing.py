from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import text

from crm.snoozing import Rest
from domain.case import CaseState
from domain.errors import InputError, Refused
from domain.message import MessageKind
from flows.alerting import post_pending
from flows.responding import Click, assign, claim, resolve
from flows.snoozing import snooze, snooze_until, wake, wake_due
from storage import audit, cases, messages, outcomes
from tests.builders import BEN, GUS, LEO, MIA, NOON, author, mention


@pytest.fixture
def case_id(take, house):
    post = mention("Lumora is down")
    take(post)
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=post.author.key, thread_id=post.thread_id).id


def look(house, case_id):
    with house.database.read() as tx:
        return cases.file(tx, case_id, value_band=house.band)


def nudges(house):
    with house.database.read() as tx:
        return [m for m in messages.pending(tx, at=house.clock(), per_channel=99) if m.kind is MessageKind.NUDGE]


@pytest.mark.parametrize(
    ("rest", "until"),
    [  # it is Wednesday noon in UTC, one o'clock in Berlin, where Lumora opens at nine
        (Rest.HOUR, NOON + timedelta(hours=1)),
        (Rest.THREE_HOURS, NOON + timedelta(hours=3)),
        (Rest.MORNING, datetime(2026, 3, 5, 8, tzinfo=UTC)),
        (Rest.WEEK, datetime(2026, 3, 9, 8, tzinfo=UTC)),
    ],
)
def test_a_case_rests_until_the_moment_that_was_chosen_and_keeps_its_owner(case_id, house, rest, until):
    claim(Click(case_id, MIA), house=house)
    file = snooze(Click(case_id, BEN), rest=rest, house=house)
    case = file.case
    assert (case.state, case.snoozed_until, case.snoozed_by) == (CaseState.SNOOZED, until, BEN.user_id)
    assert case.owner == MIA.user_id
    assert file.history[-1].action == "snoozed"


def test_a_case_comes_back_by_itself_and_its_owner_is_told_directly(case_id, house, clock, slack, pace):
    claim(Click(case_id, MIA), house=house)
    snooze(Click(case_id, MIA), rest=Rest.HOUR, house=house)
    post_pending(post=slack, pace=pace, house=house)
    clock.advance(minutes=59)
    assert wake_due(house=house) == 0
    clock.advance(minutes=1)
    assert wake_due(house=house) == 1
    assert wake_due(house=house) == 0
    file = look(house, case_id)
    assert (file.case.state, file.case.snoozed_until) == (CaseState.CLAIMED, None)
    assert (file.history[-1].actor, file.history[-1].action) == (None, "snooze is over")
    post_pending(post=slack, pace=pace, house=house)
    (nudge,) = slack.shown(MIA.user_id)
    assert (nudge.reason, nudge.by, nudge.case.id) == ("awake", None, case_id)
    assert nudge.card_url.startswith("https://lumora.slack.com/archives/C0ALERTS/p")
    with house.database.read() as tx:
        assert messages.for_case(tx, case_id).revision > 0
        assert audit.verify(tx, secret=house.secret) == []
        assert tx.scalar(text("SELECT count(*) FROM audit WHERE action = 'wake' AND actor = 'earshot'")) == 1


def test_a_case_without_an_owner_comes_back_to_everybody_and_nobody_is_told(case_id, house, clock):
    snooze(Click(case_id, MIA), rest=Rest.HOUR, house=house)
    clock.advance(hours=1)
    assert wake_due(house=house) == 1
    assert look(house, case_id).case.state is CaseState.NEW
    assert nudges(house) == []


def test_what_was_resolved_meanwhile_does_not_come_back(case_id, house, clock):
    snooze(Click(case_id, MIA), rest=Rest.HOUR, house=house)
    resolve(Click(case_id, MIA), house=house)
    clock.advance(hours=2)
    assert wake_due(house=house) == 0
    assert look(house, case_id).case.state is CaseState.RESOLVED


def test_the_author_wakes_her_case_by_writing_again(take, house):
    first = mention("Lumora is down", by=author("zoe"))
    take(first)
    with house.database.read() as tx:
        found = cases.find(tx, brand="Lumora", author_key=first.author.key, thread_id=first.thread_id)
    snooze(Click(found.id, MIA), rest=Rest.WEEK, house=house)
    take(mention("still awful", by=first.author, thread_id=first.thread_id))
    assert look(house, found.id).case.state is CaseState.NEW
    assert look(house, found.id).history[-1].action == "the author wrote again: no longer snoozed"


def test_a_person_wakes_a_case(case_id, house):
    snooze(Click(case_id, MIA), rest=Rest.WEEK, house=house)
    file = wake(Click(case_id, BEN), house=house)
    assert (file.case.state, file.case.snoozed_until) == (CaseState.NEW, None)
    with pytest.raises(Refused, match="You cannot wake this: it is new now"):
        wake(Click(case_id, BEN), house=house)


def test_a_moment_is_read_in_the_brands_time_zone(case_id, house):
    file = snooze_until(Click(case_id, MIA), day=date(2026, 3, 30), hour=time(9, 30), house=house)
    assert file.case.snoozed_until == datetime(2026, 3, 30, 7, 30, tzinfo=UTC), "summer time has begun"


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        (date(2026, 3, 4), time(12, 59), "over already"),
        (date(2026, 3, 4), time(13), "over already"),
        (date(2026, 4, 3), time(14, 1), "30 days at most"),
    ],
)
def test_the_past_and_the_far_future_are_refused(case_id, house, day, hour, words):
    with pytest.raises(InputError, match=words):
        snooze_until(Click(case_id, MIA), day=day, hour=hour, house=house)
    assert look(house, case_id).case.state is CaseState.NEW


def test_the_clock_of_the_response_goes_on(case_id, house):
    due = look(house, case_id).case.due_at
    snooze(Click(case_id, MIA), rest=Rest.WEEK, house=house)
    assert look(house, case_id).case.due_at == due
    with house.database.read() as tx:
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON.replace(hour=13))
    assert fact.due_at == due


def test_an_assignment_makes_an_owner_and_tells_her(case_id, house, slack, pace):
    claim(Click(case_id, MIA), house=house)
    file = assign(Click(case_id, MIA), to=BEN, house=house)
    assert (file.case.owner, file.case.state) == (BEN.user_id, CaseState.CLAIMED)
    line = file.history[-1]
    assert (line.actor, line.action, line.whom) == (MIA.user_id, "assigned to", BEN.user_id)
    post_pending(post=slack, pace=pace, house=house)
    (nudge,) = slack.shown(BEN.user_id)
    assert (nudge.reason, nudge.by) == ("assigned", MIA.user_id)


def test_who_takes_a_case_over_herself_is_not_told_of_it(case_id, house):
    claim(Click(case_id, MIA), house=house)
    assert assign(Click(case_id, BEN), to=BEN, house=house).case.owner == BEN.user_id
    assert nudges(house) == []
    with pytest.raises(Refused, match="owns this already"):
        assign(Click(case_id, MIA), to=BEN, house=house)


@pytest.mark.parametrize("to", [LEO, GUS])
def test_nobody_gets_a_case_whom_no_role_lets_work_on_it(case_id, house, to):
    with pytest.raises(Refused, match="may not work on cases: that takes one of the roles crm_admin, social_expert"):
        assign(Click(case_id, MIA), to=to, house=house)
    assert look(house, case_id).case.owner is None


def test_a_snoozed_case_that_is_assigned_rests_no_longer(case_id, house, clock):
    snooze(Click(case_id, MIA), rest=Rest.HOUR, house=house)
    assert assign(Click(case_id, MIA), to=BEN, house=house).case.snoozed_until is None
    clock.advance(hours=2)
    assert wake_due(house=house) == 0


def test_the_same_assignment_delivered_three_times_is_told_once(case_id, house):
    for _ in range(3):
        assign(Click(case_id, MIA, "a1"), to=BEN, house=house)
    assert len(nudges(house)) == 1
    assert len(look(house, case_id).history) == 1
