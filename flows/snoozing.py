"""Letting a case rest, and its return: when its time has come, or when somebody wakes it."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

import structlog

from crm.lifecycle import Step
from crm.snoozing import Rest, end_of, moment
from domain.brand import Brand
from domain.case import Case, CaseFile, HistoryLine
from domain.errors import Refused
from domain.message import MessageKind, NudgeReason
from domain.person import Action
from flows.auditing import audit_step
from flows.house import House
from flows.notices import nudge
from flows.responding import Click, act, move
from storage import cases, messages
from storage.database import Tx

log = structlog.get_logger(__name__)


def snooze(click: Click, *, rest: Rest, house: House) -> CaseFile:
    """Let a new or claimed case rest for a while; its owner keeps it, and the response clock goes on.

    Raises:
        Refused: not permitted, or the case is in another state.
    """
    return act(click, Action.SNOOZE, partial(_snooze, partial(end_of, rest), house), house)


def snooze_until(click: Click, *, day: date, hour: time, house: House) -> CaseFile:
    """Let a case rest until a moment of its brand's time zone. Raises as `snooze`, and InputError for the moment."""
    return act(click, Action.SNOOZE, partial(_snooze, partial(moment, day, hour), house), house)


def wake(click: Click, *, house: House) -> CaseFile:
    """End a case's rest before its time. Raises as `snooze`."""
    return act(click, Action.WAKE, _wake, house)


def wake_due(*, house: House) -> int:
    """Bring back every case whose rest is over, and tell its owner. Returns how many came back."""
    now = house.clock()
    with house.database.read() as tx:
        if not cases.to_wake(tx, at=now):
            return 0
    woken = 0
    with house.database.write() as tx:
        for case in cases.to_wake(tx, at=now):
            try:
                move(tx, case, Step.WAKE, snoozed_until=None)
            except Refused:  # somebody was quicker
                continue
            cases.note(tx, case.id, HistoryLine(at=now, actor=None, action="snooze is over"))
            messages.touch(tx, kind=MessageKind.CARD, subject=case.id)
            audit_step(tx, case.id, Step.WAKE, at=now, house=house)
            if case.owner:
                nudge(tx, case, NudgeReason.AWAKE, to=case.owner, house=house)
            woken += 1
    if woken:
        log.info("snooze_over", cases=woken)
    return woken


def brand_of(case: Case, house: House) -> Brand:
    """Return a case's brand; raises Refused where the settings do not have it any more."""
    return house.brand(case.brand)


def _snooze(
    end: Callable[[datetime, Brand], datetime], house: House, tx: Tx, case: Case, user: str, now: datetime
) -> str:
    move(tx, case, Step.SNOOZE, snoozed_until=end(now, house.brand(case.brand)), snoozed_by=user)
    return "snoozed"


def _wake(tx: Tx, case: Case, _user: str, _now: datetime) -> str:
    move(tx, case, Step.WAKE, snoozed_until=None)
    return "woken"
