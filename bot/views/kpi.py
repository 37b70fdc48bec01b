"""The KPIs: each with its numerator, denominator and target."""

from collections.abc import Sequence
from datetime import date, timedelta

from slack_sdk.models.blocks import Block

from bot.views.elements import header, inline, paragraphs
from crm.kpis import TARGETS
from domain.outcome import Kpi

_LABELS = {"sla_kept": "SLA kept", "not_us": "Dismissed as “Not us”"}


def kpi_blocks(kpis: Sequence[Kpi], *, brand: str, since: date, until: date) -> list[Block]:
    """List KPIs over the local days [since, until)."""
    return [header(kpi_text(brand=brand, since=since, until=until)), *paragraphs([kpi_line(kpi) for kpi in kpis])]


def kpi_text(*, brand: str, since: date, until: date) -> str:
    """Head the list, and stand for it in notifications."""
    last = until - timedelta(days=1)
    period = day_words(since) if last <= since else f"{day_words(since)} to {day_words(last)}"
    return f"KPIs of {inline(brand)}, {period}"


def kpi_line(kpi: Kpi, before: Kpi | None = None) -> str:
    """Say one KPI with what it was computed from, its target and, where given, the figure before."""
    parts = [f"*{kpi_label(kpi.name)}*: {kpi_value(kpi)}"]
    if kpi.denominator is not None and kpi.numerator is not None:
        parts.append(f"({kpi.numerator:,.0f} of {kpi.denominator:,.0f})")
    if before is not None:
        parts.append(f"· before: {kpi_value(before)}")
    target = TARGETS.get(kpi.name)
    if target is not None:
        reached = kpi.value is not None and kpi.value >= target
        parts.append(f"· target {target:.0%}{' ✅' if reached else ''}")
    if kpi.note:
        parts.append(f"· {inline(kpi.note)}")
    return " ".join(parts)


def kpi_label(name: str) -> str:
    """Write a KPI's stable name as people say it."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def kpi_value(kpi: Kpi) -> str:
    """Write the value in its unit; None is never a number."""
    if kpi.value is None:
        return "no figure yet"
    match kpi.unit:
        case "share":
            return f"{kpi.value:.0%}"
        case "seconds":
            return duration_words(kpi.value)
        case "count":
            return f"{kpi.value:,.0f}"
        case _:
            return f"{kpi.value:+.2f}"


def duration_words(seconds: float) -> str:
    """Write a duration coarsely: two units at most."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    shown = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    return " ".join(shown[:2])


def day_words(day: date) -> str:
    """Write a day without a leading zero, as in 7 November 2026."""
    return f"{day.day} {day:%B %Y}"
