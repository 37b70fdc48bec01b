"""The queue: what nobody has answered yet, by due time and value."""

from datetime import datetime

from slack_sdk.models.blocks import Block, SectionBlock

from bot.escaping import web_url
from bot.views.card import open_post, short_title
from bot.views.elements import button, buttons, byline, count, line, said, small, words
from domain.case import CaseFile
from flows.lookup import QueuePage

EARLIER, LATER = "queue_earlier", "queue_later"
PAGE = 10


def queue_blocks(queue: QueuePage, *, page: int, now: datetime, brand: str | None = None) -> list[Block]:
    """Show one page, counted from 0, with buttons to its neighbours."""
    if not queue.files:
        return [line(queue_text(queue))]
    first = page * PAGE + 1
    last = first + len(queue.files) - 1
    blocks: list[Block] = [line(f"*{queue_text(queue)}* Showing {first} to {last}.")]
    for file in queue.files:
        blocks += _entry(file, now)
    row = []
    if page > 0:
        row.append(button("Earlier", action_id=EARLIER, value=page_value(page - 1, brand)))
    if last < queue.total:
        row.append(button("Next", action_id=LATER, value=page_value(page + 1, brand)))
    return blocks + buttons(row)


def queue_text(queue: QueuePage) -> str:
    """Say how long the queue is."""
    if not queue.total:
        return "Nothing is waiting. Well done!"
    overdue = f", {queue.overdue:,} overdue" if queue.overdue else ""
    return f"{count(queue.total, 'case')} waiting for an answer{overdue}."


def page_value(page: int, brand: str | None) -> str:
    """Write a page into a button's value."""
    return f"{page}|{brand or ''}"


def read_page(value: str) -> tuple[int, str | None]:
    """Read what `page_value` wrote."""
    page, _, brand = value.partition("|")
    return int(page), brand or None


def _entry(file: CaseFile, now: datetime) -> list[Block]:
    latest = file.mentions[-1].mention if file.mentions else None
    url = web_url(latest.url) if latest else None
    said_by = f"{byline(file.author)}: “{latest.text[:400]}”" if latest else byline(file.author)
    return [
        SectionBlock(text=words(short_title(file, now=now)), accessory=open_post(url, file.case.id) if url else None),
        small(said(said_by, limit=300)),
    ]
