"""Deadlines: a warning before an answer is due, an escalation once it is not given, an alarm when nobody is on."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from crm.business_time import business_seconds, due_at, is_open, quiet_until
from domain.brand import Brand
from domain.case import Case, HistoryLine, Urgency
from domain.clock import iso
from domain.deadline import DeadlineKind, DeadlineNotice
from domain.message import PRESSING, MessageKind, MessageState, OutgoingMessage
from domain.preference import DirectKind
from flows.house import House
from flows.preferring import moment_to_tell
from storage import cases, deadlines, mentions, messages
from storage.database import Tx

log = structlog.get_logger(__name__)

SHOWN = 10
"""A notice lists so many cases; the rest is a number."""

LOOKED_BACK = timedelta(days=7)
"""A silence is as long as that at most: it may reach over a weekend and holidays."""


def watch_deadlines(*, house: House) -> int:
    """Tell whoever must know of cases that are nearly due, overdue, or left alone; return how many messages that are.

    Each case is told of once before and once after its time, however often this runs.
    """
    now = house.clock()
    with house.database.write() as tx:
        return sum(
            _warn(tx, brand, now, house) + _escalate(tx, brand, now, house) + _break_silence(tx, brand, now, house)
            for brand in house.brands
        )


def _warn(tx: Tx, brand: Brand, now: datetime, house: House) -> int:
    if not is_open(now, brand):
        return 0
    soon = due_at(now, minutes=int(house.deadlines.warn_before.total_seconds() / 60), brand=brand)
    quiet = quiet_until(now, brand) is not None  # then the channel hears of urgent cases only
    near = [
        case
        for case in deadlines.due_before(tx, brand=brand.name, moment=soon)
        if case.due_at > now and (not quiet or case.owner or case.urgency is Urgency.URGENT)
    ]
    if not near:
        return 0
    deadlines.warned(tx, [case.id for case in near], at=now)
    owners = sorted({case.owner or "" for case in near})
    return sum(
        _tell(
            tx,
            DeadlineKind.DUE_SOON,
            brand,
            [case for case in near if (case.owner or "") == owner],
            to=[owner or house.channels.get(brand.name, "")],
            now=now,
            house=house,
        )
        for owner in owners
    )


def _escalate(tx: Tx, brand: Brand, now: datetime, house: House) -> int:
    late = [] if quiet_until(now, brand) else deadlines.overdue(tx, brand=brand.name, moment=now)
    if not late:
        return 0
    ids = [case.id for case in late]
    deadlines.called_overdue(tx, ids, at=now)
    cases.note_all(tx, ids, HistoryLine(at=now, actor=None, action="overdue"))
    for case_id in ids:
        messages.touch(tx, kind=MessageKind.CARD, subject=case_id)
    log.info("overdue", brand=brand.name, cases=len(late))
    return _tell(tx, DeadlineKind.OVERDUE, brand, late, to=_superiors(brand, house), now=now, house=house)


def _break_silence(tx: Tx, brand: Brand, now: datetime, house: House) -> int:
    """Raise the alarm once for each silence: it ends with the next deed of anybody."""
    if quiet_until(now, brand):
        return 0
    waiting, last = silent_complaints(tx, brand, now, house)
    if not waiting:
        return 0
    since = last or min(case.opened_at for case in waiting)  # each silence has a beginning of its own
    to = dict.fromkeys([house.channels.get(brand.name, ""), *_superiors(brand, house)])
    return _tell(
        tx,
        DeadlineKind.SILENCE,
        brand,
        waiting,
        to=to,
        now=now,
        house=house,
        key=f"since {iso(since)}",
    )


def silent_complaints(tx: Tx, brand: Brand, now: datetime, house: House) -> tuple[list[Case], datetime | None]:
    """Return the complaints that wait while nobody is on, none where somebody is; and when the last deed was."""
    if not is_open(now, brand):
        return [], None
    seconds = house.deadlines.silence.total_seconds()
    waiting = [
        case
        for case in deadlines.unowned_complaints(tx, brand=brand.name)
        if business_seconds(case.opened_at, now, brand=brand) >= seconds
    ]
    if not waiting:
        return [], None
    last = deadlines.last_deed(tx, brand=brand.name, since=now - LOOKED_BACK)
    somebody_is_on = last is not None and business_seconds(last, now, brand=brand) < seconds
    return ([] if somebody_is_on else waiting), last


def _superiors(brand: Brand, house: House) -> Sequence[str]:
    """Return where escalations go: the channel that the settings name, else those people, else the brand's channel."""
    policy = house.escalation
    return [policy.channel] if policy.channel else policy.people or [house.channels.get(brand.name, "")]


def _tell(
    tx: Tx,
    kind: DeadlineKind,
    brand: Brand,
    told: Sequence[Case],
    *,
    to: Iterable[str],
    now: datetime,
    house: House,
    key: str | None = None,
) -> int:
    """Queue one message for each place; what it shows is read when it is posted.

    A warning reaches its owner as she prefers; what is overdue or silent spares nobody.
    """
    queued = 0
    ids = [case.id for case in told]
    for place in to:
        moment: datetime | None = now
        if kind is DeadlineKind.DUE_SOON and place[:1] in {"U", "W"}:
            moment = moment_to_tell(tx, place, DirectKind.DUE_SOON, brand=brand.name, house=house)
        if moment is None:
            continue
        subject = f"{kind.value}|{place}|{key or iso(now)}|{brand.name}"
        notice = OutgoingMessage(
            key=f"deadline:{subject}",
            channel=place,
            kind=MessageKind.DEADLINE,
            subject=subject,
            state=MessageState.PENDING,
            created_at=now,
            not_before=moment,
            rank=PRESSING,
            payload=json.dumps(ids),
        )
        if place and messages.enqueue(tx, notice):
            shown = mentions.of_cases(tx, ids[:SHOWN])
            messages.add_mentions(
                tx, notice.key, [seen.mention.id for group in shown.values() for seen in group], brand=brand.name
            )
            queued += 1
    return queued


def notice_of(tx: Tx, message: OutgoingMessage, *, house: House) -> DeadlineNotice:
    """Read what a notice shows now: cases whose posts are gone are left out."""
    kind, place, _, brand = message.subject.split("|", 3)
    ids: list[str] = json.loads(message.payload or "[]")
    files = [cases.file(tx, case_id, value_band=house.band) for case_id in ids[:SHOWN]]
    shown = tuple(file for file in files if file and file.mentions)
    return DeadlineNotice(
        kind=DeadlineKind(kind),
        brand=brand,
        person=place if place[:1] in {"U", "W"} else None,
        total=len(ids) - len(files) + len(shown),
        since=min((file.case.posted_at for file in shown), default=None),
        shown=shown,
    )
