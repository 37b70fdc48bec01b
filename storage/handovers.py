"""What was passed on to people outside the channel: escalations, posts for product, leads."""

from dataclasses import asdict, fields

from sqlalchemy import insert, select

from domain.handover import Handover
from storage.database import Tx
from storage.tables import HandoverRow

_FIELDS = [field.name for field in fields(Handover)]


def add(tx: Tx, handover: Handover) -> None:
    """Store one thing passed on."""
    tx.execute(insert(HandoverRow).values(**asdict(handover)))


def get(tx: Tx, handover_id: str) -> Handover | None:
    """Return one; None where it has gone with its post."""
    row = tx.scalars(select(HandoverRow).where(HandoverRow.id == handover_id)).first()
    return None if row is None else Handover(**{name: getattr(row, name) for name in _FIELDS})
