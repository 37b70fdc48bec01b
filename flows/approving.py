"""What becomes of a reply that waits for an approval: somebody else approves it or sends it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.access import permit
from crm.lifecycle import Step
from crm.wording import digest_of
from domain.case import Case, CaseFile
from domain.errors import Refused
from domain.message import MessageKind, MessageState, OutgoingMessage
from domain.person import Action, Person
from domain.preference import DirectKind
from domain.reply import Draft, ReplyState
from flows.house import House
from flows.preferring import moment_to_tell
from flows.responding import Click, act, move
from storage import messages, replies
from storage.database import Tx

_OVER = {
    ReplyState.APPROVED: "it was approved, and is being sent",
    ReplyState.SENDING: "it was approved, and is being sent",
    ReplyState.UNKNOWN: "it was approved, and is being sent",
    ReplyState.SENT: "it was sent",
    ReplyState.SENT_BACK: "it was sent back to its writer",
    ReplyState.FAILED: "the platform refused it",
    ReplyState.WITHDRAWN: "it was withdrawn",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides about which draft; see `responding.Click` for `delivery`."""

    draft_id: str
    person: Person
    delivery: str | None = None


def approve(decision: Decision, *, house: House) -> CaseFile:
    """Let a reply be sent exactly as it was shown.

    Raises:
        Refused: not permitted, one's own, or decided already.
    """

    def effect(tx: Tx, case: Case, draft: Draft, now: datetime) -> str:
        _let_others_decide(decision.person, draft)
        _decide(
            tx,
            case,
            draft,
            state=ReplyState.APPROVED,
            decided_by=decision.person.user_id,
            decided_at=now,
            sealed=digest_of(draft.text),
        )
        return "approved the reply"

    return _act(decision, Action.APPROVE, effect, house)


def send_back(decision: Decision, note: str, *, house: House) -> CaseFile:
    """Ask the writer for changes, and tell her why. Raises as `approve`."""

    def effect(tx: Tx, case: Case, draft: Draft, now: datetime) -> str:
        _let_others_decide(decision.person, draft)
        who, state = decision.person.user_id, ReplyState.SENT_BACK
        _decide(tx, case, draft, state=state, decided_by=who, decided_at=now, note=note)
        if moment := moment_to_tell(tx, draft.author, DirectKind.SENT_BACK, brand=draft.brand, house=house):
            tell_writer(tx, draft, at=now, not_before=moment if moment > now else None)
        return "asked for changes of the reply"

    return _act(decision, Action.APPROVE, effect, house)


def insist_undecided(decision: Decision, *, house: House) -> None:
    """Raise Refused where `send_back` would, before anybody writes a note for nothing."""
    permit(decision.person, Action.APPROVE)
    with house.database.read() as tx:
        draft = _draft(tx, decision)
    _let_others_decide(decision.person, draft)
    _undecided(draft)


def withdraw(decision: Decision, *, house: House) -> CaseFile:
    """Take back one's own reply before anybody has approved it. Raises Refused for anybody else, or afterwards."""

    def effect(tx: Tx, case: Case, draft: Draft, now: datetime) -> str:
        if draft.author != decision.person.user_id:
            raise Refused("Only its writer can withdraw a reply. You can request changes.")
        _decide(tx, case, draft, state=ReplyState.WITHDRAWN, decided_by=draft.author, decided_at=now)
        return "withdrew the reply"

    return _act(decision, Action.REPLY, effect, house)


def touch(tx: Tx, draft: Draft) -> None:
    """Note that a draft has changed: on the card of its case, and where an approval was asked for."""
    messages.touch(tx, kind=MessageKind.CARD, subject=draft.case_id)
    messages.touch(tx, kind=MessageKind.APPROVAL, subject=draft.id)


def tell_writer(tx: Tx, draft: Draft, *, at: datetime, not_before: datetime | None = None) -> None:
    """Queue a direct message to the writer about what became of her draft; there is one at most."""
    note = OutgoingMessage(
        key=f"reply_note:{draft.id}",
        channel=draft.author,
        kind=MessageKind.REPLY_NOTE,
        subject=draft.id,
        state=MessageState.PENDING,
        created_at=at,
        not_before=not_before,
    )
    messages.enqueue(tx, note)
    messages.add_mentions(tx, note.key, [draft.mention_id], brand=draft.brand)


_Effect = Callable[[Tx, Case, Draft, datetime], str]


def _act(decision: Decision, action: Action, effect: _Effect, house: House) -> CaseFile:
    """Find the draft's case and act on it."""
    with house.database.read() as tx:
        case_id = _draft(tx, decision).case_id

    def change(tx: Tx, case: Case, _user: str, now: datetime) -> str:
        return effect(tx, case, _draft(tx, decision), now)

    return act(Click(case_id, decision.person, decision.delivery), action, change, house)


def _draft(tx: Tx, decision: Decision) -> Draft:
    draft = replies.get(tx, decision.draft_id)
    if draft is None:
        raise Refused("This reply is gone: it went with the post that it answers.")
    return draft


def _decide(tx: Tx, case: Case, draft: Draft, **values: Any) -> None:
    """Bring a waiting draft and its case into their next states; one of several decisions counts."""
    _undecided(draft)
    move(tx, case, Step.DECIDE)
    if not replies.change(tx, draft.id, states=(ReplyState.WAITING,), **values):
        raise Refused("Somebody was quicker: this is decided already.")
    touch(tx, draft)


def _undecided(draft: Draft) -> None:
    if draft.state in _OVER:
        raise Refused(f"This is decided already: {_OVER[draft.state]}.")


def _let_others_decide(person: Person, draft: Draft) -> None:
    if person.user_id == draft.author:
        raise Refused("Nobody decides about a reply of her own: ask a colleague. You can withdraw it.")
    if not person.approver:
        raise Refused("Only those whom the settings name under [replies] approvers may decide about a reply.")
