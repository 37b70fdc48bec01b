"""What platforms count of our searches, a UTC day at a time, beside what we stored."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import func, select

from domain.health import BlindSpot
from storage.database import Tx
from storage.tables import BlindSpotRow, SightingRow
from storage.upserts import insert_new


def add(tx: Tx, spot: BlindSpot) -> bool:
    """Keep what was counted of a day; False where it was counted already."""
    return insert_new(tx, BlindSpotRow, asdict(spot))


def is_counted(tx: Tx, stream: str, day: date) -> bool:
    """Tell whether a day of a stream was counted."""
    return tx.get(BlindSpotRow, (stream, day)) is not None


def latest(tx: Tx) -> dict[str, BlindSpot]:
    """Return the last day of each stream that was counted."""
    last = select(BlindSpotRow.stream, func.max(BlindSpotRow.day).label("day")).group_by(BlindSpotRow.stream).subquery()
    those = (BlindSpotRow.stream == last.c.stream) & (BlindSpotRow.day == last.c.day)
    rows = tx.scalars(select(BlindSpotRow).join(last, those))
    return {r.stream: BlindSpot(r.stream, r.day, r.expected, r.own, r.siblings) for r in rows}


def stored(tx: Tx, *, brand: str, start: datetime, end: datetime) -> dict[str | None, int]:
    """Count the posts written in [start, end) and stored for a brand, by the stream that found them first."""
    found = (
        select(SightingRow.stream, func.count())
        .where(SightingRow.brand == brand, SightingRow.posted_at >= start, SightingRow.posted_at < end)
        .group_by(SightingRow.stream)
    )
    return {row[0]: row[1] for row in tx.execute(found)}
