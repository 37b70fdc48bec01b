"""What was passed on to people outside the channel: escalations, posts for product, leads."""

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import func, insert, select

from domain.handover import Handover, HandoverKind
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


def count(tx: Tx, kind: HandoverKind, *, brand: str, start: datetime, end: datetime) -> int:
    """Count what was passed on for a brand, start inclusive, end exclusive."""
    place = HandoverRow.kind == kind, HandoverRow.brand == brand, HandoverRow.at >= start, HandoverRow.at < end
    return tx.scalar(select(func.count()).select_from(HandoverRow).where(*place)) or 0
