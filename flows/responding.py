"""What people do with a case: claim, assign, resolve, reopen, not us. Each click counts once, if delivered twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from crm.access import PERMITTED, may, permit
from crm.lifecycle import Step, after
from domain.case import Case, CaseFile, CaseKind, CaseState, HistoryLine
from domain.errors import Refused
from domain.message import MessageKind, NudgeReason
from domain.person import Action, Person
from domain.prediction import ABOUT, NOT_ABOUT, RELEVANCE
from flows.house import House
from flows.notices import nudge
from storage import audit, cases, corrections, deliveries, mentions, messages, outcomes
from storage.database import Tx

_UNKNOWN = "This case is not known any more: it was erased, or the card belongs to another Earshot."


@dataclass(frozen=True, slots=True)
class Click:
    """Who acts on which case. `delivery` is Slack's identity of the click; a repeat of it has no further effect."""

    case_id: str
    person: Person
    delivery: str | None = None


def claim(click: Click, *, house: House) -> CaseFile:
    """Make the person the one owner of a new case.

    Raises:
        Refused: not permitted, owned by somebody else already, or closed.
    """
    return act(click, Action.CLAIM, _claim, house)


def assign(click: Click, *, to: Person, house: House) -> CaseFile:
    """Make somebody the owner, whoever owns the case now, and tell her.

    Raises:
        Refused: not permitted, she may not work on cases, owns it already, or the case is closed.
    """
    return act(click, Action.ASSIGN, partial(_assign, to, house), house)


def look(case_id: str, *, house: House) -> CaseFile:
    """Return a case as it is now, before anything is done with it; raises Refused where it is gone."""
    with house.database.read() as tx:
        return file_of(tx, case_id, house)


def file_of(tx: Tx, case_id: str, house: House) -> CaseFile:
    """Return a case inside the caller's transaction; raises Refused where it is gone."""
    file = cases.file(tx, case_id, value_band=house.band)
    if file is None:
        raise Refused(_UNKNOWN)
    return file


def resolve(click: Click, *, house: House) -> CaseFile:
    """Close an open or answered case; this is no response and stops no response clock. Raises as `claim`."""
    return act(click, Action.RESOLVE, _resolve, house)


def reopen(click: Click, *, house: House) -> CaseFile:
    """Open a closed or answered case again for its owner, or for everybody where it has none. Raises as `claim`."""
    return act(click, Action.REOPEN, _reopen, house)


def not_us(click: Click, *, house: House) -> CaseFile:
    """Say that a case is not about us: it leaves every rate and is kept as a correction. Raises as `claim`."""
    return act(click, Action.NOT_US, _not_us, house)


@dataclass(frozen=True, slots=True)
class Told:
    """A history line that names people: `whom` holds their Slack ids, separated by spaces."""

    action: str
    whom: str


Effect = Callable[[Tx, Case, str, datetime], str | Told]
"""Changes the case for a Slack user at a moment and returns the history line; raises Refused."""


def act(click: Click, action: Action, effect: Effect, house: House) -> CaseFile:
    """Let a permitted click have its effect once, with a line in the history and an entry in the audit log."""
    permit(click.person, action)
    user, now = click.person.user_id, house.clock()
    with house.database.write() as tx:
        case = cases.get(tx, click.case_id)
        if case is None:
            raise Refused(_UNKNOWN)
        if click.delivery is None or deliveries.first_time(tx, click.delivery, at=now):
            told = effect(tx, case, user, now)
            action_told, whom = (told, None) if isinstance(told, str) else (told.action, told.whom)
            cases.note(tx, case.id, HistoryLine(at=now, actor=user, action=action_told, whom=whom))
            messages.touch(tx, kind=MessageKind.CARD, subject=case.id)
            audit.append(tx, at=now, actor=user, action=action.value, subject=case.id, secret=house.secret)
        return file_of(tx, click.case_id, house)


def move(tx: Tx, case: Case, step: Step, *, by: str | None = None, **values: Any) -> CaseState:
    """Take a step with a case, setting further fields with it.

    Every change of a state passes here but those that come from the platform: another post of the author, an answer,
    a removal. They take their steps of `crm.lifecycle` in storage, from whatever state the case is in by then.

    Raises:
        Refused: the step is not possible from this state, or somebody was quicker.
    """
    state = after(step, case, by=by)
    if not cases.move(tx, case, state=state, **values):
        after(step, cases.get(tx, case.id) or case, by=by)  # says who was quicker, where that is what forbids it
        raise Refused("Somebody was quicker: look at the card as it is now.")
    return state


def _claim(tx: Tx, case: Case, user: str, now: datetime) -> str:
    move(tx, case, Step.CLAIM, by=user, owner=user, claimed_at=now, snoozed_until=None)
    return "claimed"


def _assign(to: Person, house: House, tx: Tx, case: Case, user: str, now: datetime) -> Told:
    if not may(to, Action.CLAIM):
        roles = ", ".join(sorted(PERMITTED[Action.CLAIM]))
        raise Refused(f"<@{to.user_id}> may not work on cases: that takes one of the roles {roles}.")
    if case.owner == to.user_id and case.state is CaseState.CLAIMED:
        raise Refused(f"<@{to.user_id}> owns this already.")
    move(tx, case, Step.ASSIGN, by=user, owner=to.user_id, claimed_at=now, snoozed_until=None)
    nudge(tx, case, NudgeReason.ASSIGNED, to=to.user_id, by=user, house=house)
    return Told("assigned to", to.user_id)


def _resolve(tx: Tx, case: Case, _user: str, now: datetime) -> str:
    move(tx, case, Step.RESOLVE, closed_at=now, snoozed_until=None)
    outcomes.resolved(tx, case.id, at=now)
    return "resolved"


def _reopen(tx: Tx, case: Case, user: str, now: datetime) -> str:
    move(tx, case, Step.REOPEN, closed_at=None)
    outcomes.resolved(tx, case.id, at=None)
    outcomes.not_us(tx, case.id, dismissed=False)
    if case.state is CaseState.DISMISSED:
        _say_of_all(tx, case, ABOUT, user, now)
    return "reopened"


def _not_us(tx: Tx, case: Case, user: str, now: datetime) -> str:
    move(tx, case, Step.NOT_US, closed_at=now, snoozed_until=None)
    outcomes.not_us(tx, case.id, dismissed=True)
    _say_of_all(tx, case, NOT_ABOUT, user, now)
    return "not us"


def _say_of_all(tx: Tx, case: Case, label: str, user: str, now: datetime) -> None:
    """Keep what a person says of the relevance of every post of the case.

    Of a rival's post that was taken for courting nothing is kept: "Not us" says only that it courts nobody.
    """
    if case.kind is CaseKind.POACHING:
        return
    for seen in mentions.of_case(tx, case.id):
        corrections.add(tx, mention_id=seen.mention.id, brand=case.brand, task=RELEVANCE, label=label, by=user, at=now)
