"""What a team did in a period, page by page: by person where the reader may see that, and in sum."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.views.elements import header, line, paragraphs, small, who, words
from bot.views.kpi import duration_words, kpi_text
from bot.views.paging import on_pages, page_buttons
from domain.team import Deeds, TeamStats

STATS = "stats"
_TOGETHER = 25
"""So many people of a team stay together on a page."""


def stats_blocks(found: Sequence[TeamStats], *, page: int = 0, value: str = "") -> list[Block]:
    """Show one page, counted from 0, of the brands' teams."""
    pages = on_pages([part for stats in found for part in _parts(stats)])
    page = min(page, len(pages) - 1)
    note = "An answer counts for whoever wrote it, or else owns the case; its time runs from the post to the answer."
    more = page + 1 < len(pages)
    return [*pages[page], small(words(note)), *page_buttons(STATS, page=page, more=more, rest=value)]


def _parts(stats: TeamStats) -> list[list[Block]]:
    """Cut a team into parts that stay whole, the sum in the first."""
    title, people = header(_title(stats)), [f"• {who(each.person)}: {_deeds(each)}" for each in stats.people]
    first: list[Block] = [title, line(f"*Together*: {_deeds(stats.total)}"), *paragraphs(people[:_TOGETHER])]
    others = (people[start : start + _TOGETHER] for start in range(_TOGETHER, len(people), _TOGETHER))
    return [first, *([title, *paragraphs(some)] for some in others)]


def stats_text(found: Sequence[TeamStats]) -> str:
    """Stand for it in notifications."""
    return " · ".join(_title(stats) for stats in found)


def _title(stats: TeamStats) -> str:
    period = kpi_text(brand=stats.brand, since=stats.since, until=stats.until).removeprefix("KPIs of ")
    return f"The team of {period}"


def _deeds(deeds: Deeds) -> str:
    waited = "no answer yet" if deeds.first_response is None else duration_words(deeds.first_response)
    return (
        f"{deeds.claimed:,} claimed, {deeds.answered:,} answered, {deeds.resolved:,} resolved · "
        f"median first response: {waited}"
    )
