"""The daily digest falls due: one for each brand, day and channel, also after hours of downtime."""

from domain.message import MessageKind, MessageState, OutgoingMessage
from flows.contents import digest_subject
from flows.house import House
from flows.reporting import yesterday
from storage import messages


def enqueue_due_digests(*, house: House) -> int:
    """Queue yesterday's digests of every brand whose hour has come; a second call queues none."""
    now = house.clock()
    queued = 0
    with house.database.write() as tx:
        for brand in house.brands:
            if now.astimezone(brand.time_zone).time() < brand.digest_at:
                continue
            subject = digest_subject(brand.name, yesterday(now, brand))
            for channel in brand.digest_channels:
                digest = OutgoingMessage(
                    key=f"digest:{subject}|{channel}",
                    channel=channel,
                    kind=MessageKind.DIGEST,
                    subject=subject,
                    state=MessageState.PENDING,
                    created_at=now,
                )
                queued += messages.enqueue(tx, digest)
    return queued
