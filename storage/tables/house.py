"""Earshot's own affairs: its streams and what they cost, its audit log, and who runs what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Amount, Key, Row

NEWEST = text("replaced_at IS NULL")
"""Literally the condition of a partial index, or SQLite would not use it."""


class StampRow(Row):
    """What the database knows of itself, such as the fingerprint of its key."""

    __tablename__ = "stamps"
    name: Mapped[Key]
    value: Mapped[str]


class BrandRow(Row):
    """A brand that the settings have named; its name is its id everywhere."""

    __tablename__ = "brands"
    name: Mapped[Key]
    time_zone: Mapped[str]


class StreamRow(Row):
    """Where a stream stopped reading and how it fares."""

    __tablename__ = "streams"
    name: Mapped[Key]
    brand: Mapped[str | None]
    cursor: Mapped[str | None]
    cursor_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    mentions_read: Mapped[int] = mapped_column(BigInteger, default=0)


class SpendRow(Row):
    """What a stream's reading cost on one UTC day."""

    __tablename__ = "spending"
    stream: Mapped[str] = mapped_column(ForeignKey("streams.name"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    usd: Mapped[Amount]


class PreferenceRow(Row):
    """What a person wants to be told directly; nobody without a row has chosen anything."""

    __tablename__ = "preferences"
    user_id: Mapped[Key]
    off: Mapped[list[Any]]
    open_hours_only: Mapped[bool]


class SavedQueryRow(Row):
    """A version of a query that somebody saved; the one that was not replaced is in force."""

    __tablename__ = "saved_queries"
    __table_args__ = (
        Index("uq_saved_queries_newest", "name", unique=True, sqlite_where=NEWEST, postgresql_where=NEWEST),
    )
    name: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class AuditRow(Row):
    """One entry of the chain: `mac` covers the entry and the `mac` before it. Entries hold surrogate ids only.

    Triggers refuse to change or delete one; they stand in the migrations alone.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject"), Index(None, "actor"))
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    mac: Mapped[str]


class AuditHeadRow(Row):
    """The chain's last entry, in the table's one row: writers queue on it, and a cut-off tail shows."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    mac: Mapped[str]


class DeliveryRow(Row):
    """A delivery of Slack's that had its effect."""

    __tablename__ = "deliveries"
    key: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)


class LeaseRow(Row):
    """Who runs what until when; `token` grows with every new holder."""

    __tablename__ = "leases"
    name: Mapped[Key]
    holder: Mapped[str]
    token: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]
