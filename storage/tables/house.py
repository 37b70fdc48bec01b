"""Earshot's own affairs: its streams and what they cost, its audit log, and who runs what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.gap import GapReason, GapState
from storage.tables.row import Amount, Key, Number, Row

UNFILLED = text("state <> 'filled'")

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
    """Where a stream stopped reading and how it fares.

    It was listened to from `listened_from` to `tried_at`, its first and its last poll. `quota_left` of `quota_of`
    requests are left until `quota_until`, by the platform's last answer.
    """

    __tablename__ = "streams"
    name: Mapped[Key]
    brand: Mapped[str | None]
    cursor: Mapped[str | None]
    cursor_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    mentions_read: Mapped[int] = mapped_column(BigInteger, default=0)
    listened_from: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    quota_left: Mapped[int | None] = mapped_column(BigInteger)
    quota_of: Mapped[int | None] = mapped_column(BigInteger)
    quota_until: Mapped[datetime | None]
    secret_until: Mapped[datetime | None]


class GapRow(Row):
    """A span that a stream was not read of."""

    __tablename__ = "gaps"
    __table_args__ = (
        Index("ix_gaps_unfilled", "stream", "since", sqlite_where=UNFILLED, postgresql_where=UNFILLED),
        Index("ix_gaps_until", "state", "until"),
    )
    number: Mapped[Number]
    stream: Mapped[str]
    brand: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[GapReason]
    state: Mapped[GapState]


class IncidentRow(Row):
    """What is wrong with a source, or was last: see `domain.incident`."""

    __tablename__ = "incidents"
    subject: Mapped[Key]
    kind: Mapped[str]
    reason: Mapped[str]
    began_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    joined: Mapped[bool]
    calm_from: Mapped[datetime | None]
    calm_seconds: Mapped[int]
    ended_at: Mapped[datetime | None]


class HeardHourRow(Row):
    """How many posts a stream brought that were written in one hour of UTC."""

    __tablename__ = "heard_hours"
    __table_args__ = (Index(None, "hour"),)
    stream: Mapped[Key]
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    mentions: Mapped[int] = mapped_column(BigInteger)


class BlindSpotRow(Row):
    """What the platform counted of a stream's search on one UTC day, beside what was stored."""

    __tablename__ = "blind_spots"
    stream: Mapped[Key]
    day: Mapped[date] = mapped_column(primary_key=True)
    expected: Mapped[int] = mapped_column(BigInteger)
    own: Mapped[int] = mapped_column(BigInteger)
    siblings: Mapped[int] = mapped_column(BigInteger)


class SpendRow(Row):
    """What a stream's reading cost on one UTC day."""

    __tablename__ = "spending"
    stream: Mapped[str] = mapped_column(ForeignKey("streams.name"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
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
