"""What is wrong with the sources now, or was last."""

from dataclasses import asdict, fields

from sqlalchemy import select

from domain.incident import Incident, IncidentKind
from storage.database import Tx
from storage.tables import IncidentRow
from storage.upserts import upsert

_FIELDS = [field.name for field in fields(Incident)]


def get(tx: Tx, subject: str) -> Incident | None:
    """Return the present or last incident of a subject."""
    row = tx.get(IncidentRow, subject)
    return None if row is None else _read(row)


def put(tx: Tx, incident: Incident) -> None:
    """Remember an incident in the place of the subject's last one."""
    upsert(tx, IncidentRow, [asdict(incident)], update=[name for name in _FIELDS if name != "subject"])


def going_on(tx: Tx) -> list[Incident]:
    """Return all that is wrong now, the oldest first."""
    rows = tx.scalars(select(IncidentRow).where(IncidentRow.ended_at.is_(None)).order_by(IncidentRow.began_at))
    return [_read(row) for row in rows]


def _read(row: IncidentRow) -> Incident:
    values = {name: getattr(row, name) for name in _FIELDS}
    return Incident(**values | {"kind": IncidentKind(row.kind)})
