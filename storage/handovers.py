"""What was passed on to people outside the channel: escalations, posts for product, leads."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select

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
    return None if row is None else _handover(row)


def leads(tx: Tx, *, brand: str | None, since: datetime | None, limit: int, offset: int = 0) -> list[Handover]:
    """Return a page of the leads, of one brand or all, made at or after a moment, the latest first."""
    found = select(HandoverRow).where(*_leads(brand, since)).order_by(HandoverRow.at.desc(), HandoverRow.id)
    return [_handover(row) for row in tx.scalars(found.limit(limit).offset(offset))]


def count_leads(tx: Tx, *, brand: str | None, since: datetime | None) -> int:
    """Count what `leads` lists."""
    return tx.scalar(select(func.count()).select_from(HandoverRow).where(*_leads(brand, since))) or 0


def _leads(brand: str | None, since: datetime | None) -> Sequence[ColumnElement[bool]]:
    these = [HandoverRow.kind == HandoverKind.LEAD]
    these += [HandoverRow.brand == brand] if brand else []
    return these + ([HandoverRow.at >= since] if since else [])


def _handover(row: HandoverRow) -> Handover:
    return Handover(**{name: getattr(row, name) for name in _FIELDS})
