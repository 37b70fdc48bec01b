"""What a team did in a period: by person where the reader may see that, and in sum."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.views.elements import fitting, header, line, paragraphs, small, who, words
from bot.views.kpi import duration_words, kpi_text
from domain.team import Deeds, TeamStats

SHOWN = 25


def stats_blocks(found: Sequence[TeamStats]) -> list[Block]:
    """Show each brand's team."""
    blocks: list[Block] = []
    for stats in found:
        blocks.append(header(_title(stats)))
        blocks.append(line(f"*Together*: {_deeds(stats.total)}"))
        blocks += paragraphs(f"• {who(each.person)}: {_deeds(each)}" for each in stats.people[:SHOWN])
        if len(stats.people) > SHOWN:
            blocks.append(small(words(f"and {len(stats.people) - SHOWN:,} more")))
    note = "An answer counts for whoever wrote it, or else owns the case; its time runs from the post to the answer."
    blocks.append(small(words(note)))
    return fitting(blocks, rest="More does not fit into a message. Name a brand: `/earshot stats brand:NAME`.")


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
