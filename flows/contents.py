"""What an outgoing message shows, read from the database at the moment of posting, so that deletions reach it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from domain.clock import iso
from domain.message import BatchLine, Content, MessageKind, Notice, OutgoingMessage
from domain.noise import Surge
from domain.outcome import Digest
from flows.deadlines import notice_of
from flows.house import House
from flows.reporting import digest_of
from flows.surging import line_of, surge_of
from storage import blind_checks, cases, mentions, messages
from storage.database import Tx

SHOWN_IN_BATCH = 10
"""A batched line lists so many posts; the rest is a number."""


def batch_subject(brand: str, since: datetime, until: datetime) -> str:
    """Name one brand's line of one period."""
    return f"{brand}|{iso(since)}|{iso(until)}"


def digest_subject(brand: str, day: date) -> str:
    """Name one brand's digest of one day."""
    return f"{brand}|{day.isoformat()}"


def content_of(tx: Tx, message: OutgoingMessage, *, house: House) -> Content | None:
    """Read what the message shows now; None where its subject is gone."""
    return _READERS[message.kind](tx, message, house)


def _card(tx: Tx, message: OutgoingMessage, house: House) -> Content | None:
    return cases.file(tx, message.subject, value_band=house.band)


def _line(tx: Tx, message: OutgoingMessage, _house: House) -> Content:
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


def _digest(tx: Tx, message: OutgoingMessage, house: House) -> Content | None:
    name, day = message.subject.rsplit("|", 1)
    if name not in {brand.name for brand in house.brands}:
        return None
    then = replace(house, clock=lambda: message.created_at)  # a later look may only miss what was deleted
    return digest_of(tx, brand=house.brand(name), day=date.fromisoformat(day), house=then)


_READERS: Mapping[MessageKind, Callable[[Tx, OutgoingMessage, House], Content | None]] = {
    MessageKind.CARD: _card,
    MessageKind.BATCH: _line,
    MessageKind.REVIEW: _line,
    MessageKind.DIGEST: _digest,
    MessageKind.BLIND_CHECK: lambda tx, message, _: blind_checks.get(tx, message.subject),
    MessageKind.SURGE: lambda tx, message, house: surge_of(tx, message.subject, house=house),
    MessageKind.SURGE_LINE: lambda tx, message, house: line_of(tx, message.subject, house=house),
    MessageKind.DEADLINE: lambda tx, message, house: notice_of(tx, message, house=house),
    MessageKind.NOTICE: lambda _tx, message, _house: Notice(message.payload or ""),
}


def note_quotes(tx: Tx, key: str, content: Content) -> None:
    """Note which posts a message quotes that chooses them anew each time, so that a deletion reaches it."""
    if isinstance(content, Surge):
        shown = [seen.mention.id for file in content.loudest for seen in file.mentions]
        messages.add_mentions(tx, key, shown, brand=content.span.brand)
    if isinstance(content, Digest):
        messages.add_mentions(tx, key, [quote.mention_id for quote in content.quotes], brand=content.brand)
