"""Mutes: what makes no cards for a while."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from domain.noise import Mute, MuteKind
from storage.database import Tx
from storage.tables import MuteRow

_FIELDS = [field.name for field in fields(Mute)]


def add(tx: Tx, mute: Mute) -> None:
    """Store a mute; an earlier one of the same thing ends where it begins."""
    same = (
        MuteRow.kind == mute.kind,
        MuteRow.value == mute.value,
        MuteRow.brand.is_not_distinct_from(mute.brand),
        MuteRow.until > mute.since,
    )
    tx.execute(update(MuteRow).where(*same).values(until=mute.since))
    tx.execute(insert(MuteRow).values(asdict(mute)))


def active(tx: Tx, *, at: datetime) -> list[Mute]:
    """Return what is muted at a moment, what ends first at the top."""
    rows = tx.scalars(
        select(MuteRow).where(MuteRow.until > at, MuteRow.since <= at).order_by(MuteRow.until, MuteRow.id)
    )
    return [Mute(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]


def end(tx: Tx, mute_id: str, *, at: datetime) -> bool:
    """End a mute now; False where it is over or was never there."""
    ended = update(MuteRow).where(MuteRow.id == mute_id, MuteRow.until > at).values(until=at)
    return tx.scalar(ended.returning(MuteRow.id)) is not None


def forget_authors(tx: Tx, author_keys: Sequence[str]) -> None:
    """Drop every mute of authors who are erased."""
    tx.execute(delete(MuteRow).where(MuteRow.kind == MuteKind.AUTHOR, MuteRow.value.in_(author_keys)))
