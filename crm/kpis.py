"""The KPIs, one function each, from the outcome facts; the formulae are those of docs/kpis.md."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from crm import kpi_facts
from crm.kpi_facts import Counted, Facts
from crm.live_figures import corrected
from domain.outcome import Kpi
from domain.volume import Voice

_TINY = 1e-12  # products of fractions round
_UNCOMPARED = "no post was heard by a stream of a rival and a stream of ours on the same platform and of the same kind"
_UNJUDGED = "people have to judge posts blind first"


def response_rate(facts: Facts) -> Kpi:
    """Eligible complaints with a human reply within W / those posted at least W ago."""
    hours = int(facts.window.total_seconds() // 3600)
    note = f"within {hours} h; complaints younger than that wait"
    return _share("response_rate", _in_window(facts), note=note)


def response_rate_corrected(facts: Facts) -> Kpi:
    """Estimate the same over all true complaints: answered x precision / (due x precision / recall).

    It takes false alarms to be answered as often as true complaints, and those that the model missed not at all.
    """
    counted = _in_window(facts)
    true = corrected(len(counted), facts.found)
    if facts.found is None or facts.found.precision is None or true is None:
        return Kpi("response_rate_corrected", None, None, None, "share", _UNJUDGED)
    return _ratio(
        "response_rate_corrected",
        sum(hit for _, hit in counted) * facts.found.precision.value,
        true,
        note=_found(facts),
    )


def first_response_median(facts: Facts) -> Kpi:
    """Median seconds from post to first human reply, by Kaplan-Meier because some still wait."""
    return _quantile("first_response_median", facts, 0.5)


def first_response_p90(facts: Facts) -> Kpi:
    """The 90th percentile of the same, in seconds."""
    return _quantile("first_response_p90", facts, 0.9)


def first_response_median_business(facts: Facts) -> Kpi:
    """The median in seconds of the brand's business hours."""
    return _quantile("first_response_median_business", facts, 0.5, business=True)


def first_response_p90_business(facts: Facts) -> Kpi:
    """The 90th percentile in seconds of the brand's business hours."""
    return _quantile("first_response_p90_business", facts, 0.9, business=True)


def answered_within_1h(facts: Facts) -> Kpi:
    """Share of eligible complaints at least 1 h old that were answered within it."""
    return _share("answered_within_1h", _within(1)(facts))


def answered_within_4h(facts: Facts) -> Kpi:
    """The same for 4 h."""
    return _share("answered_within_4h", _within(4)(facts))


def answered_within_24h(facts: Facts) -> Kpi:
    """The same for 24 h."""
    return _share("answered_within_24h", _within(24)(facts))


def sla_kept(facts: Facts) -> Kpi:
    """Eligible complaints answered before they were due / those that were due or were answered."""
    return _share("sla_kept", kpi_facts.in_time(facts))


def identity_coverage(facts: Facts) -> Kpi:
    """Customers with at least one verified or supplied account seen on its platform / all customers."""
    return _covered("identity_coverage", facts, facts.coverage.linked, note="suggested links never count")


def identity_coverage_verified(facts: Facts) -> Kpi:
    """Customers whose best account is verified / all customers."""
    return _covered("identity_coverage_verified", facts, facts.coverage.verified)


def identity_coverage_supplied(facts: Facts) -> Kpi:
    """Customers whose best account is supplied / all customers."""
    return _covered("identity_coverage_supplied", facts, facts.coverage.supplied)


def share_of_voice(facts: Facts) -> Kpi:
    """Ours / (ours + rivals), over streams of the same platform and kind that listen for us and for every rival."""
    if not facts.voices:
        return Kpi("share_of_voice", None, None, None, "share", _UNCOMPARED)
    each = [voice for voice in facts.voices if voice.rival is not None and voice.share is not None]
    told = [f"against {v.rival} {v.share:.0%} ({v.ours:,} of {v.ours + v.theirs:,}; {_sources(v)})" for v in each]
    together = next((voice for voice in facts.voices if voice.rival is None), None)
    if together is None:
        return Kpi("share_of_voice", None, None, None, "share", "; ".join(["no source hears every rival", *told]))
    note = "; ".join([f"over {_sources(together)}", *told])
    return _ratio("share_of_voice", together.ours, together.ours + together.theirs, note=note)


def net_sentiment(facts: Facts) -> Kpi:
    """(positive - negative) / (positive + negative + neutral) over the mentions."""
    v = facts.volume
    total = v.positive + v.negative + v.neutral
    note = "(P - N) / (P + N + neutral), by model and people"
    return _ratio("net_sentiment", v.positive - v.negative, total, unit="ratio", note=note)


def complaints(facts: Facts) -> Kpi:
    """How many eligible complaints were posted in the period."""
    return _count("complaints", len(facts.eligible()))


def complaints_corrected(facts: Facts) -> Kpi:
    """Estimate how many complaints there are in truth: complaints found x precision / recall."""
    true = corrected(len(facts.eligible()), facts.found)
    if true is None:
        return Kpi("complaints_corrected", None, None, None, "count", _UNJUDGED)
    return Kpi("complaints_corrected", true, true, None, "count", _found(facts))


def opportunities(facts: Facts) -> Kpi:
    """How many people came, or thought of coming, to us."""
    return _count("opportunities", len(kpi_facts.opportunities(facts)))


def poaching(facts: Facts) -> Kpi:
    """How often rivals tried to win our customers; copies of one text count once."""
    return _count("poaching", len(kpi_facts.approaches(facts)))


def not_us(facts: Facts) -> Kpi:
    """Share of the cases that a person dismissed as not about us."""
    return _share("not_us", kpi_facts.dismissed(facts))


def cost_per_answered_complaint(facts: Facts) -> Kpi:
    """What listening cost / eligible complaints of the period that were answered, in USD."""
    answered = sum(outcome.answered_at is not None for outcome in facts.eligible())
    note = "what reading cost on the UTC days of the same dates; people's time and replies are not in it"
    return _ratio("cost_per_answered_complaint", float(facts.spent_usd), answered, unit="usd", note=note)


def mentions(facts: Facts) -> Kpi:
    """How many mentions were posted in the period, our own not counted."""
    return _count("mentions", facts.volume.mentions)


def integration_health(facts: Facts) -> Kpi:
    """Minutes that the sources were read / minutes that they were listened to, summed over the sources."""
    note = "minutes of all sources; quiet is not broken"
    return _ratio("integration_health", facts.hearing.read, facts.hearing.listened, note=note)


KPIS: Mapping[str, Callable[[Facts], Kpi]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            response_rate, first_response_median, first_response_p90, first_response_median_business,
            first_response_p90_business, answered_within_1h, answered_within_4h, answered_within_24h, sla_kept,
            response_rate_corrected, identity_coverage, identity_coverage_verified, identity_coverage_supplied,
            net_sentiment, share_of_voice, complaints, complaints_corrected, opportunities, poaching, not_us, mentions,
            cost_per_answered_complaint, integration_health,
        )
    }
)  # fmt: skip
"""Every KPI by its name; digest, report and command list them from here."""


def _within(hours: int) -> Callable[[Facts], list[Counted]]:
    return lambda facts: kpi_facts.answered_within(facts, timedelta(hours=hours))


def _in_window(facts: Facts) -> list[Counted]:
    return kpi_facts.answered_within(facts, facts.window)


def _eligible(facts: Facts) -> list[Counted]:
    return [(outcome, True) for outcome in facts.eligible()]


COUNTED: Mapping[str, Callable[[Facts], list[Counted]]] = MappingProxyType(
    {
        "response_rate": _in_window,
        "response_rate_corrected": _in_window,
        "first_response_median": kpi_facts.answered,
        "first_response_p90": kpi_facts.answered,
        "first_response_median_business": kpi_facts.answered,
        "first_response_p90_business": kpi_facts.answered,
        "answered_within_1h": _within(1),
        "answered_within_4h": _within(4),
        "answered_within_24h": _within(24),
        "sla_kept": kpi_facts.in_time,
        "complaints": _eligible,
        "cost_per_answered_complaint": kpi_facts.answered,
        "complaints_corrected": _eligible,
        "opportunities": kpi_facts.opportunities,
        "poaching": kpi_facts.approaches,
        "not_us": kpi_facts.dismissed,
    }
)
"""The cases that a KPI counts; others count customers (`COVERAGE`), posts (`VOLUME`, `VOICES`), minutes (`HEARING`)."""

COVERAGE = frozenset({"identity_coverage", "identity_coverage_verified", "identity_coverage_supplied"})

HEARING = frozenset({"integration_health"})

VOLUME = frozenset({"net_sentiment", "mentions"})

VOICES = frozenset({"share_of_voice"})

LOWER_IS_BETTER = frozenset(
    {name for name in KPIS if name.startswith("first_response")}
    | {"complaints", "complaints_corrected", "cost_per_answered_complaint", "not_us", "poaching"}
)
"""A target of these is reached from above."""


def compute(facts: Facts) -> list[Kpi]:
    """Compute every KPI, in the registry's order."""
    return [kpi(facts) for kpi in KPIS.values()]


def _sources(voice: Voice) -> str:
    return ", ".join(voice.sources)


def _found(facts: Facts) -> str:
    figure = facts.found
    if figure is None or figure.precision is None or figure.recall is None:
        return _UNJUDGED
    return f"found x precision {figure.precision.value:.0%} / recall {figure.recall.value:.0%}, by blind checks"


def _count(name: str, n: int) -> Kpi:
    return Kpi(name, float(n), float(n), None, "count")


def _share(name: str, counted: Sequence[Counted], *, note: str = "") -> Kpi:
    return _ratio(name, sum(hit for _, hit in counted), len(counted), note=note)


def _covered(name: str, facts: Facts, customers: int, *, note: str = "") -> Kpi:
    return _ratio(name, customers, facts.coverage.customers, note=note)


def _ratio(name: str, numerator: float, denominator: float, *, unit: str = "share", note: str = "") -> Kpi:
    value = numerator / denominator if denominator else None
    return Kpi(name, value, float(numerator), float(denominator), unit, note)


def _quantile(name: str, facts: Facts, q: float, *, business: bool = False) -> Kpi:
    """Kaplan-Meier quantile of the time to answer: the first time at which at least `q` have been answered.

    Complaints without an answer are censored at the last moment that is known of them; at equal times answers come
    before censorings (Kaplan and Meier, 1958). The numerator is the number of answers, the denominator that of
    complaints.
    """
    times = facts.waits(business=business)
    surviving, value = 1.0, None
    for i, (seconds, censored) in enumerate(times):
        if not censored:
            surviving *= 1 - 1 / (len(times) - i)
            if surviving <= 1 - q + _TINY:
                value = seconds
                break
    answers = sum(not censored for _, censored in times)
    note = "" if value is not None or not times else "too few have been answered to reach it"
    return Kpi(name, value, float(answers), float(len(times)), "seconds", note)
