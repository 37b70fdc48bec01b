"""Telling the operators in their channel, and a person directly, through the outbox like everything else."""

from typing import Final

from domain.case import Case
from domain.clock import iso
from domain.message import PRESSING, MessageKind, MessageState, Notice, NudgeReason, OutgoingMessage
from domain.preference import DirectKind
from flows.house import House
from flows.preferring import moment_to_tell
from storage import messages
from storage.database import Tx

_GOOD: Final = "✅ "
"""How the sentence begins, as it is kept, of which the view makes a mark."""


def tell_operators(tx: Tx, text: str, *, subject: str, good: bool = False, house: House) -> None:
    """Queue a notice where the settings name an operators' channel; of the same subject there is one.

    `good`: something is well again.
    """
    if house.operators_channel is None:
        return
    now = house.clock()
    notice = OutgoingMessage(
        key=f"notice:{subject}",
        channel=house.operators_channel,
        kind=MessageKind.NOTICE,
        subject=subject,
        state=MessageState.PENDING,
        created_at=now,
        payload=_GOOD + text if good else text,
    )
    messages.enqueue(tx, notice)


def read_notice(payload: str) -> Notice:
    """Return the notice that was queued."""
    return Notice(payload.removeprefix(_GOOD), good=payload.startswith(_GOOD))


def nudge(tx: Tx, case: Case, reason: NudgeReason, *, to: str, by: str | None = None, house: House) -> None:
    """Tell a person directly of a case of hers, unless she did it herself or does not want to be told.

    What it says is read when it is posted.
    """
    kind = DirectKind(reason.value)
    moment = None if to == by else moment_to_tell(tx, to, kind, brand=case.brand, house=house)
    if moment is None:
        return
    now = house.clock()
    message = OutgoingMessage(
        key=f"nudge:{case.id}:{reason.value}:{to}:{iso(now)}",
        channel=to,
        kind=MessageKind.NUDGE,
        subject=case.id,
        state=MessageState.PENDING,
        created_at=now,
        not_before=moment if moment > now else None,
        payload=f"{reason.value} {by or ''}".strip(),
        rank=PRESSING,
    )
    messages.enqueue(tx, message)
