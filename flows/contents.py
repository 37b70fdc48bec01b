"""What an outgoing message shows, read from the database at the moment of posting, so that deletions reach it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from domain.clock import iso
from domain.deadline import DeadlineNotice
from domain.digest import Digest
from domain.handover import HandoverKind
from domain.message import (
    ApprovalRequest,
    BatchLine,
    Content,
    HandedOver,
    MessageKind,
    Nudge,
    NudgeReason,
    OutgoingMessage,
    ReplyNote,
)
from domain.noise import Surge
from flows.deadlines import notice_of
from flows.digest import chart_of, digest_of, read_digest_subject
from flows.engagement import changes_of
from flows.handing_over import passed_on
from flows.house import House
from flows.notices import read_notice
from flows.permalinks import card_url
from flows.surging import line_of, surge_of
from storage import blind_checks, cases, handovers, mentions, messages, replies
from storage.database import Tx

SHOWN_IN_BATCH = 10
"""A batched line lists so many posts; the rest is a number."""


def batch_subject(brand: str, since: datetime, until: datetime) -> str:
    """Name one brand's line of one period."""
    return f"{brand}|{iso(since)}|{iso(until)}"


def content_of(tx: Tx, message: OutgoingMessage, *, house: House) -> Content | None:
    """Read what the message shows now; None where its subject is gone."""
    return _READ[message.kind](tx, message, house)


def _card(tx: Tx, message: OutgoingMessage, house: House) -> Content | None:
    return cases.file(tx, message.subject, value_band=house.band)


def _line(tx: Tx, message: OutgoingMessage, _house: House) -> Content | None:
    brand, since, until = message.subject.rsplit("|", 2)
    total, late = mentions.count_of_message(tx, message.key)
    return BatchLine(
        brand=brand,
        kind=message.kind,
        since=datetime.fromisoformat(since),
        until=datetime.fromisoformat(until),
        total=total,
        shown=tuple(mentions.of_message(tx, message.key, limit=SHOWN_IN_BATCH)),
        late=late,
    )


def _of_day(tx: Tx, message: OutgoingMessage, make: Callable[..., Content], house: House) -> Content | None:
    name, day = read_digest_subject(message.subject)
    if name not in {brand.name for brand in house.brands}:
        return None
    then = replace(house, clock=lambda: message.created_at)  # a later look may only miss what was deleted
    return make(tx, brand=house.brand(name), day=day, house=then)


def _blind_check(tx: Tx, message: OutgoingMessage, _house: House) -> Content | None:
    return blind_checks.get(tx, message.subject)


def _notice(_tx: Tx, message: OutgoingMessage, _house: House) -> Content | None:
    return read_notice(message.payload or "")


def _nudge(tx: Tx, message: OutgoingMessage, house: House) -> Nudge | None:
    case = cases.get(tx, message.subject)
    reason, _, by = (message.payload or "").partition(" ")
    return Nudge(NudgeReason(reason), by or None, case, card_url(tx, case.id, house)) if case else None


def _handed_over(tx: Tx, message: OutgoingMessage, house: House) -> HandedOver:
    """Read what was passed on; of an erased post nothing is left to show but that it was there."""
    kind = HandoverKind(message.kind.value)
    handover = handovers.get(tx, message.subject)
    if handover is None:
        return HandedOver(kind)
    return passed_on(tx, handover, house=house)


def _approval(tx: Tx, message: OutgoingMessage, _house: House) -> ApprovalRequest:
    draft = replies.get(tx, message.subject)
    posts = mentions.of_case(tx, draft.case_id) if draft else []
    return ApprovalRequest(draft, any(draft and seen.mention.posted_at > draft.created_at for seen in posts))


_READ: Mapping[MessageKind, Callable[[Tx, OutgoingMessage, House], Content | None]] = {
    MessageKind.CARD: _card,
    MessageKind.BATCH: _line,
    MessageKind.REVIEW: _line,
    MessageKind.DIGEST: lambda tx, message, house: _of_day(tx, message, digest_of, house),
    MessageKind.CHART: lambda tx, message, house: _of_day(tx, message, chart_of, house),
    MessageKind.SURGE: lambda tx, message, house: surge_of(tx, message.subject, house=house),
    MessageKind.SURGE_LINE: lambda tx, message, house: line_of(tx, message.subject, house=house),
    MessageKind.DEADLINE: lambda tx, message, house: notice_of(tx, message, house=house),
    MessageKind.BLIND_CHECK: _blind_check,
    MessageKind.NOTICE: _notice,
    MessageKind.NUDGE: _nudge,
    MessageKind.ESCALATION: _handed_over,
    MessageKind.PRODUCT: _handed_over,
    MessageKind.APPROVAL: _approval,
    MessageKind.ENGAGEMENT: lambda tx, message, house: changes_of(tx, date.fromisoformat(message.subject), house=house),
    MessageKind.REPLY_NOTE: lambda tx, message, _: ReplyNote(replies.get(tx, message.subject)),
}


def note_quotes(tx: Tx, key: str, content: Content) -> None:
    """Note which posts a message quotes that chooses them anew each time, so that a deletion reaches it."""
    if isinstance(content, Surge):
        shown = [seen.mention.id for file in content.loudest for seen in file.mentions]
        messages.add_mentions(tx, key, shown, brand=content.span.brand)
    if isinstance(content, DeadlineNotice):
        shown = [seen.mention.id for file in content.shown for seen in file.mentions]
        messages.add_mentions(tx, key, shown, brand=content.brand)
    if isinstance(content, Digest):
        messages.add_mentions(tx, key, [quote.mention_id for quote in content.quotes], brand=content.brand)
