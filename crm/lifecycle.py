"""The life of a case: which step leads from which state to which, and why another one is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.case import OPEN_STATES, Case, CaseKind, CaseState
from domain.errors import AlreadyOwned, Refused
from domain.person import Action


class Step(StrEnum):
    """What may happen to a case; people do the first, Earshot itself sees the last four."""

    CLAIM = "claim"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    REPLY = "reply"  # it needs no approval, and is sent next
    ASK_APPROVAL = "ask_approval"
    DECIDE = "decide"  # the reply is approved, sent back or withdrawn
    RESOLVE = "resolve"
    NOT_US = "not_us"
    REOPEN = "reopen"
    WAKE = "wake"  # also by hand
    ANSWER = "answer"
    CALL_AGAIN = "call_again"  # the author wrote again after the case was over
    REMOVE = "remove"


_ALIVE = frozenset(CaseState) - {CaseState.REMOVED}
_WORKED_ON = OPEN_STATES - {CaseState.WAITING_APPROVAL}

FROM: Mapping[Step, frozenset[CaseState]] = MappingProxyType(
    {
        Step.CLAIM: frozenset({CaseState.NEW, CaseState.SNOOZED}),
        Step.ASSIGN: _WORKED_ON,
        Step.SNOOZE: frozenset({CaseState.NEW, CaseState.CLAIMED}),
        Step.REPLY: _WORKED_ON,
        Step.ASK_APPROVAL: _WORKED_ON,
        Step.DECIDE: frozenset({CaseState.WAITING_APPROVAL}),
        Step.RESOLVE: OPEN_STATES | {CaseState.ANSWERED},
        Step.NOT_US: OPEN_STATES | {CaseState.ANSWERED, CaseState.RESOLVED},
        Step.REOPEN: frozenset({CaseState.ANSWERED, CaseState.RESOLVED, CaseState.DISMISSED}),
        Step.WAKE: frozenset({CaseState.SNOOZED}),
        Step.ANSWER: OPEN_STATES,
        Step.CALL_AGAIN: frozenset({CaseState.ANSWERED, CaseState.RESOLVED}),
        Step.REMOVE: _ALIVE,
    }
)
"""From which states each step is possible."""

_TO: Mapping[Step, CaseState] = MappingProxyType(
    {
        Step.CLAIM: CaseState.CLAIMED,
        Step.ASSIGN: CaseState.CLAIMED,
        Step.SNOOZE: CaseState.SNOOZED,
        Step.REPLY: CaseState.CLAIMED,
        Step.ASK_APPROVAL: CaseState.WAITING_APPROVAL,
        Step.RESOLVE: CaseState.RESOLVED,
        Step.NOT_US: CaseState.DISMISSED,
        Step.ANSWER: CaseState.ANSWERED,
        Step.REMOVE: CaseState.REMOVED,
    }
)
"""Where a step leads; the others lead back to the owner, or to everybody where there is none."""

_ACTIONS: Mapping[Action, str] = MappingProxyType(
    {
        Action.ESCALATE: "escalate this",
        Action.CORRECT: "correct this",
        Action.LINK_CUSTOMER: "link its author",
        Action.SEND_TO_PRODUCT: "send this to product",
        Action.CREATE_LEAD: "make a lead of this",
    }
)
_WORDS: Mapping[Step, str] = MappingProxyType(
    {
        Step.CLAIM: "claim",
        Step.ASSIGN: "assign",
        Step.SNOOZE: "snooze",
        Step.REPLY: "reply to",
        Step.ASK_APPROVAL: "ask for an approval of",
        Step.DECIDE: "decide about a reply to",
        Step.RESOLVE: "resolve",
        Step.NOT_US: "dismiss",
        Step.REOPEN: "reopen",
        Step.WAKE: "wake",
    }
)
STATE_WORDS: Mapping[CaseState, str] = MappingProxyType(
    {state: state.value.replace("_", " ") for state in CaseState}
    | {
        CaseState.WAITING_APPROVAL: "waiting for an approval",
        CaseState.DISMISSED: "dismissed as not us",
        CaseState.REMOVED: "removed by its author",
    }
)
"""States as they stand in a sentence."""


OFFERED: Mapping[Action, frozenset[CaseState]] = MappingProxyType(
    {
        Action.ESCALATE: OPEN_STATES,
        Action.CORRECT: _ALIVE - {CaseState.DISMISSED},
        Action.LINK_CUSTOMER: _ALIVE,
        Action.SEND_TO_PRODUCT: _ALIVE,
        Action.CREATE_LEAD: _ALIVE - {CaseState.DISMISSED},
    }
)
"""In which states people may do what leads to no other state."""


NOT_OF_POACHING: frozenset[Action | Step] = frozenset(
    {Action.CORRECT, Action.LINK_CUSTOMER, Action.CREATE_LEAD, Step.REPLY, Step.ASK_APPROVAL}
)
"""What makes no sense where a rival courts our customers: nobody waits for an answer, and the author is no customer."""

_COURTED = "This is a rival's post: care for the customers whom it speaks to, and resolve it, or say “Not us”."


def offered(action: Action, case: Case) -> bool:
    """Tell whether `insist` would let the action pass."""
    is_apart = case.kind is CaseKind.POACHING and action in NOT_OF_POACHING
    return case.state in OFFERED[action] and not is_apart


def insist(action: Action, case: Case) -> None:
    """Let an action pass that fits the case's state.

    Raises:
        Refused: it does not; the message says why.
    """
    if case.kind is CaseKind.POACHING and action in NOT_OF_POACHING:
        raise Refused(f"You cannot {_ACTIONS[action]}. {_COURTED}")
    if case.state not in OFFERED[action]:
        raise Refused(f"You cannot {_ACTIONS[action]} now: the case is {STATE_WORDS[case.state]}.{_hint(case.state)}")


def possible(step: Step, case: Case) -> bool:
    """Tell whether `after` would let the step pass."""
    if case.kind is CaseKind.POACHING and step in NOT_OF_POACHING:
        return False
    return case.state in FROM[step] and not (step is Step.CLAIM and case.owner)


def after(step: Step, case: Case, *, by: str | None = None) -> CaseState:
    """Return the state that a step leads to; `by` is the Slack user who takes it.

    Raises:
        AlreadyOwned: a case that has another owner cannot be claimed.
        Refused: the step is not possible from this state; the message says what is.
    """
    if case.kind is CaseKind.POACHING and step in NOT_OF_POACHING:
        raise Refused(f"You cannot {_WORDS[step]} this. {_COURTED}")
    if step is Step.CLAIM and case.owner and case.state in OPEN_STATES:
        if case.owner == by:
            raise Refused("You own this already.")
        raise AlreadyOwned(case.owner)
    if case.state not in FROM[step]:
        raise Refused(_refusal(step, case.state))
    return _TO.get(step) or (CaseState.CLAIMED if case.owner else CaseState.NEW)


def _refusal(step: Step, state: CaseState) -> str:
    hint = "" if step is Step.REOPEN else _hint(state)
    if state is CaseState.WAITING_APPROVAL:
        hint = " Approve the reply, or send it back, first."
    return f"You cannot {_WORDS.get(step, step.value.replace('_', ' '))} this: it is {STATE_WORDS[state]} now.{hint}"


def _hint(state: CaseState) -> str:
    return " Reopen it first." if state in FROM[Step.REOPEN] else ""
