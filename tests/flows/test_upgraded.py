"""Life goes on in a database that an older Earshot had filled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crm.snoozing import Rest
from domain.case import CaseState
from domain.forgetting import ForgettingState
from flows.alerting import post_pending, update_changed
from flows.digests import enqueue_due_digests
from flows.forgetting import confirm, offer
from flows.kpi_days import close_days, report
from flows.responding import Click, claim
from flows.snoozing import snooze, wake_due
from storage import audit, cases, closed_days, customers
from storage.database import open_database
from tests.builders import ADA, BEN, MIA, author, mention
from tests.released import SECRET, release

MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
"""When the release was last at work in its database."""

WEEK = (date(2026, 3, 2), date(2026, 3, 9))


@pytest.fixture
def database(bare_url):
    release(bare_url)
    database = open_database(bare_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def house(house, clock):
    clock.now = MONDAY
    return replace(house, secret=SECRET)


def case_of(house, handle, thread):
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=f"x:id-{handle}", thread_id=thread)


def figures(house):
    kpis = report(brand=house.brands[0], since=WEEK[0], until=WEEK[1], house=house).kpis
    return {kpi.name: (kpi.numerator, kpi.denominator) for kpi in kpis}


def test_what_waited_is_posted_and_old_cards_change(house, slack, pace):
    assert len(post_pending(post=slack, pace=pace, house=house).posted) == 2
    assert enqueue_due_digests(house=house) == 0
    waiting = case_of(house, "kim", "x:109")
    shown = claim(Click(waiting.id, MIA), house=house)
    assert (shown.case.owner, shown.case.state) == ("U0MIA", CaseState.CLAIMED)
    assert update_changed(post=slack, house=house).updated == 1
    assert [content.case.owner for content in slack.shown()] == ["U0MIA"]


def test_an_old_case_rests_and_wakes(house, clock):
    case = case_of(house, "joe", "x:102")
    snooze(Click(case.id, BEN), rest=Rest.HOUR, house=house)
    clock.now += timedelta(hours=2)
    assert wake_due(house=house)
    assert case_of(house, "joe", "x:102").state is CaseState.CLAIMED


def test_an_author_goes_on_in_her_old_thread(house, take):
    thread = {"thread_id": "x:101", "posted_at": MONDAY}
    report = take(mention("still down", number=301, by=author("jane"), **thread), cursor="c4")
    assert (report.filed.joined, report.filed.complaints) == (1, 0)
    assert case_of(house, "jane", "x:101").state not in {CaseState.ANSWERED, CaseState.RESOLVED}


def test_old_days_are_closed_with_the_figures_that_they_had(house, clock):
    before = figures(house)
    assert (before["mentions"], before["complaints"], before["opportunities"]) == ((7, None), (4, None), (1, None))
    assert (before["response_rate"], before["not_us"], before["net_sentiment"]) == ((1, 4), (1, 6), (-1, 5))
    clock.now = MONDAY + timedelta(days=20)
    assert close_days(house=house)
    with house.database.read() as tx:
        assert date(2026, 3, 4) in closed_days.days(tx, brand="Lumora")
    assert figures(house) == before


def test_a_customer_of_the_release_is_forgotten(house):
    (offered,) = offer("jane@example.com", person=ADA, house=house)
    assert confirm(offered.id, person=ADA, house=house).state is ForgettingState.ERASED
    with house.database.read() as tx:
        assert customers.find(tx, "jane@example.com") == []
        assert audit.verify(tx, secret=SECRET) == []
