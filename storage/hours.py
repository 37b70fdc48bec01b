"""How many posts each stream brought, by the hour of UTC that they were written in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select

from storage.database import Tx
from storage.tables import HeardHourRow
from storage.upserts import add_up


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour that a moment is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def add(tx: Tx, stream: str, counted: Mapping[datetime, int]) -> None:
    """Count posts by the beginnings of their hours."""
    add_up(tx, HeardHourRow, [{"stream": stream, "hour": h, "mentions": n} for h, n in counted.items()], "mentions")


def between(tx: Tx, stream: str, *, start: datetime, end: datetime) -> dict[datetime, int]:
    """Return what was counted of the hours that begin in [start, end); hours without posts are not in it."""
    own = HeardHourRow.stream == stream, HeardHourRow.hour >= start, HeardHourRow.hour < end
    return {row.hour: row.mentions for row in tx.scalars(select(HeardHourRow).where(*own))}


def last(tx: Tx, stream: str) -> datetime | None:
    """Return the beginning of the last hour that brought something."""
    return tx.scalar(select(func.max(HeardHourRow.hour)).where(HeardHourRow.stream == stream))


def purge(tx: Tx, *, before: datetime) -> None:
    """Forget the hours that began before a moment."""
    tx.execute(delete(HeardHourRow).where(HeardHourRow.hour < before))
