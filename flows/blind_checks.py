"""The weekly blind check: drawn once for each brand and week, and judged by people one post at a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from crm.access import permit
from crm.blind_checks import CALLING, PERIOD, draw, due, next_question
from domain.blind_check import QUESTIONS, BlindPost, BlindRest, BlindStep
from domain.brand import Brand
from domain.errors import Refused
from domain.message import MessageKind, MessageState, OutgoingMessage
from domain.person import Action, Person
from flows.house import House
from storage import audit, blind_checks, deliveries, messages
from storage.blind_checks import Item
from storage.database import Tx

HOLD = timedelta(minutes=30)
"""A post that somebody was shown is kept for her so long."""

_UNKNOWN = "This blind check is not known any more, or belongs to another Earshot."
_TOO_LATE = "The last post is gone, or somebody else judges it: your answer was not needed."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed a button under which post. `delivery` is Slack's identity of the click; a repeat has no effect."""

    item: int
    person: Person
    delivery: str | None = None


def enqueue_due_checks(*, house: House) -> int:
    """Draw this week's check of every brand whose hour has come, and queue its message; a second call queues none.

    A week without a post that may be drawn has a check without a message.
    """
    return sum(_enqueue(brand, house) for brand in house.brands if house.channels.get(brand.name))


def _enqueue(brand: Brand, house: House) -> bool:
    now = house.clock()
    week, moment = due(now, brand)
    if now < moment:
        return False
    with house.database.read() as tx:
        if blind_checks.is_drawn(tx, brand=brand.name, week=week):
            return False
        found = blind_checks.candidates(tx, brand=brand.name, start=moment - PERIOD, end=moment, calling=CALLING)
    drawn = draw(found, seed=f"{brand.name}|{week.isoformat()}")
    check_id = uuid4().hex
    with house.database.write() as tx:
        if not blind_checks.add(tx, check_id, drawn, brand=brand.name, week=week, at=now):
            return False
        log.info("blind_check_drawn", check=check_id, posts=len(drawn), of=len(found))
        message = OutgoingMessage(
            key=f"{MessageKind.BLIND_CHECK.value}:{check_id}",
            channel=house.channels[brand.name],
            kind=MessageKind.BLIND_CHECK,
            subject=check_id,
            state=MessageState.PENDING,
            created_at=now,
        )
        if not drawn or not messages.enqueue(tx, message):
            return False
        messages.add_mentions(tx, message.key, [one.mention_id for one in drawn], brand=brand.name)
    return True


def begin(check_id: str, *, person: Person, house: House) -> BlindStep:
    """Ask a person the first question that is left for her, or say that there is none; raises Refused."""
    permit(person, Action.BLIND_CHECK)
    with house.database.write() as tx:
        return _next(tx, check_id, person, house)


def answer(press: Press, *, task: str, label: str, house: House) -> BlindStep:
    """Keep a person's answer and ask her the next question. The first answer to a question counts.

    Raises:
        Refused: not permitted, or no such post, question or label.
    """
    if label not in QUESTIONS.get(task, ()):
        raise Refused("This button belongs to another version of Earshot: press Start once more.")

    def keep(tx: Tx, item: Item, now: datetime) -> None:
        if next_question(item.answers) != task:
            return  # pressed twice
        by = press.person.user_id
        if blind_checks.answer(tx, item.number, task=task, label=label, by=by, at=now):
            _note(tx, press, f"{task}: {label}", now, house)
            if next_question({**item.answers, task: label}) is None:
                blind_checks.finish(tx, item.number, at=now)
                messages.touch(tx, kind=MessageKind.BLIND_CHECK, subject=item.check_id)

    return _act(press, keep, house)


def skip(press: Press, *, house: House) -> BlindStep:
    """Leave a post to others, with all that was answered of it, and ask for the next. Raises as `answer`."""

    def leave(tx: Tx, item: Item, now: datetime) -> None:
        blind_checks.skip(tx, item.number, by=press.person.user_id)
        _note(tx, press, "skipped", now, house)

    return _act(press, leave, house)


def _act(press: Press, effect: Callable[[Tx, Item, datetime], None], house: House) -> BlindStep:
    permit(press.person, Action.BLIND_CHECK)
    now, note = house.clock(), ""
    with house.database.write() as tx:
        item = blind_checks.item(tx, press.item)
        if item is None:
            raise Refused(_UNKNOWN)
        is_new = press.delivery is None or deliveries.first_time(tx, press.delivery, at=now)
        if is_new and (item.mention is None or item.held_by != press.person.user_id):
            note = _TOO_LATE
        elif is_new and not item.finished:
            effect(tx, item, now)
        return replace(_next(tx, item.check_id, press.person, house), note=note)


def _next(tx: Tx, check_id: str, person: Person, house: House) -> BlindStep:
    check = blind_checks.get(tx, check_id)
    if check is None:
        raise Refused(_UNKNOWN)
    number = blind_checks.take(tx, check_id, by=person.user_id, at=house.clock(), hold=HOLD)
    item = None if number is None else blind_checks.item(tx, number)
    task = next_question(item.answers) if item else None
    if item is None or item.mention is None or task is None:
        return BlindRest(check.brand, done=check.done, waiting=check.total - check.done)
    return BlindPost(
        item=item.number,
        brand=check.brand,
        mention=item.mention,
        task=task,
        answers=item.answers,
        place=item.place,
        total=check.total,
    )


def _note(tx: Tx, press: Press, detail: str, now: datetime, house: House) -> None:
    action, by = Action.BLIND_CHECK.value, press.person.user_id
    audit.append(tx, at=now, actor=by, action=action, subject=str(press.item), detail=detail, secret=house.secret)
