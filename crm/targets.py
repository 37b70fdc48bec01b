"""How a brand stands against what it set out to reach."""

from datetime import date

from crm.kpis import LOWER_IS_BETTER
from domain.outcome import Kpi
from domain.scorecard import Score, Standing, Target

_TINY = 1e-9  # a line is drawn with fractions that round


def score(target: Target, present: Kpi, *, brand: str, since: date, baseline: float | None, today: date) -> Score:
    """Judge a KPI by the straight line from `baseline` on `since` to the target on its deadline.

    Where nothing was measured before, the line of a KPI that shall rise begins at 0; one that shall fall has none, and
    the target itself is expected from the first day on.
    """
    lower = target.kpi in LOWER_IS_BETTER
    start = baseline if baseline is not None else target.value if lower else 0.0
    expected = start + (target.value - start) * _share_of_the_way(since, target.by, today)
    if present.value is None:
        return Score(brand, target, present, expected, Standing.NO_DATA)
    sign = -1 if lower else 1
    if sign * (present.value - target.value) >= 0:
        return Score(brand, target, present, expected, Standing.REACHED)
    if today > target.by:
        return Score(brand, target, present, expected, Standing.OVERDUE, abs(target.value - present.value))
    if sign * (present.value - expected) >= -_TINY:
        return Score(brand, target, present, expected, Standing.ON_TRACK)
    return Score(brand, target, present, expected, Standing.BEHIND, abs(expected - present.value))


def _share_of_the_way(since: date, by: date, today: date) -> float:
    if today >= by or since >= by:
        return 1.0
    return max(0.0, (today - since).days / (by - since).days)
