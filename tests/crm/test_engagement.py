from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.engagement import NOUNS, engagement_change, noun_of, reason, series, standing, weighed
from domain.engagement import WEIGHTS, BehaviourPolicy, Change, ChangeKind, Praise, Standing
from domain.event import DayCount, EventKind

TODAY = date(2026, 3, 4)
POLICY = BehaviourPolicy()
NO_PRAISE = Praise()


def on(days_ago, kind=EventKind.VISIT, count=1):
    return DayCount(TODAY - timedelta(days=days_ago), kind, count)


def stands(*counts, praise=NO_PRAISE):
    return standing(counts, praise, today=TODAY, policy=POLICY)


def test_a_day_is_worth_what_was_done_on_it():
    found = weighed([on(1, count=3), on(1, EventKind.PURCHASE), on(2, EventKind.SUPPORT, 9)], WEIGHTS)
    assert found == {TODAY - timedelta(days=1): 13}
    assert series(found, since=TODAY - timedelta(days=3), until=TODAY) == [0, 0, 13]


def test_every_kind_has_a_weight_and_a_noun():
    assert set(WEIGHTS) == set(NOUNS) == set(EventKind)


@given(st.lists(st.builds(on, st.integers(0, 9), st.sampled_from(EventKind), st.integers(1, 9))))
def test_the_days_of_a_series_add_up_to_all(counts):
    found = series(weighed(counts, WEIGHTS), since=TODAY - timedelta(days=9), until=TODAY + timedelta(days=1))
    assert sum(found) == pytest.approx(sum(WEIGHTS[one.kind] * one.count for one in counts))


def test_a_change_of_engagement_is_relative_and_those_who_left_count_as_nothing():
    assert engagement_change(55, 50) == pytest.approx(0.1)
    assert engagement_change(0, 50) == -1
    assert engagement_change(5, 0) is None


def test_who_did_nothing_for_four_weeks_is_inactive_and_who_never_did_is_not():
    assert stands(on(28)) == Standing(TODAY - timedelta(days=28), inactive=True, loyal=False, advocate=False)
    assert not stands(on(40), on(27)).inactive
    assert stands(on(40), on(3, EventKind.SUPPORT)).inactive
    assert stands() == Standing(None, inactive=False, loyal=False, advocate=False)


def test_loyalty_is_purchases_over_a_long_time():
    def bought(*days):
        return stands(*(on(ago, EventKind.PURCHASE) for ago in days)).loyal

    assert bought(200, 100, 20)
    assert not bought(200, 20)
    assert not bought(100, 50, 20)
    assert not bought(390, 300, 181)
    assert not stands(*(on(ago) for ago in (200, 100, 20))).loyal


def test_an_advocate_speaks_well_of_us_more_than_once_and_seldom_badly():
    assert stands(praise=Praise(2)).advocate
    assert not stands(praise=Praise(1)).advocate
    assert stands(praise=Praise(3, 1)).advocate
    assert not stands(praise=Praise(2, 1)).advocate
    assert not stands(praise=Praise(0, 0)).advocate


def test_what_was_done_is_named_by_its_kind_where_it_is_mostly_that():
    assert noun_of([on(1, count=8), on(1, EventKind.LOGIN, 2)]) == "visits"
    assert noun_of([on(1, count=7), on(1, EventKind.LOGIN, 3)]) == "actions"
    assert noun_of([]) == "actions"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(ChangeKind.DROP, 12.0, 0, 14, 0.001), "12 visits a week before, none in 14 days; chance 0.1 %"),
        (Change(ChangeKind.DROP, 8.25, 3, 28, 0.00012), "8.2 visits a week before, 3 in 28 days; chance 0.012 %"),
        (Change(ChangeKind.RISE, 0.5, 40, 7, 1e-30), "0.5 visits a week before, 40 in 7 days; chance below 0.01 %"),
    ],
)  # fmt: skip
def test_a_change_is_told_with_its_reason(change, words):
    assert reason(change, "visits") == words
