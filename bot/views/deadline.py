"""What people are told of answers that are due soon or overdue, and of complaints that nobody takes."""

from datetime import datetime

from slack_sdk.models.blocks import Block, SectionBlock

from bot.views.card import short_title, show_card
from bot.views.elements import byline, count, inline, line, said, small, when, words
from domain.deadline import DeadlineKind, DeadlineNotice


def deadline_blocks(notice: DeadlineNotice, *, now: datetime) -> list[Block]:
    """List the cases, those due first at the top, each with a way to its card."""
    blocks: list[Block] = [line(_headline(notice))]
    for file in notice.shown:
        latest = file.mentions[-1].mention
        blocks.append(SectionBlock(text=words(short_title(file, now=now)), accessory=show_card(file.case.id)))
        blocks.append(small(said(f"{byline(file.author)}: “{latest.text[:400]}”", limit=300)))
    hidden = notice.total - len(notice.shown)
    return [*blocks, small(words(f"and {hidden:,} more: `/earshot queue`"))] if hidden > 0 else blocks


def deadline_text(notice: DeadlineNotice) -> str:
    """Say it for notifications."""
    brand = inline(notice.brand)
    match notice.kind:
        case DeadlineKind.DUE_SOON:
            cases = f"{count(notice.total, 'case')}{' of yours' if notice.person else ''} about {brand}"
            return f"{cases}{'' if notice.person else ' that nobody has claimed'} must be answered soon"
        case DeadlineKind.OVERDUE:
            return f"{count(notice.total, 'case')} about {brand} {'is' if notice.total == 1 else 'are'} overdue"
        case DeadlineKind.SILENCE:
            waits = "waits" if notice.total == 1 else "wait"
            return f"{count(notice.total, 'complaint')} about {brand} {waits}, and nobody is on"


def _headline(notice: DeadlineNotice) -> str:
    icon = {DeadlineKind.DUE_SOON: "⏳", DeadlineKind.OVERDUE: "⏰", DeadlineKind.SILENCE: "🕯️"}[notice.kind]
    since = f" The oldest was posted {when(notice.since)}." if notice.since else ""
    tail = since if notice.kind is not DeadlineKind.DUE_SOON else ""
    return f"{icon} *{deadline_text(notice)}.*{tail}"
