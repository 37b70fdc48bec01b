"""What people do with a case: claim, resolve, reopen, not us. Each click counts once, however often it is delivered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crm.access import permit
from domain.case import OPEN_STATES, Case, CaseFile, CaseState, HistoryLine
from domain.errors import AlreadyOwned, Refused
from domain.message import MessageKind
from domain.person import Action, Person
from domain.prediction import ABOUT, NOT_ABOUT, RELEVANCE
from flows.house import House
from storage import audit, cases, corrections, deliveries, mentions, messages, outcomes
from storage.database import Tx


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


def resolve(click: Click, *, house: House) -> CaseFile:
    """Close an open or answered case; this is no response and stops no response clock. Raises as `claim`."""
    return act(click, Action.RESOLVE, _resolve, house)


def reopen(click: Click, *, house: House) -> CaseFile:
    """Open a closed or answered case again for its owner, or for everybody where it has none. Raises as `claim`."""
    return act(click, Action.REOPEN, _reopen, house)


def not_us(click: Click, *, house: House) -> CaseFile:
    """Say that a case is not about us: it leaves every rate and is kept as a correction. Raises as `claim`."""
    return act(click, Action.NOT_US, _not_us, house)


Effect = Callable[[Tx, Case, str, datetime], str]
"""Changes the case for a Slack user at a moment and returns the history line; raises Refused."""


def act(click: Click, action: Action, effect: Effect, house: House) -> CaseFile:
    """Let a permitted click have its effect once, with a line in the history and an entry in the audit log."""
    permit(click.person, action)
    user, now = click.person.user_id, house.clock()
    with house.database.write() as tx:
        case = cases.get(tx, click.case_id)
        if case is None:
            raise Refused("This case is not known any more: it was erased, or the card belongs to another Earshot.")
        if click.delivery is None or deliveries.first_time(tx, click.delivery, at=now):
            line = effect(tx, case, user, now)
            cases.note(tx, case.id, HistoryLine(at=now, actor=user, action=line))
            messages.touch(tx, kind=MessageKind.CARD, subject=case.id)
            audit.append(tx, at=now, actor=user, action=action.value, subject=case.id, secret=house.secret)
        file = cases.file(tx, click.case_id, value_band=house.band)
    if file is None:
        raise Refused("This case is not known any more.")
    return file


def _claim(tx: Tx, case: Case, user: str, now: datetime) -> str:
    if cases.claim(tx, case.id, owner=user, at=now):
        return "claimed"
    if case.owner == user:
        raise Refused("You own this already.")
    if case.owner:
        raise AlreadyOwned(case.owner)
    raise Refused(f"This case is {case.state.value}: reopen it first.")


def _resolve(tx: Tx, case: Case, _user: str, now: datetime) -> str:
    _change(tx, case, "resolve", {*OPEN_STATES, CaseState.ANSWERED}, to=CaseState.RESOLVED, closed_at=now)
    outcomes.resolved(tx, case.id, at=now)
    return "resolved"


def _reopen(tx: Tx, case: Case, user: str, now: datetime) -> str:
    closed = {CaseState.ANSWERED, CaseState.RESOLVED, CaseState.DISMISSED}
    _change(tx, case, "reopen", closed, to=CaseState.CLAIMED if case.owner else CaseState.NEW, closed_at=None)
    outcomes.resolved(tx, case.id, at=None)
    outcomes.not_us(tx, case.id, dismissed=False)
    if case.state is CaseState.DISMISSED:
        _say_of_all(tx, case, ABOUT, user, now)
    return "reopened"


def _not_us(tx: Tx, case: Case, user: str, now: datetime) -> str:
    closable = {*OPEN_STATES, CaseState.ANSWERED, CaseState.RESOLVED}
    _change(tx, case, "dismiss", closable, to=CaseState.DISMISSED, closed_at=now)
    outcomes.not_us(tx, case.id, dismissed=True)
    _say_of_all(tx, case, NOT_ABOUT, user, now)
    return "not us"


def _say_of_all(tx: Tx, case: Case, label: str, user: str, now: datetime) -> None:
    """Keep what a person says of the relevance of every post of the case."""
    for seen in mentions.of_case(tx, case.id):
        corrections.add(tx, mention_id=seen.mention.id, brand=case.brand, task=RELEVANCE, label=label, by=user, at=now)


def _change(
    tx: Tx, case: Case, verb: str, states: set[CaseState], *, to: CaseState, closed_at: datetime | None
) -> None:
    if not cases.change(tx, case.id, states=states, state=to, closed_at=closed_at):
        raise Refused(f"You cannot {verb} this: it is {case.state.value} now.")
