"""What people are told directly or in other channels: a case of hers, an escalation, a post for product."""

from datetime import datetime

from slack_sdk.models.blocks import Block, SectionBlock

from bot.escaping import link
from bot.views.elements import (
    byline,
    inline,
    line,
    named,
    platform_name,
    quoted,
    said,
    small,
    urgency_words,
    when,
    who,
    words,
)
from domain.case import Case
from domain.handover import HandoverKind
from domain.message import HandedOver, Nudge, NudgeReason

_GONE = "_The author removed the post. Nothing of it is kept._"
_ICONS = {HandoverKind.ESCALATION: "🚨", HandoverKind.PRODUCT: "📦", HandoverKind.LEAD: "🌱"}


def nudge_blocks(nudge: Nudge, *, now: datetime) -> list[Block]:
    """Tell a person of a case of hers; nothing of the post is in it."""
    return [line(nudge_text(nudge, now=now))]


def nudge_text(nudge: Nudge, *, now: datetime) -> str:
    """Say it in one line, with the link to the card."""
    happened = {
        NudgeReason.ASSIGNED: f"👋 {who(nudge.by)} assigned you",
        NudgeReason.AWAKE: "⏰ Back from its snooze:",
    }[nudge.reason]
    card = f" {link(nudge.card_url, 'Open the card')}" if nudge.card_url else ""
    due = f"{'overdue since' if now > nudge.case.due_at else 'due'} {when(nudge.case.due_at)}"
    return f"{happened} {_case(nudge.case)}, {due}.{card}"


def handover_blocks(handed: HandedOver) -> list[Block]:
    """Show what was passed on: by whom and to whom, the post, the note, and where to find it."""
    told, seen = handed.handover, handed.seen
    if told is None:
        return [line(f"{_ICONS[handed.kind]} {_GONE}")]
    blocks: list[Block] = [line(handover_text(handed))]
    if seen:
        mention = seen.mention
        blocks.append(quoted(mention.text, limit=1500, lines=15))
        place = f"{link(mention.url, platform_name(mention.platform))} {when(mention.posted_at)}"
        blocks.append(small(said(byline(mention.author), limit=400, empty="(unknown author)"), words(place)))
    elif told.quote:
        blocks.append(quoted(told.quote, limit=1500, lines=15))
    if told.note:
        blocks.append(SectionBlock(text=said(f"📝 {told.note}", limit=2100, lines=30)))
    places = [
        link(url, label) for url, label in ((handed.card_url, "Open the card"), (told.source_url, "Message")) if url
    ]
    if places:
        blocks.append(small(words(" · ".join(places))))
    return blocks


def handover_text(handed: HandedOver) -> str:
    """Say it in one line, for notifications too; nothing of the post is in it."""
    told = handed.handover
    if told is None:
        return f"{_ICONS[handed.kind]} {_GONE}"
    if handed.kind is HandoverKind.PRODUCT:
        return f"📦 For product, about *{inline(told.brand)}*, from {who(told.by)}"
    what = _case(handed.case) if handed.case else f"a case of *{inline(told.brand)}*"
    return f"🚨 {named(told.whom or '')}: {who(told.by)} escalated {what}"


def _case(case: Case) -> str:
    article = "an" if case.kind.value[0] in "aeiou" else "a"
    where = f"on {platform_name(case.platform)} about *{inline(case.brand)}*"
    return f"{article} {case.kind.value} {where} ({urgency_words(case.urgency)})"
