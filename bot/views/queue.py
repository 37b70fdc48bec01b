"""The queue: what nobody has answered yet, by due time and value; and the same list of one person's own cases."""

from datetime import datetime

from slack_sdk.models.blocks import Block, SectionBlock

from bot.escaping import link
from bot.views.card import short_title, show_card
from bot.views.elements import byline, count, inline, line, platform_name, said, small, words
from bot.views.paging import PAGE, page_buttons, showing
from domain.case import CaseFile, CaseKind
from domain.queue import EVERYTHING, QueueFilter
from flows.lookup import QueuePage

QUEUE = "queue"
"""The name of this list in buttons; a button's value says which of it."""


def queue_blocks(
    queue: QueuePage, *, page: int, now: datetime, wanted: QueueFilter = EVERYTHING, value: str = ""
) -> list[Block]:
    """Show one page, counted from 0, with buttons to its neighbours."""
    blocks: list[Block] = [line(f"*{queue_text(queue, wanted)}*{showing(page, len(queue.files), queue.total)}")]
    for file in queue.files:
        blocks += case_blocks(file, now=now)
    if not queue.files and queue.total:
        blocks.append(line("There is nothing on this page: the list ends before it."))
    more = bool(queue.files) and page * PAGE + len(queue.files) < queue.total
    return blocks + page_buttons(QUEUE, page=page, more=more, rest=value)


def queue_text(queue: QueuePage, wanted: QueueFilter = EVERYTHING) -> str:
    """Say how long the queue is, or what is left of it by the filter."""
    which = _which(wanted)
    if not queue.total:
        return "You have no open case." if wanted.owner else f"Nothing{which} is waiting. Well done!"
    overdue = f", {queue.overdue:,} overdue" if queue.overdue else ""
    whose = "of yours " if wanted.owner else ""
    return f"{count(queue.total, 'case')}{which} {whose}waiting for an answer{overdue}."


def queue_value(wanted: QueueFilter) -> str:
    """Write a filter into a button's value."""
    return "|".join([wanted.owner or "", wanted.kind or "", wanted.platform or "", wanted.brand or ""])


def read_queue_value(value: str) -> QueueFilter:
    """Read what `queue_value` wrote; a brand may hold any character."""
    owner, kind, platform, brand = (value or "|||").split("|", 3)
    return QueueFilter(brand or None, owner or None, CaseKind(kind) if kind else None, platform or None)


def case_blocks(file: CaseFile, *, now: datetime) -> list[Block]:
    """Show a case on two lines, with a way to its card and to the post."""
    latest = file.mentions[-1].mention if file.mentions else None
    said_by = f"{byline(file.author)}: “{latest.text[:400]}”" if latest else byline(file.author)
    facts = [said(said_by, limit=300)]
    return [
        SectionBlock(text=words(short_title(file, now=now)), accessory=show_card(file.case.id)),
        small(*facts, words(link(latest.url, "open post"))) if latest else small(*facts),
    ]


def _which(wanted: QueueFilter) -> str:
    kind = f" of the kind {wanted.kind.value}" if wanted.kind else ""
    platform = f" on {platform_name(wanted.platform)}" if wanted.platform else ""
    brand = f" about {inline(wanted.brand)}" if wanted.brand else ""
    return f"{kind}{platform}{brand}"
