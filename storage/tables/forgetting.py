"""Who is to be forgotten, and what must never come back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.forgetting import ForgettingState
from storage.tables.row import Key, Number, Row

UNDERWAY = text("honoured_at IS NULL")
"""Literally the condition of a partial index, or SQLite would not use it: it leaves out the many old rows."""


class TombstoneRow(Row):
    """A post or customer record that must never come back: the keyed digest of its id, or of the record's origin."""

    __tablename__ = "tombstones"
    digest: Mapped[Key]
    at: Mapped[datetime]


class RemovalRow(Row):
    """A deletion that we were told of, without what was deleted: how long it took until no byte of it was left.

    `waits_for` gives, by the key of each message that showed the post, the revision that shows it no more.
    """

    __tablename__ = "removals"
    __table_args__ = (
        Index(None, "platform", "noticed_at"),
        Index("ix_removals_underway", "number", sqlite_where=UNDERWAY, postgresql_where=UNDERWAY),
    )
    number: Mapped[Number]
    platform: Mapped[str]
    noticed_at: Mapped[datetime]
    erased_at: Mapped[datetime]
    overwritten_at: Mapped[datetime | None]
    honoured_at: Mapped[datetime | None]
    waits_for: Mapped[dict[str, Any]]


class ForgettingRow(Row):
    """A person who is to be forgotten, and how far that is. Whom it means is blanked when she is gone."""

    __tablename__ = "forgettings"
    id: Mapped[Key]
    state: Mapped[ForgettingState] = mapped_column(index=True)
    by: Mapped[str]
    offered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    customer_id: Mapped[str | None]
    author_keys: Mapped[list[Any]]
    gone: Mapped[dict[str, Any]]
