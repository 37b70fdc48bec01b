"""Deletions that platforms told us of, without what was deleted: how far each is, and how long each took."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from domain.message import MessageState
from storage.database import Tx
from storage.tables import UNDERWAY, MessageRow, RemovalRow
from storage.upserts import chunks

_SHOWS_NOTHING = frozenset({MessageState.PENDING, MessageState.FAILED, MessageState.DELETED})


@dataclass(frozen=True, slots=True)
class Underway:
    """A deletion that is not honoured yet; `waits_for` names the messages that may still show the post, by key."""

    number: int
    platform: str
    noticed_at: datetime
    overwritten: bool
    waits_for: tuple[str, ...]


def add(tx: Tx, *, platform: str, noticed_at: datetime, at: datetime, waits_for: Mapping[str, int]) -> None:
    """Note that a post was erased, and which messages have to show it no more, by key and revision."""
    row = {"platform": platform, "noticed_at": noticed_at, "erased_at": at, "waits_for": dict(waits_for)}
    tx.execute(insert(RemovalRow).values(row))


def overwritten(tx: Tx, *, erased_before: datetime, at: datetime) -> None:
    """Note that the bytes are gone of what was erased until a moment, inclusive."""
    erased = UNDERWAY, RemovalRow.overwritten_at.is_(None), RemovalRow.erased_at <= erased_before
    tx.execute(update(RemovalRow).where(*erased).values(overwritten_at=at))


def underway(tx: Tx, *, limit: int) -> list[Underway]:
    """Return the deletions that are not honoured yet, oldest first, with the messages that each still waits for."""
    rows = list(tx.scalars(select(RemovalRow).where(UNDERWAY).order_by(RemovalRow.number).limit(limit)))
    keys = sorted({key for row in rows for key in row.waits_for})
    shown: dict[str, int] = {}
    for some in chunks(keys):
        known = select(MessageRow.key, MessageRow.state, MessageRow.shown_revision).where(MessageRow.key.in_(some))
        shown |= {key: revision for key, state, revision in tx.execute(known) if state not in _SHOWS_NOTHING}
    return [
        Underway(
            row.number,
            row.platform,
            row.noticed_at,
            overwritten=row.overwritten_at is not None,
            waits_for=tuple(key for key, revision in row.waits_for.items() if shown.get(key, revision) < revision),
        )
        for row in rows
    ]


def honoured(tx: Tx, number: int, *, at: datetime) -> None:
    """Note that nothing is left of a post."""
    tx.execute(update(RemovalRow).where(RemovalRow.number == number).values(honoured_at=at, waits_for={}))


def delays(tx: Tx, platform: str, *, since: datetime) -> list[timedelta | None]:
    """Return how long each deletion took of which we were told since a moment; None where it is not honoured yet."""
    told = RemovalRow.platform == platform, RemovalRow.noticed_at >= since
    rows = tx.execute(select(RemovalRow.noticed_at, RemovalRow.honoured_at).where(*told))
    return [None if done is None else done - noticed for noticed, done in rows]
