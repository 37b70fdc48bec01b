"""Where each stream stopped reading, how it fares and what it costs."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, select, update

from domain.health import StreamHealth
from domain.mention import Cursor
from domain.spend import Spent
from storage.database import Tx
from storage.tables import SpendRow, StreamRow
from storage.upserts import upsert


def cursor(tx: Tx, stream: str) -> Cursor | None:
    """Return where the stream's last poll stopped."""
    found = tx.scalar(select(StreamRow.cursor).where(StreamRow.name == stream))
    return None if found is None else Cursor(found)


def save_cursor(tx: Tx, stream: str, place: Cursor, *, brand: str, at: datetime) -> None:
    """Remember where a poll stopped, in the transaction that stores what it brought."""
    _ensure(tx, stream)
    tx.execute(update(StreamRow).where(StreamRow.name == stream).values(brand=brand, cursor=place, cursor_at=at))


def read_ok(tx: Tx, stream: str, *, at: datetime, mentions: int, cost: Decimal) -> bool:
    """Count a poll that succeeded, its cost on the UTC day of `at`; True where it is the first one after a failure."""
    before = _ensure(tx, stream)
    tx.execute(
        update(StreamRow)
        .where(StreamRow.name == stream)
        .values(read_at=at, failing_since=None, last_error=None, mentions_read=StreamRow.mentions_read + mentions)
    )
    _spend(tx, stream, at=at, cost=cost)
    return before.failing_since is not None


def read_failed(
    tx: Tx, stream: str, *, at: datetime, error: str, mentions: int = 0, cost: Decimal = Decimal(0)
) -> bool:
    """Remember a poll that failed, or of which a part did; True where it is the first one after a success.

    `mentions` and `cost` are what came of it all the same.
    """
    before = _ensure(tx, stream)
    tx.execute(
        update(StreamRow)
        .where(StreamRow.name == stream)
        .values(
            failing_since=before.failing_since or at,
            last_error=error,
            mentions_read=StreamRow.mentions_read + mentions,
        )
    )
    _spend(tx, stream, at=at, cost=cost)
    return before.failing_since is None


def spent(tx: Tx, stream: str, *, day: date) -> Spent:
    """Return what the polls of one UTC day cost, this stream's and all."""
    by_stream = dict(tx.execute(select(SpendRow.stream, SpendRow.usd).where(SpendRow.day == day)).all())
    return Spent(by_stream.get(stream, Decimal(0)), sum(by_stream.values(), Decimal(0)))


def spent_between(tx: Tx, *, brand: str, since: date, until: date) -> Decimal:
    """Return what listening for a brand cost on the UTC days [since, until), in USD."""
    days = SpendRow.day >= since, SpendRow.day < until
    asked = (
        select(SpendRow.usd).join(StreamRow, StreamRow.name == SpendRow.stream).where(StreamRow.brand == brand, *days)
    )
    return sum(tx.scalars(asked), Decimal(0))


def health(tx: Tx, *, day: date) -> list[StreamHealth]:
    """Return every known stream by name, with what it cost on that UTC day; caps are the settings' business."""
    spending = and_(SpendRow.stream == StreamRow.name, SpendRow.day == day)
    rows = tx.execute(select(StreamRow, SpendRow.usd).outerjoin(SpendRow, spending).order_by(StreamRow.name))
    return [
        StreamHealth(
            stream=row.name,
            last_read_at=row.read_at,
            failing_since=row.failing_since,
            last_error=row.last_error,
            mentions_read=row.mentions_read,
            spent_today_usd=usd or Decimal(0),
        )
        for row, usd in rows
    ]


def _spend(tx: Tx, stream: str, *, at: datetime, cost: Decimal) -> None:
    if cost:
        usd = spent(tx, stream, day=at.date()).stream + cost
        upsert(tx, SpendRow, [{"stream": stream, "day": at.date(), "usd": usd}], update=["usd"])


def _ensure(tx: Tx, stream: str) -> StreamRow:
    """Return the stream's row, locked, and made where there was none."""
    upsert(tx, StreamRow, [{"name": stream, "mentions_read": 0}])
    return tx.scalars(select(StreamRow).where(StreamRow.name == stream).with_for_update()).one()
