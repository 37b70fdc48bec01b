"""What became of our cases: fact rows, the KPIs computed from them, and the digest."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.case import CaseKind, Urgency
from domain.mention import MentionId
from domain.quality import Quality


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


@dataclass(frozen=True, slots=True)
class Quote:
    """A post worth reading in the digest. `permalink` leads to its card; `unsure` is meant of `sentiment`."""

    mention_id: MentionId
    author: str
    text: str
    url: str
    sentiment: str
    case_id: str | None = None
    permalink: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Volume:
    """How many mentions of a brand fell into a period, by what the model said."""

    mentions: int
    negative: int
    neutral: int
    positive: int
    leaving: int
    joining: int
    review: int


@dataclass(frozen=True, slots=True)
class Digest:
    """One day of one brand, for leadership. `closed_day` is the last day whose response window has ended."""

    brand: str
    day: date
    closed_day: date
    volume: Volume
    volume_before: Volume
    answered: int
    open: int
    kpis: tuple[Kpi, ...]
    kpis_before: tuple[Kpi, ...]
    changes: tuple[str, ...]
    quotes: tuple[Quote, ...]
    quality: Quality | None = None
