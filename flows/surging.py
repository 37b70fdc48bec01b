"""A surge's course: a line in its thread each minute, and its end when the storm is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from crm.business_time import quiet_until
from domain.case import CaseFile
from domain.clock import iso
from domain.message import MessageKind, MessageState, OutgoingMessage
from domain.noise import Surge, SurgeLine, SurgeSpan
from flows.carding import surge_key
from flows.house import House
from storage import cases, messages, surges
from storage.database import Tx

log = structlog.get_logger(__name__)

LINE_EVERY = timedelta(minutes=1)
LOUDEST_SHOWN, LINE_SHOWN, REASONS_SHOWN = 3, 8, 5


def follow_surges(*, house: House) -> None:
    """Tell each surge's thread what came, and end a surge that has died down: fewer than half of what begins one."""
    now = house.clock()
    with house.database.read() as tx:
        if not surges.going_on(tx):
            return
    with house.database.write() as tx:
        for span in surges.going_on(tx):
            if span.brand not in {brand.name for brand in house.brands}:
                surges.end(tx, span.id, at=now)  # the settings do not have the brand any more
                continue
            over = surges.came(tx, span.id, since=now - house.noise.surge_within) < house.noise.surge_cards / 2
            old_enough = now - span.since >= house.noise.surge_within
            ends = over and old_enough
            if ends or now - span.told_until >= LINE_EVERY:
                _tell(tx, span, now, house)
            if ends:
                surges.end(tx, span.id, at=now)
                log.info("surge_ended", surge=span.id, brand=span.brand)
            messages.touch(tx, kind=MessageKind.SURGE, subject=span.id)


def _tell(tx: Tx, span: SurgeSpan, now: datetime, house: House) -> None:
    surges.told(tx, span.id, until=now)
    if not surges.total(tx, span.id, since=span.told_until, until=now):
        return
    subject = f"{span.id}|{iso(span.told_until)}|{iso(now)}"
    line = OutgoingMessage(
        key=f"surge_line:{subject}",
        channel=span.channel,
        kind=MessageKind.SURGE_LINE,
        subject=subject,
        state=MessageState.PENDING,
        created_at=now,
        not_before=quiet_until(now, house.brand(span.brand)),
        parent=surge_key(span.id),
    )
    messages.enqueue(tx, line)
    for file in line_of(tx, subject, house=house).shown:
        messages.add_mentions(tx, line.key, [seen.mention.id for seen in file.mentions], brand=span.brand)


def surge_of(tx: Tx, surge_id: str, *, house: House) -> Surge | None:
    """Read what a living message shows now."""
    span = surges.get(tx, surge_id)
    if span is None:
        return None
    number, urgent, still_open, owned, answered = surges.figures(tx, surge_id)
    return Surge(
        span=span,
        cases=number,
        urgent=urgent,
        open=still_open,
        owned=owned,
        answered=answered,
        reasons=surges.reasons(tx, surge_id, limit=REASONS_SHOWN),
        loudest=_files(tx, surges.loudest(tx, surge_id, limit=LOUDEST_SHOWN), house),
    )


def line_of(tx: Tx, subject: str, *, house: House) -> SurgeLine:
    """Read what a line of a surge's thread shows now."""
    surge_id, first, last = subject.split("|")
    since, until = datetime.fromisoformat(first), datetime.fromisoformat(last)
    span = surges.get(tx, surge_id)
    shown = surges.loudest(tx, surge_id, limit=LINE_SHOWN, since=since, until=until)
    return SurgeLine(
        brand=span.brand if span else "",
        since=since,
        until=until,
        total=surges.total(tx, surge_id, since=since, until=until),
        shown=_files(tx, shown, house),
    )


def _files(tx: Tx, ids: Sequence[str], house: House) -> tuple[CaseFile, ...]:
    found = (cases.file(tx, case_id, value_band=house.band) for case_id in ids)
    return tuple(file for file in found if file and file.mentions)
