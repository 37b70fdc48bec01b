"""The KPIs, one function each, from the outcome facts; the formulae are those of docs/kpis.md."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from crm.business_time import business_seconds
from domain.brand import Brand
from domain.case import CaseKind
from domain.digest import Volume
from domain.outcome import Kpi, Outcome


@dataclass(frozen=True, slots=True)
class Facts:
    """What the KPIs of one brand and period are computed from. `window` is W, `now` the moment of the question."""

    brand: Brand
    outcomes: Sequence[Outcome]
    volume: Volume
    customers: int
    customers_with_account: int
    now: datetime
    window: timedelta

    def eligible(self) -> list[Outcome]:
        """Return the complaints that count: about us, and not by staff, a bot or spam."""
        return [o for o in self.outcomes if o.kind is CaseKind.COMPLAINT and o.eligible and not o.not_us]


def response_rate(facts: Facts) -> Kpi:
    """Eligible complaints with a human reply within W / those posted at least W ago."""
    due = [o for o in facts.eligible() if o.posted_at <= facts.now - facts.window]
    answered = [o for o in due if o.answered_at is not None and o.answered_at - o.posted_at <= facts.window]
    hours = int(facts.window.total_seconds() // 3600)
    return _share("response_rate", len(answered), len(due), note=f"within {hours} h; complaints younger than that wait")


def first_response_median(facts: Facts) -> Kpi:
    """Median seconds from post to first human reply, by Kaplan-Meier because some still wait."""
    return _quantile("first_response_median", facts, 0.5)


def first_response_p90(facts: Facts) -> Kpi:
    """The 90th percentile of the same, in seconds."""
    return _quantile("first_response_p90", facts, 0.9)


def first_response_median_business(facts: Facts) -> Kpi:
    """The median in seconds of the brand's business hours."""
    return _quantile("first_response_median_business", facts, 0.5, business=True)


def answered_within_1h(facts: Facts) -> Kpi:
    """Share of eligible complaints at least 1 h old that were answered within it."""
    return _answered_within("answered_within_1h", facts, hours=1)


def answered_within_4h(facts: Facts) -> Kpi:
    """The same for 4 h."""
    return _answered_within("answered_within_4h", facts, hours=4)


def answered_within_24h(facts: Facts) -> Kpi:
    """The same for 24 h."""
    return _answered_within("answered_within_24h", facts, hours=24)


def sla_kept(facts: Facts) -> Kpi:
    """Eligible complaints answered before they were due / those that were due or were answered."""
    due = [o for o in facts.eligible() if o.due_at <= facts.now or o.answered_at is not None]
    kept = [o for o in due if o.answered_at is not None and o.answered_at <= o.due_at]
    return _share("sla_kept", len(kept), len(due))


def identity_coverage(facts: Facts) -> Kpi:
    """Customers with at least one verified or supplied account seen on its platform / all customers."""
    return _share(
        "identity_coverage", facts.customers_with_account, facts.customers, note="suggested links never count"
    )


def net_sentiment(facts: Facts) -> Kpi:
    """(positive - negative) / (positive + negative + neutral) over the mentions."""
    v = facts.volume
    total = v.positive + v.negative + v.neutral
    return _ratio(
        "net_sentiment", v.positive - v.negative, total, note="(P - N) / (P + N + neutral), by model and people"
    )


def complaints(facts: Facts) -> Kpi:
    """How many eligible complaints were posted in the period."""
    return _count("complaints", len(facts.eligible()))


def opportunities(facts: Facts) -> Kpi:
    """How many people came, or thought of coming, to us."""
    return _count(
        "opportunities", sum(o.kind is CaseKind.OPPORTUNITY and o.eligible and not o.not_us for o in facts.outcomes)
    )


def not_us(facts: Facts) -> Kpi:
    """Share of the cases that a person dismissed as not about us."""
    return _share("not_us", sum(o.not_us for o in facts.outcomes), len(facts.outcomes))


def mentions(facts: Facts) -> Kpi:
    """How many mentions were posted in the period, our own not counted."""
    return _count("mentions", facts.volume.mentions)


KPIS: Mapping[str, Callable[[Facts], Kpi]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            response_rate, first_response_median, first_response_p90, first_response_median_business,
            answered_within_1h, answered_within_4h, answered_within_24h, sla_kept, identity_coverage, net_sentiment,
            complaints, opportunities, not_us, mentions,
        )
    }
)  # fmt: skip
"""Every KPI by its name; digest, report and command list them from here."""

TARGETS: Mapping[str, float] = MappingProxyType({"response_rate": 0.25, "identity_coverage": 1.0})
"""What the brand set out to reach."""


def compute(facts: Facts) -> list[Kpi]:
    """Compute every KPI, in the registry's order."""
    return [kpi(facts) for kpi in KPIS.values()]


def _count(name: str, n: int) -> Kpi:
    return Kpi(name, float(n), float(n), None, "count")


def _share(name: str, numerator: int, denominator: int, *, note: str = "") -> Kpi:
    return _ratio(name, numerator, denominator, unit="share", note=note)


def _ratio(name: str, numerator: int, denominator: int, *, unit: str = "ratio", note: str = "") -> Kpi:
    value = numerator / denominator if denominator else None
    return Kpi(name, value, float(numerator), float(denominator), unit, note)


def _answered_within(name: str, facts: Facts, *, hours: int) -> Kpi:
    limit = timedelta(hours=hours)
    old = [o for o in facts.eligible() if o.posted_at <= facts.now - limit]
    kept = [o for o in old if o.answered_at is not None and o.answered_at - o.posted_at <= limit]
    return _share(name, len(kept), len(old))


def _quantile(name: str, facts: Facts, q: float, *, business: bool = False) -> Kpi:
    """Kaplan-Meier quantile of the time to answer: the first time at which at least `q` have been answered.

    Complaints without an answer are censored at `now`; at equal times answers come before censorings (Kaplan and
    Meier, 1958). The numerator is the number of answers, the denominator that of complaints.
    """

    def elapsed(start: datetime, end: datetime) -> float:
        return business_seconds(start, end, brand=facts.brand) if business else (end - start).total_seconds()

    cases = facts.eligible()
    times = sorted((max(elapsed(o.posted_at, o.answered_at or facts.now), 0.0), o.answered_at is None) for o in cases)
    surviving, value = 1.0, None
    for i, (seconds, censored) in enumerate(times):
        if not censored:
            surviving *= 1 - 1 / (len(times) - i)
            if surviving <= 1 - q + 1e-12:
                value = seconds
                break
    answered = sum(not censored for _, censored in times)
    note = "" if value is not None or not times else "not reached: too few have been answered"
    return Kpi(name, value, float(answered), float(len(times)), "seconds", note)
