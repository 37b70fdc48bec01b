"""What a team did in a period."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Deeds:
    """What one person did, or everybody together where `person` is None.

    `claimed` and `resolved` count what was done in the period; `answered` the cases whose first public answer fell
    into it, credited to whoever wrote that, or to the case's owner. `first_response` is the median of these in
    seconds from post to answer, None where there was none.
    """

    person: str | None
    claimed: int
    answered: int
    resolved: int
    first_response: float | None


@dataclass(frozen=True, slots=True)
class TeamStats:
    """A brand's team over the local days [since, until). `people` is empty for whoever may see sums only."""

    brand: str
    since: date
    until: date
    total: Deeds
    people: tuple[Deeds, ...] = ()


@dataclass(frozen=True, slots=True)
class BrandState:
    """How a brand stands now. `silent` counts complaints that wait while nobody is on, by the rule of the alarm."""

    brand: str
    open: int
    overdue: int
    unowned: int
    surging: bool
    silent: int
