"""The rows that a KPI counts."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.outcome import Kpi


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row: a case, a post or a customer, each adding 1 to the denominator and `weight` to the numerator.

    A source adds `of`, its minutes. `state` is the case's state, the post's sentiment, whom it was heard for, the grade
    of the customer's best account, or why a source was not read. Author and text are
    None where the reader may not see them, and where nothing is left to see: then the row is `removed`.
    """

    id: str
    what: str
    weight: int
    state: str
    platform: str = ""
    day: date | None = None
    posted_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    permalink: str | None = None
    author: str | None = None
    text: str | None = None
    removed: bool = False
    of: int = 1


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Some of the rows of a KPI, from the `offset`-th on; there are `total`."""

    kpi: Kpi
    rows: tuple[EvidenceRow, ...]
    offset: int
    total: int
