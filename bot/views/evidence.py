"""The rows behind a KPI, page by page."""

from datetime import date

from slack_sdk.models.blocks import Block

from bot.escaping import link
from bot.views.elements import handle, header, inline, line, platform_name, said, small, when, words
from bot.views.kpi import evidence_value, kpi_label, kpi_line, period_words
from bot.views.paging import PAGE, page_buttons
from crm.kpis import HEARING
from domain.evidence import EvidencePage, EvidenceRow

ROWS = "evidence"

_COUNTED = {1: "✅ counts", 0: "▫️ does not count", -1: "➖ counts against"}


def evidence_blocks(page: EvidencePage, *, brand: str, since: date, until: date) -> list[Block]:
    """Show one page of rows over the local days [since, until), with buttons to its neighbours."""
    blocks: list[Block] = [
        header(evidence_text(page, brand=brand, since=since, until=until)),
        line(kpi_line(page.kpi)),
    ]
    last = page.offset + len(page.rows)
    if not page.rows:
        blocks.append(line("No row to show."))
    else:
        blocks.append(small(words(f"Rows {page.offset + 1:,} to {last:,} of {page.total:,}.{_difference(page)}")))
    for row in page.rows:
        blocks += _row_blocks(row)
    rest = evidence_value(page.kpi.name, brand, since, until)
    return blocks + page_buttons(ROWS, page=page.offset // PAGE, more=last < page.total, rest=rest)


def evidence_text(page: EvidencePage, *, brand: str, since: date, until: date) -> str:
    """Head the rows, and stand for them in notifications."""
    return f"Evidence of {kpi_label(page.kpi.name)}, {inline(brand)}, {period_words(since, until)}"


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
