"""The hourly lines: what needs no card, and what needs a person's eye because the model is unsure."""

from datetime import datetime, timedelta

from crm.business_time import quiet_until
from domain.case import Verdict
from domain.message import MessageKind, MessageState, OutgoingMessage
from flows.contents import batch_subject
from flows.house import House
from storage import mentions, messages

_LINES = ((Verdict.BATCH, MessageKind.BATCH), (Verdict.REVIEW, MessageKind.REVIEW))


def enqueue_batches(*, house: House, period: timedelta = timedelta(hours=1)) -> int:
    """Queue one line for each brand and kind with whatever came before the present period and is in no line yet.

    Periods are counted from midnight UTC. Returns how many lines were queued; a second call in a period queues none.
    """
    until = period_start(house.clock(), period)
    queued = 0
    with house.database.write() as tx:
        for brand in house.brands:
            channel = house.channels.get(brand.name)
            if channel is None or quiet_until(house.clock(), brand):
                continue  # after the quiet hours one line has it all
            for verdict, kind in _LINES:
                waiting = mentions.unbatched(tx, brand=brand.name, verdict=verdict, until=until)
                if kind is MessageKind.BATCH:
                    waiting += mentions.late(tx, brand=brand.name, until=until)
                if not waiting:
                    continue
                subject = batch_subject(brand.name, until - period, until)
                line = OutgoingMessage(
                    key=f"{kind.value}:{subject}",
                    channel=channel,
                    kind=kind,
                    subject=subject,
                    state=MessageState.PENDING,
                    created_at=house.clock(),
                )
                if messages.enqueue(tx, line):
                    messages.add_mentions(tx, line.key, waiting, brand=brand.name)
                    queued += 1
    return queued


def period_start(moment: datetime, period: timedelta) -> datetime:
    """Return the start of the period that `moment` is in."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // period * period
