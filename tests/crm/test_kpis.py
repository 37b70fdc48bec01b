import random
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.kpi_facts import Facts, total
from crm.kpis import COUNTED, KPIS, LOWER_IS_BETTER, compute
from domain.case import CaseKind
from domain.customer import Coverage
from domain.quality import Estimate, LiveFigure
from domain.volume import Volume
from tests.builders import NOON, brand, outcome

H = timedelta(hours=1)


def facts(outcomes, *, now=NOON + 48 * H, volume=None, coverage=None, **more):
    volume = volume or Volume(0, 0, 0, 0, 0, 0, 0)
    return Facts(brand(), outcomes, volume, coverage or Coverage(0, 0, 0), now, 24 * H, **more)


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
    assert median.note == "too few have been answered to reach it"
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
    known = Coverage(customers=8, verified=1, supplied=3)
    assert kpi("identity_coverage", [], coverage=known).value == 0.5
    assert kpi("identity_coverage_verified", [], coverage=known).value == 0.125
    assert kpi("identity_coverage_supplied", [], coverage=known).value == 0.375
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


def test_of_a_closed_day_nothing_later_is_known():
    waits, answered = outcome(id="waits"), outcome(answered_after=1 * H)
    closings = {"waits": NOON + 30 * H, answered.id: NOON + 30 * H}
    later = {"now": NOON + 900 * H, "closings": closings}
    assert facts([waits], **later).waits() == [(30 * 3600, True)]
    young = outcome(id="young", posted_at=NOON + 20 * H)
    closings["young"] = NOON + 30 * H
    assert kpi("answered_within_24h", [waits, answered, young], **later).denominator == 2


def test_a_case_that_was_not_due_when_its_day_closed_counts_once_it_is():
    case = outcome(id="weekend", due_at=NOON + 70 * H)
    closed = {"closings": {"weekend": NOON + 40 * H}}
    assert kpi("sla_kept", [case], now=NOON + 50 * H, **closed).denominator == 0
    missed = kpi("sla_kept", [case], now=NOON + 70 * H, **closed)
    assert (missed.numerator, missed.denominator) == (0, 1)
    late = {"late_answers": {"weekend": NOON + 60 * H}}
    kept = kpi("sla_kept", [case], now=NOON + 70 * H, **closed, **late)
    assert (kept.numerator, kept.denominator) == (1, 1)
    assert kpi("first_response_median", [case], now=NOON + 70 * H, **closed, **late).value is None


def test_what_people_judged_corrects_the_figures():
    judged = LiveFigure("complaint", Estimate(0.8, 0.6, 0.9), Estimate(0.5, 0.3, 0.7), 8, 10, 16)
    cases = [outcome(answered_after=1 * H), outcome(), outcome(), outcome()]
    assert kpi("complaints_corrected", cases, found=judged).value == pytest.approx(4 * 0.8 / 0.5)
    rate = kpi("response_rate_corrected", cases, found=judged)
    assert rate.value == pytest.approx(0.25 * 0.5)  # the raw rate x recall: precision cancels
    assert (rate.numerator, rate.denominator) == (pytest.approx(0.8), pytest.approx(6.4))
    for name in ("complaints_corrected", "response_rate_corrected"):
        assert kpi(name, cases).value is None


def test_no_share_of_voice_is_made_up():
    ours = kpi("share_of_voice", [], volume=Volume(10, 2, 3, 5, 0, 0, 0))
    assert (ours.value, ours.numerator, ours.denominator) == (None, None, None)


@given(
    st.lists(
        st.builds(
            outcome,
            answered_after=st.none() | st.integers(0, 3_000).map(lambda m: timedelta(minutes=m)),
            posted_at=st.integers(0, 47).map(lambda h: NOON + h * H),
            kind=st.sampled_from(CaseKind),
            eligible=st.booleans(),
            not_us=st.booleans(),
        ),
        max_size=20,
    )
)
def test_the_rows_that_a_kpi_counts_add_up_to_it(cases):
    for name, counted in COUNTED.items():
        if name.endswith("_corrected"):
            continue
        figure, rows = kpi(name, cases), counted(facts(cases))
        if figure.unit == "usd":  # money over cases
            assert figure.denominator == sum(hit for _, hit in rows)
            continue
        assert figure.numerator == sum(hit for _, hit in rows)
        assert figure.denominator in {None, len(rows)}


def test_every_kpi_counts_cases_customers_or_posts_and_has_a_direction():
    assert set(COUNTED) <= set(KPIS)
    assert set(KPIS) >= LOWER_IS_BETTER
    assert "response_rate" not in LOWER_IS_BETTER


def test_listening_costs_so_much_for_each_answered_complaint():
    answered = [outcome(answered_after=H) for _ in range(4)]
    dear = kpi("cost_per_answered_complaint", [*answered, outcome()], spent_usd=Decimal("1.50"))
    assert (dear.value, dear.numerator, dear.denominator) == (0.375, 1.5, 4)
    assert kpi("cost_per_answered_complaint", [outcome()], spent_usd=Decimal(1)).value is None


def test_volumes_of_days_add_up():
    assert total([Volume(1, 2, 3, 4, 5, 6, 7), Volume(1, 1, 1, 1, 1, 1, 1)]) == Volume(2, 3, 4, 5, 6, 7, 8)
    assert total([]) == Volume(0, 0, 0, 0, 0, 0, 0)
