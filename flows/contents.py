"""What an outgoing message shows, read from the database at the moment of posting, so that deletions reach it."""

from dataclasses import replace
from datetime import date, datetime

from domain.clock import iso
from domain.message import ApprovalRequest, BatchLine, Content, MessageKind, Notice, OutgoingMessage, ReplyNote
from domain.outcome import Digest
from flows.house import House
from flows.reporting import digest_of
from storage import blind_checks, cases, mentions, messages, replies
from storage.database import Tx

SHOWN_IN_BATCH = 10
"""A batched line lists so many posts; the rest is a number."""


def batch_subject(brand: str, since: datetime, until: datetime) -> str:
    """Name one brand's line of one period."""
    return f"{brand}|{iso(since)}|{iso(until)}"


def digest_subject(brand: str, day: date) -> str:
    """Name one brand's digest of one day."""
    return f"{brand}|{day.isoformat()}"


def content_of(tx: Tx, message: OutgoingMessage, *, house: House) -> Content | None:  # noqa: PLR0911  # one for each kind
    """Read what the message shows now; None where its subject is gone."""
    match message.kind:
        case MessageKind.APPROVAL:
            return _approval(tx, message.subject)
        case MessageKind.REPLY_NOTE:
            return ReplyNote(replies.get(tx, message.subject))
        case MessageKind.CARD:
            return cases.file(tx, message.subject, value_band=house.band)
        case MessageKind.BATCH | MessageKind.REVIEW:
            brand, since, until = message.subject.rsplit("|", 2)
            seen = mentions.of_message(tx, message.key)
            return BatchLine(
                brand=brand,
                kind=message.kind,
                since=datetime.fromisoformat(since),
                until=datetime.fromisoformat(until),
                total=len(seen),
                shown=tuple(seen[:SHOWN_IN_BATCH]),
            )
        case MessageKind.DIGEST:
            name, day = message.subject.rsplit("|", 1)
            if name not in {brand.name for brand in house.brands}:
                return None
            then = replace(house, clock=lambda: message.created_at)  # a later look may only miss what was deleted
            return digest_of(tx, brand=house.brand(name), day=date.fromisoformat(day), house=then)
        case MessageKind.BLIND_CHECK:
            return blind_checks.get(tx, message.subject)
        case MessageKind.NOTICE:
            return Notice(message.payload or "")


def _approval(tx: Tx, draft_id: str) -> ApprovalRequest:
    draft = replies.get(tx, draft_id)
    posts = mentions.of_case(tx, draft.case_id) if draft else []
    return ApprovalRequest(draft, any(draft and seen.mention.posted_at > draft.created_at for seen in posts))


def note_quotes(tx: Tx, key: str, content: Content) -> None:
    """Note which posts a digest quotes, so that a deletion reaches it; other kinds note theirs when they are made."""
    if isinstance(content, Digest):
        messages.add_mentions(tx, key, [quote.mention_id for quote in content.quotes], brand=content.brand)
