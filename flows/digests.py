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
    queued = 0
    with house.database.write() as tx:
        for brand in house.brands:
            day = _due_day(tx, brand, now) if brand.digest_channels else None
            if day is None:
                continue
            for channel in brand.digest_channels:
                queued += messages.enqueue(tx, _digest(digest_subject(brand.name, day), channel, now))
    return queued


def chart_message(digest: OutgoingMessage) -> OutgoingMessage:
    """Make the message that shows the digest's chart."""
    return OutgoingMessage(
        key=f"chart:{digest.subject}|{digest.channel}",
        channel=digest.channel,
        kind=MessageKind.CHART,
        subject=digest.subject,
        state=MessageState.PENDING,
        created_at=digest.created_at,
    )


def _digest(subject: str, channel: str, now: datetime) -> OutgoingMessage:
    return OutgoingMessage(
        key=f"digest:{subject}|{channel}",
        channel=channel,
        kind=MessageKind.DIGEST,
        subject=subject,
        state=MessageState.PENDING,
        created_at=now,
    )


def _due_day(tx: Tx, brand: Brand, now: datetime) -> date | None:
    """Return the day whose digest was due last: yesterday's from the hour on, until then that of the day before.

    Before the hour, there is one to make up for only where we listened already when it was due.
    """
    day = yesterday(now, brand)
    if now.astimezone(brand.time_zone).time() >= brand.digest_at:
        return day
    due = datetime.combine(day, brand.digest_at, brand.time_zone).astimezone(UTC)
    return day - timedelta(days=1) if tallies.heard_before(tx, brand=brand.name, at=due) else None
