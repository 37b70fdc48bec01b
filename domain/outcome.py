"""What became of our cases: fact rows, and the KPIs computed from them."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.case import CaseKind, Urgency


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fact row of one case; it survives the deletion of the posts and holds no content.

    `day` is the day of `posted_at` in the brand's time zone. `eligible` is False for staff, bots, spam, duplicates
    and where people have corrected the labels so that nothing calls for an answer any more.
    """

    id: str
    brand: str
    day: date
    platform: str
    kind: CaseKind
    urgency: Urgency
    posted_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    eligible: bool = True
    not_us: bool = False


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure with what it was computed from; `value` is None where the denominator is 0."""

    name: str
    value: float | None
    numerator: float | None
    denominator: float | None
    unit: str
    note: str = ""
