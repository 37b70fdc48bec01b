"""Targets whose line begins where the KPI stood before they did."""

from dataclasses import replace
from datetime import timedelta

from domain.case import CaseKind
from domain.scorecard import Target
from flows import scoring
from flows.kpi_days import facts_of
from storage import outcomes
from tests.builders import NOON, outcome

TODAY = NOON.date()
BY = TODAY + timedelta(days=30)


def test_each_target_begins_where_its_kpi_stood_and_each_period_is_read_once(house, monkeypatch):
    recent, before = NOON - timedelta(days=2), NOON - timedelta(days=40)
    chance = outcome(posted_at=recent, kind=CaseKind.OPPORTUNITY)
    with house.database.write() as tx:
        for fact in (*(outcome(posted_at=at) for at in (recent, recent, recent, before, before)), chance):
            outcomes.put(tx, fact)
    targets = (
        Target("complaints", 0, by=BY, since=TODAY),
        Target("opportunities", 9, by=BY, since=TODAY),
        Target("complaints", 0, by=BY, since=TODAY - timedelta(days=30)),
        Target("complaints", 0, by=BY, since=TODAY - timedelta(days=10), baseline=8),
    )
    read = []

    def counted(tx, **asked):
        read.append(asked["until"])
        return facts_of(tx, **asked)

    monkeypatch.setattr(scoring, "facts_of", counted)
    found = scoring.scores(brand=house.brands[0], house=replace(house, targets=targets))
    assert [score.expected for score in found] == [3, 1, 1, 6]
    assert len(read) == 3, "the present, and what was before each of the two days"
