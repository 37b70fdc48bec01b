"""The ledger of gaps: which minutes of which stream were not seen, why, and what became of them."""

from datetime import datetime

from sqlalchemy import Select, delete, insert, or_, select, update

from domain.gap import Gap, GapState
from storage.database import Tx
from storage.tables import UNFILLED, GapRow


def unfilled(tx: Tx, stream: str) -> list[Gap]:
    """Return the open gaps of a stream, oldest first."""
    own = GapRow.stream == stream, UNFILLED, GapRow.state == GapState.OPEN
    return _read(tx, select(GapRow).where(*own).order_by(GapRow.since, GapRow.number))


def begin(tx: Tx, gap: Gap) -> None:
    """Write a gap down."""
    values = {name: getattr(gap, name) for name in ("stream", "brand", "since", "until", "reason", "state")}
    tx.execute(insert(GapRow).values(**values))


def change(tx: Tx, number: int, *, until: datetime | None, state: GapState) -> None:
    """Say where a gap ends, and what became of it."""
    tx.execute(update(GapRow).where(GapRow.number == number).values(until=until, state=state))


def lose(tx: Tx, gap: Gap) -> bool:
    """Write a lost gap down; of one that begins where a known one does the longer stands. True where it is news."""
    known = UNFILLED, GapRow.stream == gap.stream, GapRow.since == gap.since, GapRow.reason == gap.reason
    row = tx.scalar(select(GapRow).where(*known))
    if row is None:
        begin(tx, gap)
    elif row.until is not None and gap.until is not None and row.until < gap.until:
        change(tx, row.number, until=gap.until, state=GapState.LOST)
    return row is None


def between(tx: Tx, *, brand: str | None, start: datetime, end: datetime) -> list[Gap]:
    """Return what was missed of [start, end) and is not filled, of one brand or of all, oldest first."""
    these = UNFILLED, GapRow.since < end, or_(GapRow.until.is_(None), GapRow.until > start)
    found = select(GapRow).where(*these).order_by(GapRow.since, GapRow.number)
    return _read(tx, found if brand is None else found.where(GapRow.brand == brand))


def filled(tx: Tx, *, since: datetime) -> list[Gap]:
    """Return the gaps that ended at a moment or later and were filled, oldest first."""
    these = GapRow.state == GapState.FILLED, GapRow.until >= since
    return _read(tx, select(GapRow).where(*these).order_by(GapRow.since, GapRow.number))


def purge(tx: Tx, *, before: datetime) -> None:
    """Drop the gaps that ended before a moment and were filled: nothing of them is missing."""
    tx.execute(delete(GapRow).where(GapRow.state == GapState.FILLED, GapRow.until < before))


def _read(tx: Tx, statement: Select[GapRow]) -> list[Gap]:
    return [Gap(r.stream, r.brand, r.since, r.until, r.reason, r.state, r.number) for r in tx.scalars(statement)]
