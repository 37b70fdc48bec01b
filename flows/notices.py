"""Telling the operators: one sentence into their channel, through the outbox like everything else."""

from domain.message import MessageKind, MessageState, OutgoingMessage
from flows.house import House
from storage import messages
from storage.database import Tx


def tell_operators(tx: Tx, text: str, *, subject: str, house: House) -> None:
    """Queue a notice where the settings name an operators' channel; of the same subject there is one."""
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
        payload=text,
    )
    messages.enqueue(tx, notice)
