"""What a brand set out to reach, and how far it has come."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.outcome import Kpi

SPAN_DAYS = 28
"""A target is judged by the KPI over so many days: whole weeks, so that weekends weigh the same."""


@dataclass(frozen=True, slots=True)
class Target:
    """A KPI shall reach `value`, in the KPI's unit, by the end of the day `by`.

    The way there is a straight line from `baseline` on the day `since`; where None, both come from what was measured.
    `brand` None means every brand.
    """

    kpi: str
    value: float
    by: date
    since: date | None = None
    brand: str | None = None
    baseline: float | None = None


class Standing(StrEnum):
    """How a target stands today."""

    REACHED = "reached"
    ON_TRACK = "on track"
    BEHIND = "behind"
    OVERDUE = "overdue"  # the deadline is over
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Score:
    """A brand's target with the KPI as it stands. `expected` is what the straight line asks for today.

    `behind` is how far the KPI is from that, or after the deadline from the target; 0.0 where it is not behind.
    """

    brand: str
    target: Target
    present: Kpi
    expected: float
    standing: Standing
    behind: float = 0.0
