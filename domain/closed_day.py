"""A brand's day that is over: what was known of it when it was closed, and what became known since."""

from dataclasses import dataclass, field
from datetime import date, datetime

from domain.customer import Coverage
from domain.gap import Hearing
from domain.outcome import Kpi
from domain.volume import Voice, Volume


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A brand's local day [starts_at, ends_at) as it was known at `closes_at`, its end + W; it never changes again.

    The bounds are kept, because the settings may give the brand another time zone later.
    """

    brand: str
    day: date
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    volume: Volume
    coverage: Coverage
    hearing: Hearing = field(default_factory=Hearing)
    voices: tuple[Voice, ...] = ()


@dataclass(frozen=True, slots=True)
class DayCorrection:
    """What became known of a closed day afterwards; the day's figures stay, `moved` says what they would be now.

    `arrived` cases were found, `changed` are other than they were (not us, other labels, an earlier post), `answered`
    have an answer that was given or found later, and `mentions` posts came in. `moved` holds each KPI as it was and is.
    """

    brand: str
    day: date
    arrived: int
    changed: int
    answered: int
    mentions: int
    moved: tuple[tuple[Kpi, Kpi], ...]
