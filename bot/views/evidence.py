"""The rows behind a KPI, page by page."""

from datetime import date

from slack_sdk.models.blocks import Block, ButtonElement

from bot.escaping import link
from bot.views.elements import button, buttons, handle, header, inline, line, platform_name, said, small, when, words
from bot.views.kpi import evidence_value, kpi_label, kpi_line, period_words
from crm.kpis import HEARING
from domain.evidence import EvidencePage, EvidenceRow

EARLIER, LATER = "evidence_earlier", "evidence_later"
PAGE = 10

_COUNTED = {1: "✅ counts", 0: "▫️ counts not", -1: "➖ counts against"}


def evidence_blocks(page: EvidencePage, *, brand: str, since: date, until: date) -> list[Block]:
    """Show one page of rows over the local days [since, until), with buttons to its neighbours."""
    blocks: list[Block] = [
        header(evidence_text(page, brand=brand, since=since, until=until)),
        line(kpi_line(page.kpi)),
    ]
    if not page.rows:
        blocks.append(line("No row to show."))
    else:
        last = page.offset + len(page.rows)
        blocks.append(small(words(f"Rows {page.offset + 1:,} to {last:,} of {page.total:,}.{_difference(page)}")))
    for row in page.rows:
        blocks += _row_blocks(row)
    return blocks + buttons(_turning(page, brand, since, until))


def evidence_text(page: EvidencePage, *, brand: str, since: date, until: date) -> str:
    """Head the rows, and stand for them in notifications."""
    return f"Evidence of {kpi_label(page.kpi.name)}, {inline(brand)}, {period_words(since, until)}"


def _turning(page: EvidencePage, brand: str, since: date, until: date) -> list[ButtonElement]:
    here, name = page.offset // PAGE, page.kpi.name
    row = []
    if here > 0:
        row.append(button("Earlier", action_id=EARLIER, value=evidence_value(name, brand, since, until, page=here - 1)))
    if page.offset + len(page.rows) < page.total:
        row.append(button("Next", action_id=LATER, value=evidence_value(name, brand, since, until, page=here + 1)))
    return row


def _difference(page: EvidencePage) -> str:
    """Say where a figure of closed days and the rows that are left of them differ."""
    figure = page.kpi.denominator if page.kpi.denominator is not None else page.kpi.numerator
    whole = figure is not None and figure == int(figure) and page.kpi.name not in HEARING
    if not whole or figure == page.total:
        return ""
    return f" The figure stays that of the closed days, {figure:,.0f}; the rows are those stored now."


def _row_blocks(row: EvidenceRow) -> list[Block]:
    counted = f"{row.weight:,} of {row.of:,} min read" if row.what == "source" else _COUNTED[row.weight]
    facts = [counted, f"`{inline(row.id, limit=80)}`"]
    facts += [platform_name(row.platform)] if row.platform else []
    facts += [inline(row.state)] if row.state else []
    facts += [f"posted {when(row.posted_at)}"] if row.posted_at else []
    facts += [f"due {when(row.due_at)}"] if row.due_at else []
    if row.what == "case":
        facts.append(f"answered {when(row.answered_at)}" if row.answered_at else "no answer known")
    facts += [link(row.permalink, "card")] if row.permalink else []
    shown: list[Block] = [small(words(" · ".join(facts)))]
    if row.removed:
        shown[0] = small(words(" · ".join([*facts, "removed by its author"])))
    elif row.text is not None:
        by = handle(row.platform, row.author or "")
        shown.append(small(said(f"{by}: “{row.text}”", limit=400)))
    return shown
