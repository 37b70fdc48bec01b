"""A surge: one living message in the channel instead of a flood of cards, and a line a minute in its thread."""

from datetime import datetime

from slack_sdk.models.blocks import Block, SectionBlock

from bot.views.card import brief_title, short_title, show_card
from bot.views.elements import button, buttons, byline, count, inline, line, paragraphs, said, small, when, words
from bot.views.paging import LATER, page_value
from bot.views.queue import QUEUE
from domain.case import CaseFile
from domain.noise import Surge, SurgeLine


def surge_blocks(surge: Surge, *, now: datetime) -> list[Block]:
    """Show how a surge stands, and its loudest voices."""
    blocks: list[Block] = [line(_headline(surge))]
    blocks += paragraphs(_figures(surge))
    for file in surge.loudest:
        blocks += _case(file, short_title(file, now=now))
    return blocks + buttons(
        [button("Work through the queue", action_id=LATER, value=page_value(QUEUE, 0, f"|||{surge.span.brand}"))]
    )


def surge_text(surge: Surge) -> str:
    """Say the surge for notifications."""
    state = "is over" if surge.span.ended_at else "goes on"
    return (
        f"A surge about {inline(surge.span.brand)} {state}: {count(surge.cases, 'case')} without a card of their own."
    )


def surge_line_blocks(told: SurgeLine, *, now: datetime) -> list[Block]:
    """Show what the surge brought in a short while, the most pressing first."""
    blocks: list[Block] = [line(f"*{surge_line_text(told)}*, {when(told.since)} to {when(told.until)}")]
    for file in told.shown:
        blocks += _case(file, brief_title(file, now=now))
    hidden = told.total - len(told.shown)
    return [*blocks, small(words(f"and {hidden:,} more: `/earshot queue`"))] if hidden > 0 else blocks


def surge_line_text(told: SurgeLine) -> str:
    """Say the line for notifications."""
    return f"{count(told.total, 'new case')} about {inline(told.brand)}"


def _headline(surge: Surge) -> str:
    brand, span = inline(surge.span.brand), surge.span
    if span.ended_at:
        return f"🌊 *The surge about {brand} is over*: {when(span.since)} to {when(span.ended_at)}."
    return f"🌊 *A surge about {brand}* since {when(span.since)}. Only urgent cases get a card of their own now."


def _figures(surge: Surge) -> list[str]:
    parts = {"urgent": surge.urgent, "open": surge.open, "claimed": surge.owned, "answered": surge.answered}
    told = ", ".join(f"{number:,} {what}" for what, number in parts.items())
    lines = [f"{count(surge.cases, 'case')} in this message: {told}."]
    if surge.reasons:
        lines.append("Why: " + ", ".join(f"{inline(reason)} {number:,}" for reason, number in surge.reasons) + ".")
    return lines


def _case(file: CaseFile, title: str) -> list[Block]:
    latest = file.mentions[-1].mention
    return [
        SectionBlock(text=words(title), accessory=show_card(file.case.id)),
        small(said(f"{byline(file.author)}: “{latest.text[:400]}”", limit=300)),
    ]
