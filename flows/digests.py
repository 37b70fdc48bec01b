"""The daily digest falls due: one for each brand, day and channel, also after hours of downtime."""

from datetime import UTC, date, datetime, timedelta

from domain.brand import Brand
from domain.message import MessageKind, MessageState, OutgoingMessage
from flows.digest import digest_subject, yesterday
from flows.house import House
from storage import messages, tallies
from storage.database import Tx


def enqueue_due_digests(*, house: House) -> int:
    """Queue the latest digest of every brand that is due; a second call queues none.

    Of days that were missed because nothing ran, only the latest comes: the older ones would bury it, and
    `python run.py digest --date` shows them.
    """
    now = house.clock()
    with house.database.write() as tx:
        due = [digest for brand in house.brands for digest in _due(tx, brand, now)]
        queued = [digest for digest in due if messages.enqueue(tx, digest)]
        for digest in queued:
            messages.enqueue(tx, chart_message(digest))
        return len(queued)


def chart_message(digest: OutgoingMessage) -> OutgoingMessage:
    """Make the message that shows the digest's chart, in its thread."""
    return OutgoingMessage(
        key=f"chart:{digest.subject}|{digest.channel}",
        channel=digest.channel,
        kind=MessageKind.CHART,
        subject=digest.subject,
        state=MessageState.PENDING,
        created_at=digest.created_at,
        parent=digest.key,
    )


def _due(tx: Tx, brand: Brand, now: datetime) -> list[OutgoingMessage]:
    """Return a brand's digests that were due last: yesterday's from the hour on, until then those of the day before.

    Before the hour there are some to make up for only where we listened already when they were due, and where
    yesterday's is not out yet, which a later hour in the settings would else bring about.
    """
    day = yesterday(now, brand)
    latest = [_digest(brand, day, channel, now) for channel in brand.digest_channels]
    if now.astimezone(brand.time_zone).time() >= brand.digest_at:
        return latest
    was_due = datetime.combine(day, brand.digest_at, brand.time_zone).astimezone(UTC)
    if not latest or not tallies.heard_before(tx, brand=brand.name, at=was_due):
        return []
    late = [digest.channel for digest in latest if messages.get(tx, digest.key) is None]
    return [_digest(brand, day - timedelta(days=1), channel, now) for channel in late]


def _digest(brand: Brand, day: date, channel: str, now: datetime) -> OutgoingMessage:
    subject = digest_subject(brand.name, day)
    return OutgoingMessage(
        key=f"digest:{subject}|{channel}",
        channel=channel,
        kind=MessageKind.DIGEST,
        subject=subject,
        state=MessageState.PENDING,
        created_at=now,
    )
