"""A panel of customers whose true changes are known: what they do on each day, by a stated and seeded generator.

The figures of docs/behaviour.md state it in words; nothing of it was chosen by looking at what a rule makes of it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DAYS = 182
"""Half a year, beginning on a Monday."""

FIRST_DROP, LAST_DROP = 70, 147
"""Drops, churn and rises begin on a day between these, all alike."""

RATE_SHAPE, RATE_MEAN = 1.0, 1.0
"""Customers' rates are gamma distributed: one action a day on average, half of them with less than 0.7."""

WEEK = (0.90, 0.85, 0.90, 0.95, 1.10, 1.25, 1.05)
"""What all do on a weekday, Monday first; each has a week of her own around it (log-normal, sigma 0.3)."""

BURST_SHAPE = 2.0
"""A customer's day is more or less than her rate by a gamma factor of mean 1 and variance 1/2."""

HOLIDAYS = ((40, 45, 0.6), (110, 115, 0.6), (150, 155, 1.3))
"""First day, day after the last, and what all do then, as a factor."""

GROWTH = 0.2
"""All do so much more at the end than at the start; each on top by a factor that reaches exp(N(0, 0.3))."""

OWN_GROWTH = 0.3

AWAY, AWAY_DAYS = 0.3, (3, 9)
"""So many are away once, for so many days, at any time: they do nothing then, and go on as before."""

JOINING, JOINED_BY = 0.15, 112
"""So many come later, on any day up to this one."""

DROPS, DROP_TO = 0.06, (0.10, 0.25, 0.40)
"""So many do drastically less from a day on for good: one of these parts, each equally likely."""

CHURN = 0.02
"""So many do nothing at all from a day on."""

RISES, RISE_TO = 0.02, 3.0
"""So many do so much more from a day on."""


@dataclass(frozen=True, slots=True)
class Panel:
    """`counts`: int64 [customers, DAYS], what each did. `changes`: from which day, `DAYS` for those who never changed.

    `parts` is what of the rate was left: 0 for churn, above 1 for a rise, 1 for no change. `joined` is her first day.
    """

    counts: npt.NDArray[np.int64]
    changes: npt.NDArray[np.int64]
    parts: npt.NDArray[np.float64]
    joined: npt.NDArray[np.int64]


def simulate(customers: int, *, seed: int) -> Panel:
    """Draw a panel."""
    random = np.random.default_rng(seed)
    day = np.arange(DAYS)
    rates = random.gamma(RATE_SHAPE, RATE_MEAN / RATE_SHAPE, customers)
    weeks = np.array(WEEK) * np.exp(random.normal(0, 0.3, (customers, 7)))
    weeks /= weeks.mean(axis=1, keepdims=True)
    own = random.normal(0, OWN_GROWTH, customers)
    common = 1 + GROWTH * day / DAYS
    for first, after, factor in HOLIDAYS:
        common[first:after] *= factor
    expected = rates[:, None] * weeks[:, day % 7] * common * np.exp(own[:, None] * day / DAYS)
    expected *= random.gamma(BURST_SHAPE, 1 / BURST_SHAPE, expected.shape)

    away = random.random(customers) < AWAY
    begins = random.integers(0, DAYS, customers)
    ends = begins + random.integers(AWAY_DAYS[0], AWAY_DAYS[1] + 1, customers)
    expected[away[:, None] & (day >= begins[:, None]) & (day < ends[:, None])] = 0

    joined = np.where(random.random(customers) < JOINING, random.integers(1, JOINED_BY + 1, customers), 0)
    expected[day < joined[:, None]] = 0

    kind = random.random(customers)
    parts = np.ones(customers)
    parts[kind < DROPS] = random.choice(DROP_TO, int((kind < DROPS).sum()))
    parts[(kind >= DROPS) & (kind < DROPS + CHURN)] = 0
    parts[(kind >= DROPS + CHURN) & (kind < DROPS + CHURN + RISES)] = RISE_TO
    changes = np.where(parts == 1, DAYS, random.integers(FIRST_DROP, LAST_DROP + 1, customers))
    expected *= np.where(day >= changes[:, None], parts[:, None], 1)
    return Panel(random.poisson(expected), changes, parts, joined)
