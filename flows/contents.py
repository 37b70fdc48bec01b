"""What an outgoing message shows, read from the database at the moment of posting, so that deletions reach it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from domain.clock import iso
from domain.digest import Digest
from domain.message import BatchLine, Content, MessageKind, Notice, OutgoingMessage
from flows.digest import chart_of, digest_of, read_digest_subject
from flows.house import House
from storage import blind_checks, cases, mentions, messages
from storage.database import Tx

SHOWN_IN_BATCH = 10
"""A batched line lists so many posts; the rest is a number."""


def batch_subject(brand: str, since: datetime, until: datetime) -> str:
    """Name one brand's line of one period."""
    return f"{brand}|{iso(since)}|{iso(until)}"


def content_of(tx: Tx, message: OutgoingMessage, *, house: House) -> Content | None:
    """Read what the message shows now; None where its subject is gone."""
    match message.kind:
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
            return _of_day(tx, message, digest_of, house)
        case MessageKind.CHART:
            return _of_day(tx, message, chart_of, house)
        case MessageKind.BLIND_CHECK:
            return blind_checks.get(tx, message.subject)
        case MessageKind.NOTICE:
            return Notice(message.payload or "")


def _of_day(tx: Tx, message: OutgoingMessage, make: Callable[..., Content], house: House) -> Content | None:
    name, day = read_digest_subject(message.subject)
    if name not in {brand.name for brand in house.brands}:
        return None
    then = replace(house, clock=lambda: message.created_at)  # a later look may only miss what was deleted
    return make(tx, brand=house.brand(name), day=day, house=then)


def note_quotes(tx: Tx, key: str, content: Content) -> None:
    """Note which posts a digest quotes, so that a deletion reaches it; other kinds note theirs when they are made."""
    if isinstance(content, Digest):
        messages.add_mentions(tx, key, [quote.mention_id for quote in content.quotes], brand=content.brand)
