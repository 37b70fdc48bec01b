"""The KPIs: each with its numerator and denominator, how it stands against its target, and what came in late."""

from collections.abc import Sequence
from datetime import date, timedelta

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from bot.views.elements import button, count, header, inline, paragraphs, words
from domain.closed_day import DayCorrection
from domain.outcome import Kpi
from domain.scorecard import SPAN_DAYS, Score, Standing

KPI, EVIDENCE = "kpi", "kpi_evidence"
MOST_BUTTONS = 30
"""More KPIs than that in one message are listed without buttons: Slack takes 50 blocks."""

CORRECTIONS = 8
"""Slack is told of so many closed days at most, the last ones."""

_LABELS = {"sla_kept": "SLA kept", "not_us": "Dismissed as “Not us”"}
_MARKS = {
    Standing.REACHED: "✅",
    Standing.ON_TRACK: "🟢",
    Standing.BEHIND: "🟠",
    Standing.OVERDUE: "🔴",
    Standing.NO_DATA: "⚪",
}
_TOLD = ("response_rate", "complaints", "first_response_median", "first_response_p90", "sla_kept", "mentions")
"""Of a day's moved KPIs, those that its line tells, the first three; any others where none of them moved."""


def kpi_blocks(
    kpis: Sequence[Kpi],
    *,
    brand: str,
    since: date,
    until: date,
    scores: Sequence[Score] = (),
    corrections: Sequence[DayCorrection] = (),
    with_buttons: bool = True,
) -> list[Block]:
    """Show how the targets stand, then KPIs over the local days [since, until), each with a button for its rows."""
    blocks: list[Block] = [header(kpi_text(brand=brand, since=since, until=until))]
    if scores:
        blocks += paragraphs(
            [f"*Targets*, by the last {SPAN_DAYS} days whose time to answer is over", *score_lines(scores)]
        )
    if with_buttons:
        blocks += [
            SectionBlock(text=words(kpi_line(kpi)), accessory=evidence_button(kpi.name, brand, since, until))
            for kpi in kpis
        ]
    else:
        blocks += paragraphs([kpi_line(kpi) for kpi in kpis])
    if corrections:
        blocks += paragraphs(["*Known since the day was closed*", *correction_lines(corrections)])
    return blocks


def kpi_text(*, brand: str, since: date, until: date) -> str:
    """Head the list, and stand for it in notifications."""
    return f"KPIs of {inline(brand)}, {period_words(since, until)}"


def period_words(since: date, until: date) -> str:
    """Write the local days [since, until)."""
    last = until - timedelta(days=1)
    return day_words(since) if last <= since else f"{day_words(since)} to {day_words(last)}"


def kpi_line(kpi: Kpi) -> str:
    """Say one KPI with what it was computed from."""
    parts = [f"*{kpi_label(kpi.name)}*: {kpi_value(kpi)}"]
    if kpi.denominator is not None and kpi.numerator is not None:
        parts.append(f"({kpi.numerator:,.0f} of {kpi.denominator:,.0f})")
    if kpi.note:
        parts.append(f"· {inline(kpi.note)}")
    return " ".join(parts)


def score_lines(scores: Sequence[Score]) -> list[str]:
    """Say of each target how it stands: reached, on track, behind by how much, overdue, or without data."""
    return [_score_line(score) for score in scores]


def correction_lines(corrections: Sequence[DayCorrection], *, most: int = CORRECTIONS) -> list[str]:
    """Say what became known of closed days, the last days first; the figures themselves stay as they were.

    The lines have no markup, so that a terminal can show them, too.
    """
    latest = sorted(corrections, key=lambda correction: correction.day, reverse=True)
    lines = [_correction_line(correction) for correction in latest[:most]]
    if len(latest) > most:
        lines.append(f"and {count(len(latest) - most, 'earlier day')}")
    return lines


def evidence_button(name: str, brand: str, since: date, until: date) -> ButtonElement:
    """Make the button that lists the rows behind a KPI over the local days [since, until)."""
    return button("Show evidence", action_id=EVIDENCE, value=evidence_value(name, brand, since, until))


def evidence_value(name: str, brand: str, since: date, until: date) -> str:
    """Write a KPI's evidence into a button's value; the brand's name comes last."""
    return f"{name}|{since.isoformat()}|{until.isoformat()}|{brand}"


def read_evidence(value: str) -> tuple[str, str, date, date]:
    """Read what `evidence_value` wrote: KPI, brand, since and until."""
    name, since, until, brand = value.split("|", 3)
    return name, brand, date.fromisoformat(since), date.fromisoformat(until)


def kpi_label(name: str) -> str:
    """Write a KPI's stable name as people say it."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def kpi_value(kpi: Kpi) -> str:
    """Write the value in its unit; None is never a number."""
    if kpi.value is None:
        return "not reached" if kpi.unit == "seconds" and kpi.denominator else "no figure yet"
    return amount_words(kpi.value, kpi.unit)


def amount_words(value: float, unit: str) -> str:
    """Write a number in a KPI's unit."""
    match unit:
        case "share":
            return f"{value:.0%}"
        case "seconds":
            return duration_words(value)
        case "count":
            return f"{value:,.0f}"
        case "usd":
            return f"${value:,.2f}"
        case _:
            return f"{value:+.2f}"


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


def _score_line(score: Score) -> str:
    value = kpi_value(score.present)
    return f"{_MARKS[score.standing]} *{kpi_label(score.target.kpi)}*: {value} · {standing_words(score)}"


def standing_words(score: Score) -> str:
    """Say a target and how it stands."""
    target, unit = score.target, score.present.unit
    verdict = {
        Standing.REACHED: "reached",
        Standing.ON_TRACK: f"on track: {amount_words(score.expected, unit)} expected today",
        Standing.BEHIND: f"behind by {_gap(score)}: {amount_words(score.expected, unit)} expected today",
        Standing.OVERDUE: f"overdue, and {_gap(score)} short",
        Standing.NO_DATA: "nothing to judge by yet",
    }[score.standing]
    return f"target {amount_words(target.value, unit)} by {day_words(target.by)} · {verdict}"


def _gap(score: Score) -> str:
    """Write a difference: shares differ by percentage points."""
    if score.present.unit == "share":
        return f"{score.behind * 100:.1f} points"
    return amount_words(score.behind, score.present.unit).lstrip("+")


def _correction_line(correction: DayCorrection) -> str:
    news = (
        (correction.arrived, "case", "arrived"),
        (correction.mentions, "mention", "arrived"),
        (correction.changed, "case", "changed"),
        (correction.answered, "case", "answered"),
    )
    told = ", ".join(f"{count(number, noun)} {what}" for number, noun, what in news if number)
    named = [pair for name in _TOLD for pair in correction.moved if pair[0].name == name]
    moved = [
        f"{_in_a_sentence(was.name)} now {kpi_value(now)} (was {kpi_value(was)})"
        for was, now in (named or correction.moved)[:3]
    ]
    return f"{correction.day.isoformat()}: {told} after the day was closed; {', '.join(moved)}"


def _in_a_sentence(name: str) -> str:
    label = kpi_label(name)
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
