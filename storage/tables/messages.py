"""What is posted in Slack, and what keeps cards from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.message import MessageKind, MessageState
from domain.noise import MuteKind
from storage.tables.row import Key, Row

UNSETTLED = text("state NOT IN ('posted', 'deleted')")
STALE = text("revision > shown_revision")
GOING_ON = text("ended_at IS NULL")
"""Literally the conditions of partial indexes, or SQLite would not use these: they leave out the many old rows."""


class MessageRow(Row):
    """The outbox."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_unsettled", "state", "created_at", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
        Index(None, "kind", "subject"),
        Index(None, "channel", "created_at"),
        Index(None, "ts"),
        Index("ix_messages_stale", "not_before", sqlite_where=STALE, postgresql_where=STALE),
    )  # fmt: skip
    key: Mapped[Key]
    channel: Mapped[str]
    kind: Mapped[MessageKind]
    subject: Mapped[str]
    state: Mapped[MessageState]
    created_at: Mapped[datetime]
    team_id: Mapped[str | None]
    ts: Mapped[str | None]
    posted_at: Mapped[datetime | None] = mapped_column(index=True)
    attempts: Mapped[int]
    attempted_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    revision: Mapped[int]
    shown_revision: Mapped[int]
    plain: Mapped[bool]
    error: Mapped[str | None]
    payload: Mapped[str | None]
    parent: Mapped[str | None]
    thread_ts: Mapped[str | None]
    rank: Mapped[int] = mapped_column(default=1, server_default="1")


class MessageMentionRow(Row):
    """A message shows a post as seen for one brand; an erasure follows these rows."""

    __tablename__ = "message_mentions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["mention_id", "brand"],
            ["sightings.mention_id", "sightings.brand"],
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(None, "mention_id", "brand"),
        {"sqlite_with_rowid": False},
    )
    key: Mapped[str] = mapped_column(ForeignKey("messages.key"), primary_key=True)
    mention_id: Mapped[Key]
    brand: Mapped[Key]


class HomePostRow(Row):
    """A person's home tab shows a post. The row outlives the post: so it is known that the tab is to be drawn anew."""

    __tablename__ = "home_posts"
    user_id: Mapped[Key]
    mention_id: Mapped[Key]


class MuteRow(Row):
    """What makes no cards until a moment; one that was ended early has `until` moved."""

    __tablename__ = "mutes"
    id: Mapped[Key]
    kind: Mapped[MuteKind]
    value: Mapped[str]
    shown: Mapped[str]
    brand: Mapped[str | None]
    by: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)


class SurgeRow(Row):
    """More cards than a channel can bear: one living message instead, for each brand one at a time."""

    __tablename__ = "surges"
    __table_args__ = (
        Index("uq_surges_going_on", "brand", "channel", unique=True, sqlite_where=GOING_ON, postgresql_where=GOING_ON),
    )
    id: Mapped[Key]
    brand: Mapped[str]
    channel: Mapped[str]
    since: Mapped[datetime]
    told_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
