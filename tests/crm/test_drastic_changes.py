"""Drastic changes are judged by a proper probability, learned from everybody, and found on a panel that is known."""

import math
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm.drastic_changes import LEAST_CUSTOMERS, Habits, at_least, at_most, chances, change, expected, habits_of
from domain.engagement import Actions, BehaviourPolicy, ChangeKind
from tests.benchmarks.engagement import average_precision, by_ratio, by_tail, judge, serve
from tests.simulated_customers import simulate

POLICY = BehaviourPolicy()
USUAL = Habits(mean=1.0, shape=1.0, swing=0.05, season=1.0)
MEANS, SHAPES = st.floats(0.05, 500), st.floats(0.05, 500)


def did(before, recent, *, days_before=84, days=28):
    return Actions("jane", before, days_before, recent, days)


def probability(count, mean, shape):
    """The definition, as in any book: failures before the shape-th success, with success shape / (shape + mean)."""
    success = shape / (shape + mean)
    choose = math.lgamma(shape + count) - math.lgamma(shape) - math.lgamma(count + 1)
    return math.exp(choose + shape * math.log(success) + count * math.log(1 - success))


@given(st.integers(0, 300), MEANS, SHAPES)
def test_the_tails_are_sums_of_the_definition(count, mean, shape):
    below = sum(probability(n, mean, shape) for n in range(count + 1))
    assert at_most(count, mean=mean, shape=shape) == pytest.approx(below, rel=1e-6, abs=1e-9)
    assert at_least(count + 1, mean=mean, shape=shape) == pytest.approx(1 - below, rel=1e-6, abs=1e-9)


def test_a_tail_far_out_is_small_and_not_nothing():
    assert at_most(0, mean=40, shape=20) == pytest.approx((20 / 60) ** 20)
    assert 0 < at_least(400, mean=20, shape=20) < 1e-60
    assert at_most(-1, mean=3, shape=2) == 0
    assert at_least(0, mean=3, shape=2) == 1


@given(st.integers(0, 500), st.integers(0, 300), st.integers(28, 84))
def test_few_and_many_share_what_is_probable(before, recent, days_before):
    few, many = chances(did(before, recent, days_before=days_before), USUAL)
    assert 0 <= few <= 1
    assert 0 <= many <= 1
    mean, shape = expected(did(before, recent, days_before=days_before), USUAL)
    assert few + many == pytest.approx(1 + probability(recent, mean, shape), abs=1e-6)


@given(st.integers(0, 500), st.integers(0, 300))
def test_less_is_never_more_probable_to_be_usual(before, recent):
    assert chances(did(before, recent), USUAL)[0] <= chances(did(before, recent + 1), USUAL)[0] + 1e-12
    assert chances(did(before, recent + 1), USUAL)[1] <= chances(did(before, recent), USUAL)[1] + 1e-12


@given(st.integers(0, 500), st.integers(0, 300))
def test_a_change_is_a_drop_or_a_rise_and_never_both(before, recent):
    found = change(did(before, recent), USUAL, policy=POLICY)
    assume(found)
    assert (found.kind is ChangeKind.DROP) == (recent * 3 < before)
    assert found.chance < POLICY.flag_chance


def test_a_heavy_user_who_stops_is_flagged_and_a_light_one_says_too_little():
    stopped = change(did(96, 0), USUAL, policy=POLICY)
    assert (stopped.kind, stopped.usual, stopped.recent, stopped.days) == (ChangeKind.DROP, 8, 0, 28)
    assert change(did(12, 0), USUAL, policy=POLICY) is None
    assert change(did(96, 30), USUAL, policy=POLICY) is None
    assert change(did(6, 40), USUAL, policy=POLICY).kind is ChangeKind.RISE


def test_what_all_do_less_of_is_no_change_of_anybody():
    summer = Habits(mean=1.0, shape=1.0, swing=0.05, season=0.15)
    assert change(did(200, 10), USUAL, policy=POLICY)
    assert change(did(200, 10), summer, policy=POLICY) is None


def test_who_is_known_for_less_than_four_weeks_is_not_judged():
    assert change(did(100, 0, days_before=28), USUAL, policy=POLICY)
    assert change(did(100, 0, days_before=27), USUAL, policy=POLICY) is None
    assert change(did(0, 9, days_before=-3), USUAL, policy=POLICY) is None


def test_a_short_history_is_trusted_less():
    long, short = expected(did(84, 0), USUAL), expected(did(28, 0, days_before=28), USUAL)
    assert long[0] == pytest.approx(28, rel=0.01)
    assert short[0] == pytest.approx(28, rel=0.01)
    assert short[1] < long[1]


def drawn(habits, *, customers, seed=1):
    """Draw customers as the model thinks them."""
    numbers = random.Random(seed)

    def poisson(mean):
        if mean > 500:
            return max(0, round(numbers.gauss(mean, mean**0.5)))
        limit, count, product = math.exp(-mean), 0, numbers.random()
        while product > limit:
            count, product = count + 1, product * numbers.random()
        return count

    def stretch():
        return numbers.gammavariate(1 / habits.swing, habits.swing)

    found = []
    for number in range(customers):
        rate = numbers.gammavariate(habits.shape, habits.mean / habits.shape)
        before = sum(poisson(rate * 28 * stretch()) for _ in range(3))
        recent = poisson(rate * 28 * stretch() * habits.season)
        found.append(Actions(str(number), before, 84, recent, 28))
    return found


def test_habits_are_learned_from_what_all_do():
    true = Habits(mean=0.8, shape=1.5, swing=0.1, season=1.2)
    learned = habits_of(drawn(true, customers=8_000))
    assert learned.mean == pytest.approx(true.mean, rel=0.05)
    assert learned.shape == pytest.approx(true.shape, rel=0.1)
    assert learned.season == pytest.approx(true.season, rel=0.03)
    assert learned.swing == pytest.approx(true.swing, rel=0.3)


def test_the_chance_is_one():
    """Where nothing changes, about as many look improbable as the chance says."""
    true = Habits(mean=1.0, shape=1.0, swing=0.08, season=1.0)
    panel = drawn(true, customers=20_000, seed=5)
    habits = habits_of(panel)
    for limit in (0.1, 0.01):
        few, many = ([chances(one, habits)[side] < limit for one in panel] for side in (0, 1))
        assert limit / 3 < sum(few) / len(panel) < limit * 1.5
        assert limit / 3 < sum(many) / len(panel) < limit * 1.5


def test_too_few_customers_or_nothing_done_teach_no_habits():
    one = did(84, 28)
    assert habits_of([one] * (LEAST_CUSTOMERS - 1)) is None
    assert habits_of([did(0, 0)] * 100) is None
    assert habits_of([did(0, 5, days_before=-2)] * 100) is None
    alike = habits_of([one] * LEAST_CUSTOMERS)
    assert (alike.mean, alike.season, alike.swing) == (1, 1, 0)
    assert alike.shape == 4  # even then she is judged by herself


@settings(max_examples=50, deadline=None)
@given(st.lists(st.builds(did, st.integers(0, 400), st.integers(0, 200)), min_size=30, max_size=80))
def test_whatever_was_done_the_habits_can_be_used(panel):
    habits = habits_of(panel)
    assume(habits)
    for one in panel:
        assert all(0 <= chance <= 1 for chance in chances(one, habits))


@pytest.fixture(scope="module")
def panel():
    return simulate(1_500, seed=2)


def test_drops_of_a_simulated_panel_are_found(panel):
    """The fast form of `python -m tests.benchmarks engagement`."""
    tail, ratio = (average_precision(judge(panel, rule, policy=POLICY).units) for rule in (by_tail, by_ratio))
    assert tail >= 0.55
    assert ratio < tail / 2


def test_few_flags_are_false_and_one_change_flags_once(panel):
    raised = serve(panel, policy=POLICY)
    assert raised.false / raised.customer_weeks < 0.001
    assert raised.false_rises / raised.customer_weeks < 0.001
    assert raised.found / raised.drops > 0.35
    assert raised.right <= raised.drops + (panel.parts > 1).sum()


def test_average_precision_is_that_of_the_book():
    assert average_precision([(4, True), (3, False), (2, True), (1, False)]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([(1, True), (1, False)]) == 0.5
