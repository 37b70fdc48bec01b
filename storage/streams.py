"""Where each stream stopped reading, how it fares and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, select, update

from domain.gap import Listening
from domain.health import Headroom, StreamHealth
from domain.mention import Cursor
from domain.spend import Spent
from storage.database import Tx
from storage.tables import SpendRow, StreamRow
from storage.upserts import upsert


@dataclass(frozen=True, slots=True)
class Times:
    """When a stream was polled first and last, and when it was last read; None: never."""

    listened_from: datetime | None
    tried_at: datetime | None
    read_at: datetime | None


def tried(tx: Tx, stream: str, *, brand: str, at: datetime) -> Times:
    """Note that a stream was polled just now; return what was known before."""
    before = _ensure(tx, stream)
    times = Times(before.listened_from, before.tried_at, before.read_at)
    values = {"brand": brand, "tried_at": at, "listened_from": before.listened_from or at}
    tx.execute(update(StreamRow).where(StreamRow.name == stream).values(values))
    return times


def listening(tx: Tx, *, brand: str | None) -> list[Listening]:
    """Return when each stream of one brand, or of all, was listened to, by name."""
    known = select(StreamRow).where(StreamRow.listened_from.is_not(None)).order_by(StreamRow.name)
    rows = tx.scalars(known if brand is None else known.where(StreamRow.brand == brand))
    return [Listening(r.name, r.listened_from, r.tried_at) for r in rows if r.listened_from and r.tried_at]


def note_headroom(tx: Tx, stream: str, headroom: Headroom) -> None:
    """Remember what the platform said last of its quota and of our credentials."""
    values = {
        "quota_left": headroom.left,
        "quota_of": headroom.limit,
        "quota_until": headroom.resets_at,
        "secret_until": headroom.secret_until,
    }
    tx.execute(update(StreamRow).where(StreamRow.name == stream).values(values))


def cursor(tx: Tx, stream: str) -> Cursor | None:
    """Return where the stream's last poll stopped."""
    found = tx.scalar(select(StreamRow.cursor).where(StreamRow.name == stream))
    return None if found is None else Cursor(found)


def save_cursor(tx: Tx, stream: str, place: Cursor, *, brand: str, at: datetime) -> None:
    """Remember where a poll stopped, in the transaction that stores what it brought."""
    _ensure(tx, stream)
    tx.execute(update(StreamRow).where(StreamRow.name == stream).values(brand=brand, cursor=place, cursor_at=at))


def belongs(tx: Tx, stream: str, *, brand: str) -> None:
    """Remember a stream's brand, where no place of it is kept."""
    _ensure(tx, stream)
    tx.execute(update(StreamRow).where(StreamRow.name == stream).values(brand=brand))


def read_ok(tx: Tx, stream: str, *, at: datetime, mentions: int, cost: Decimal = Decimal(0)) -> bool:
    """Count a poll that succeeded, its cost on the UTC day of `at`; True where it is the first one after a failure."""
    failing_since = _ensure(tx, stream).failing_since
    tx.execute(
        update(StreamRow)
        .where(StreamRow.name == stream)
        .values(read_at=at, failing_since=None, last_error=None, mentions_read=StreamRow.mentions_read + mentions)
    )
    charge(tx, stream, cost, day=at.date())
    return failing_since is not None


def charge(tx: Tx, stream: str, cost: Decimal, *, day: date) -> None:
    """Add what was paid to a stream's UTC day."""
    if cost:
        _ensure(tx, stream)  # whoever charges it at the same time waits
        usd = spent(tx, stream, day=day).stream + cost
        upsert(tx, SpendRow, [{"stream": stream, "day": day, "usd": usd}], update=["usd"])


def read_failed(tx: Tx, stream: str, *, at: datetime, error: str, mentions: int = 0) -> bool:
    """Remember a poll that failed, or of which a part did; True where it is the first one after a success.

    `mentions` came of it all the same.
    """
    failing_since = _ensure(tx, stream).failing_since
    tx.execute(
        update(StreamRow)
        .where(StreamRow.name == stream)
        .values(
            failing_since=failing_since or at,
            last_error=error,
            mentions_read=StreamRow.mentions_read + mentions,
        )
    )
    return failing_since is None


def spent(tx: Tx, stream: str, *, day: date, apart: Sequence[str] = ()) -> Spent:
    """Return what one UTC day cost: this stream, and all of them but those that are kept `apart`."""
    by_stream = dict(tx.execute(select(SpendRow.stream, SpendRow.usd).where(SpendRow.day == day)).all())
    in_all = sum((usd for name, usd in by_stream.items() if name not in apart), Decimal(0))
    return Spent(by_stream.get(stream, Decimal(0)), in_all)


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
            tried_at=row.tried_at,
            headroom=Headroom(row.quota_left, row.quota_of, row.quota_until, row.secret_until),
        )
        for row, usd in rows
    ]


def _ensure(tx: Tx, stream: str) -> StreamRow:
    """Return the stream's row, locked, and made where there was none."""
    upsert(tx, StreamRow, [{"name": stream, "mentions_read": 0}])
    return tx.scalars(select(StreamRow).where(StreamRow.name == stream).with_for_update()).one()
