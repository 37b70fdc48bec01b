import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.kpis import KPIS, Facts, compute
from domain.case import CaseKind
from domain.digest import Volume
from tests.builders import NOON, brand, outcome

H = timedelta(hours=1)


def facts(outcomes, *, now=NOON + 48 * H, volume=None, customers=0, with_account=0):
    volume = volume or Volume(0, 0, 0, 0, 0, 0, 0)
    return Facts(brand(), outcomes, volume, customers, with_account, now, 24 * H)


def kpi(name, *args, **kwargs):
    return KPIS[name](facts(*args, **kwargs))


def test_response_rate_counts_answers_within_the_window_over_complaints_old_enough():
    cases = [
        outcome(answered_after=1 * H),
        outcome(answered_after=24 * H),
        outcome(answered_after=25 * H),
        outcome(),
        outcome(posted_at=NOON + 47 * H, answered_after=1 * H),  # too young to count
    ]
    rate = kpi("response_rate", cases)
    assert (rate.numerator, rate.denominator, rate.value) == (2, 4, 0.5)


@pytest.mark.parametrize(
    "left_out",
    [outcome(kind=CaseKind.OPPORTUNITY), outcome(eligible=False), outcome(not_us=True)],
    ids=["opportunity", "not eligible", "not us"],
)
def test_what_is_no_eligible_complaint_is_outside_the_rate(left_out):
    assert kpi("response_rate", [left_out]).denominator == 0


def test_a_rate_of_nothing_is_none_and_never_zero():
    assert all(k.value is None for k in compute(facts([])) if k.unit in {"share", "ratio", "seconds"})


def test_the_median_is_kaplan_meier_so_that_the_unanswered_count():
    cases = [outcome(answered_after=1 * H), outcome(answered_after=2 * H), outcome(), outcome(), outcome()]
    median = kpi("first_response_median", cases)
    assert median.value is None  # the mean of the answered would say 1.5 h
    assert median.note.startswith("not reached")
    assert (median.numerator, median.denominator) == (2, 5)


def test_an_early_censoring_shifts_the_median():
    cases = [
        outcome(answered_after=1 * H),
        outcome(posted_at=NOON + 46.5 * H),  # censored at 1.5 h
        outcome(answered_after=2 * H),
        outcome(answered_after=3 * H),
    ]
    # S(1) = 3/4; at 1.5 one leaves the risk set; S(2) = 3/4 * 1/2 = 0.375 <= 0.5
    assert kpi("first_response_median", cases).value == 2 * 3600


def test_business_hours_do_not_count_the_night():
    evening = NOON + 4.5 * H  # 17:30 in Berlin
    case = outcome(posted_at=evening, answered_after=16 * H)  # 09:30 the next day
    assert kpi("first_response_median_business", [case]).value == 3600
    assert kpi("first_response_median", [case]).value == 16 * 3600


def test_sla_counts_what_was_due_or_answered():
    cases = [outcome(answered_after=8 * H), outcome(answered_after=9 * H), outcome(), outcome(posted_at=NOON + 47 * H)]
    kept = kpi("sla_kept", cases)
    assert (kept.numerator, kept.denominator) == (1, 3)


def test_coverage_and_net_sentiment():
    assert kpi("identity_coverage", [], customers=4, with_account=1).value == 0.25
    assert kpi("net_sentiment", [], volume=Volume(10, 2, 3, 5, 0, 0, 0)).value == pytest.approx(0.3)


@given(st.randoms(use_true_random=False), st.lists(st.one_of(st.none(), st.integers(0, 2_000)), max_size=30))
def test_the_order_of_arrival_changes_nothing(rng: random.Random, minutes):
    cases = [outcome(answered_after=None if m is None else timedelta(minutes=m)) for m in minutes]
    shuffled = cases[:]
    rng.shuffle(shuffled)
    assert compute(facts(cases)) == compute(facts(shuffled))


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=40))
def test_without_censoring_the_median_is_the_plain_lower_median(minutes):
    cases = [outcome(answered_after=timedelta(minutes=m)) for m in minutes]
    assert kpi("first_response_median", cases).value == sorted(minutes)[(len(minutes) - 1) // 2] * 60
