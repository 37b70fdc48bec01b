"""Drastic changes of what a customer does, judged by her own history, and how everybody's habits are learned for it.

How often she does something is Poisson with a rate of her own. The rates of all customers are gamma distributed, and
her history makes a posterior of that; a stretch of days is more or less than her rate by a gamma factor, too, as
people have weeks like these and weeks like those. What a stretch brings is then negative binomial (one gamma factor of
the same mean and variance stands for the product of all), and a change is drastic where so little, or so much, would
be improbable even after a change that nobody calls drastic.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.engagement import Actions, BehaviourPolicy, Change, ChangeKind

LEAST_CUSTOMERS = 30
"""So many must have a whole history, or nothing is said of anybody's habits."""

LEAST_DAYS = 28
"""A customer who is known for less time is not judged, nor one whose last change is less old."""

UNREMARKABLE = 0.7
"""Who comes down to this part of her habit has not changed drastically, however surely she has; nor who rises by it."""

_LEAST_EXPECTED = 5.0
"""Whoever does less in a stretch says too little of how stretches differ."""

_LEFT_OUT = 0.01
"""Of the stretches that differ most, this share is left out where that is learned: these are what we look for."""

_LEAST, _MOST = 0.25, 20.0
"""Bounds of the relative variance of customers' rates: below, where all are alike, people would be judged by others
rather than by themselves; above, and for stretches above 1, tails would never end."""

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual among all customers.

    `mean` actions a day, gamma distributed over the customers with `shape`; `swing` is the variance of a customer's
    stretch relative to her rate, chance aside; `season` is what all do in the last stretch, relative to before.
    """

    mean: float
    shape: float
    swing: float
    season: float


def habits_of(panel: Sequence[Actions]) -> Habits | None:
    """Learn the habits of these customers by the method of moments, from those with a whole history.

    None where they are too few, or did nothing.
    """
    longest = max((one.days_before for one in panel), default=0)
    whole = [one for one in panel if one.days_before == longest > 0]
    before, recent = sum(one.before for one in whole), sum(one.recent for one in whole)
    if len(whole) < LEAST_CUSTOMERS or not before or not recent:
        return None
    days = whole[0].days
    mean = before / (len(whole) * longest)
    season = recent / days / (before / longest)
    swing = _swing(whole, season)
    # Var(before) = mean days + (mean days)^2 (1/shape + swing days/longest): what is beyond chance and swing is shape.
    beyond = sum((one.before - mean * longest) ** 2 - one.before for one in whole) / len(whole)
    differ = beyond / (mean * longest) ** 2 - swing * days / longest
    return Habits(mean, 1 / min(max(differ, _LEAST), _MOST), swing, season)


def chances(actions: Actions, habits: Habits, *, but_for: float = 1.0) -> tuple[float, float]:
    """Return how probable so few recent actions are, and how probable so many, had nothing changed.

    With `but_for`, had she come down to this part of her habit, and up by as much.
    """
    mean, shape = expected(actions, habits)
    few = at_most(actions.recent, mean=mean * but_for, shape=shape)
    return few, at_least(actions.recent, mean=mean / but_for, shape=shape)


def expected(actions: Actions, habits: Habits) -> tuple[float, float]:
    """Return mean and shape of the negative binomial distribution of the recent actions."""
    known = max(actions.days_before, 0)
    posterior = habits.shape + actions.before
    mean = posterior / (habits.shape / habits.mean + known) * habits.season * actions.days
    stretches = known / actions.days
    spread = (1 + 1 / posterior) * (1 + habits.swing) * (1 + habits.swing / max(stretches, 1)) - 1
    return mean, 1 / spread


def change(actions: Actions, habits: Habits, *, policy: BehaviourPolicy) -> Change | None:
    """Return the drastic change of a customer who has been known long enough."""
    if actions.days_before < LEAST_DAYS:
        return None
    few, many = chances(actions, habits, but_for=UNREMARKABLE)
    if min(few, many) >= policy.flag_chance:
        return None
    side, kind = (0, ChangeKind.DROP) if few < many else (1, ChangeKind.RISE)
    chance = chances(actions, habits)[side]
    return Change(kind, 7 * actions.before / actions.days_before, actions.recent, actions.days, chance)


def at_most(count: int, *, mean: float, shape: float) -> float:
    """Return the probability that a negative binomial variable is at most `count` (0 below 0)."""
    if count < 0:
        return 0.0
    if count >= mean:
        return 1 - _above(count + 1, mean, shape)
    ratio, term, total, number = (shape + mean) / mean, 1.0, 1.0, count
    while number > 0:
        term *= number * ratio / (shape + number - 1)
        total += term
        number -= 1
        if term < total * _TINY:
            break
    return min(1.0, math.exp(_log_probability(count, mean, shape)) * total)


def at_least(count: int, *, mean: float, shape: float) -> float:
    """Return the probability that a negative binomial variable is at least `count`."""
    return _above(count, mean, shape) if count > mean else 1 - at_most(count - 1, mean=mean, shape=shape)


def _above(count: int, mean: float, shape: float) -> float:
    """Sum the probabilities from `count` on, which is above the mean, where they fall."""
    ratio, term, total, number = mean / (shape + mean), 1.0, 1.0, count
    while term >= total * _TINY:
        term *= (shape + number) * ratio / (number + 1)
        total += term
        number += 1
    return min(1.0, math.exp(_log_probability(count, mean, shape)) * total)


def _log_probability(count: int, mean: float, shape: float) -> float:
    choose = math.lgamma(shape + count) - math.lgamma(shape) - math.lgamma(count + 1)
    return choose - shape * math.log1p(mean / shape) - count * math.log1p(shape / mean)


def _swing(whole: Iterable[Actions], season: float) -> float:
    """Learn how much a customer's stretches differ beyond chance, from her last one and what it should have been."""
    seen = []
    for one in whole:
        stretch = season * one.days / one.days_before
        should = one.before * stretch
        if should >= _LEAST_EXPECTED:
            by_chance = one.recent + stretch * should  # the variances of both sides, estimated by their counts
            surplus = ((one.recent - should) ** 2 - by_chance) / should**2
            seen.append(surplus / (1 + one.days / one.days_before))
    seen.sort()
    kept = seen[: max(1, round(len(seen) * (1 - _LEFT_OUT)))]
    return min(max(0.0, sum(kept) / len(kept)), 1.0) if len(seen) >= LEAST_CUSTOMERS else 0.0
