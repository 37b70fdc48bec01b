"""What the KPIs are computed from, and which cases each of them counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal

from crm.business_time import business_clock
from domain.brand import Brand
from domain.case import CaseKind
from domain.customer import Coverage
from domain.gap import Hearing
from domain.outcome import Outcome
from domain.quality import LiveFigure
from domain.volume import Voice, Volume

Counted = tuple[Outcome, bool]
"""A case in a KPI's denominator, and whether it is in the numerator, too."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the KPIs of one brand and period are computed from. `window` is W, `now` the moment of the question.

    `closings` gives by case id the moment at which the case's day was closed: of these cases nothing later is known.
    `late_answers` are answers that came after that to cases that were not due yet. `found` says how well the model
    finds complaints; `voices` are what comparable streams heard of us and of rivals; `spent_usd` is what listening cost
    on the UTC days of the same dates, `hearing` how much of the period the sources were read of.
    """

    brand: Brand
    outcomes: Sequence[Outcome]
    volume: Volume
    coverage: Coverage
    now: datetime
    window: timedelta
    closings: Mapping[str, datetime] = field(default_factory=dict)
    late_answers: Mapping[str, datetime] = field(default_factory=dict)
    found: LiveFigure | None = None
    voices: Sequence[Voice] = ()
    spent_usd: Decimal = Decimal(0)
    hearing: Hearing = field(default_factory=Hearing)
    _waits: dict[bool, list[tuple[float, bool]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def eligible(self) -> list[Outcome]:
        """Return the complaints that count: about us, and not by staff, a bot or spam."""
        return [o for o in self.outcomes if o.kind is CaseKind.COMPLAINT and o.eligible and not o.not_us]

    def known_until(self, outcome: Outcome) -> datetime:
        """Return the moment up to which this case is known."""
        return self.closings.get(outcome.id, self.now)

    def waits(self, *, business: bool = False) -> list[tuple[float, bool]]:
        """Return of each eligible complaint how long it waited, and whether it waits still, shortest first.

        That is the seconds from post to answer, or to the moment up to which the case is known; 0.0 at least.
        """
        if business not in self._waits:
            spans = [
                (o.posted_at, o.answered_at or self.known_until(o), o.answered_at is None) for o in self.eligible()
            ]
            elapsed: Callable[[datetime, datetime], float] = _wall_clock
            if business and spans:
                first, last = min(start for start, _, _ in spans), max(end for _, end, _ in spans)
                elapsed = business_clock(first, last, brand=self.brand)
            self._waits[business] = sorted((elapsed(start, end), still) for start, end, still in spans)
        return self._waits[business]


def _wall_clock(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds(), 0.0)


def answered(facts: Facts) -> list[Counted]:
    """Count every eligible complaint, and those that were answered at all."""
    return [(o, o.answered_at is not None) for o in facts.eligible()]


def answered_within(facts: Facts, limit: timedelta) -> list[Counted]:
    """Count the eligible complaints that are so old, and those of them that were answered so soon."""
    old = (o for o in facts.eligible() if o.posted_at <= facts.known_until(o) - limit)
    return [(o, o.answered_at is not None and o.answered_at - o.posted_at <= limit) for o in old]


def in_time(facts: Facts) -> list[Counted]:
    """Count the eligible complaints that were due or answered, and those answered before they were due.

    A case that was not due yet when its day was closed goes on: it counts once it is due or answered.
    """
    answers = ((o, o.answered_at or facts.late_answers.get(o.id)) for o in facts.eligible())
    return [(o, at is not None and at <= o.due_at) for o, at in answers if at is not None or o.due_at <= facts.now]


def opportunities(facts: Facts) -> list[Counted]:
    """Count the people who came, or thought of coming, to us."""
    return [(o, True) for o in facts.outcomes if o.kind is CaseKind.OPPORTUNITY and o.eligible and not o.not_us]


def approaches(facts: Facts) -> list[Counted]:
    """Count the tries of rivals to win our customers."""
    return [(o, True) for o in facts.outcomes if o.kind is CaseKind.POACHING and o.eligible and not o.not_us]


def dismissed(facts: Facts) -> list[Counted]:
    """Count every case, and those that a person dismissed as not about us."""
    return [(o, o.not_us) for o in facts.outcomes]


def total(volumes: Iterable[Volume]) -> Volume:
    """Add up what was counted of several periods."""
    each = list(volumes)
    return Volume(**{f.name: sum(getattr(volume, f.name) for volume in each) for f in fields(Volume)})
