"""The week's drastic changes of customers; the channel sees reasons and value bands, and nobody's name."""

from slack_sdk.models.blocks import Block, SectionBlock

from bot.views.customer import PICK
from bot.views.elements import button, count, header, line, said, small, words
from domain.engagement import ChangeKind, ChangeLine, EngagementChanges

_MARKS = {ChangeKind.DROP: "📉", ChangeKind.RISE: "📈"}


def engagement_blocks(changes: EngagementChanges) -> list[Block]:
    """List the changes, the customers of the highest value first, each with a way to her profile."""
    blocks: list[Block] = [header(engagement_text(changes)), *(_line(each) for each in changes.shown)]
    if not changes.shown:
        blocks.append(line("Nothing is left to show: the customers were forgotten."))
    if more := changes.drops + changes.rises - len(changes.shown):
        blocks.append(line(f"… and {more:,} more, in the customers' profiles."))
    return [*blocks, small(words("*Look* opens the profile for you alone; it is audited."))]


def engagement_text(changes: EngagementChanges) -> str:
    """Say how many there are."""
    told = f"{count(changes.drops, 'drop')} and {count(changes.rises, 'rise')}"
    return f"Engagement, the weeks to {changes.on.isoformat()}: {told}"


def _line(each: ChangeLine) -> SectionBlock:
    text = f"{_MARKS[each.kind]} {each.kind.value}, value {each.band}: {each.reason}"
    return SectionBlock(text=said(text, limit=400), accessory=button("Look", action_id=PICK, value=each.customer_id))
