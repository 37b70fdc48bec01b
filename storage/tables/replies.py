"""What we answer: replies that are written here, and public ones that were found."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.reply import CreditReason, ReplyState
from storage.tables.row import Key, Number, Row

ACTIVE_REPLY = text("state IN ('waiting', 'approved', 'sending', 'unknown')")
"""Literally the condition of partial indexes, or SQLite would not use these: it leaves out the many old rows."""


class ResponseRow(Row):
    """A human public reply of ours."""

    __tablename__ = "responses"
    mention_id: Mapped[Key]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    responder: Mapped[str]
    at: Mapped[datetime]
    url: Mapped[str]
    credited: Mapped[str | None]
    credit: Mapped[CreditReason | None]


class ReplyRow(Row):
    """A reply of ours that somebody handed in; it goes with the post that it answers."""

    __tablename__ = "replies"
    __table_args__ = (
        Index("uq_replies_active", "case_id", unique=True, sqlite_where=ACTIVE_REPLY, postgresql_where=ACTIVE_REPLY),
        Index("ix_replies_underway", "state", "number", sqlite_where=ACTIVE_REPLY, postgresql_where=ACTIVE_REPLY),
    )
    number: Mapped[Number]
    id: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str]
    platform: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    state: Mapped[ReplyState]
    created_at: Mapped[datetime]
    risks: Mapped[list[Any]]
    template: Mapped[str | None]
    sealed: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None]
    attempts: Mapped[int]
    attempted_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    sent_url: Mapped[str | None]


class ReplyHoldRow(Row):
    """Who writes a reply to a case, or wrote one last: `until` is over then."""

    __tablename__ = "reply_holds"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    holder: Mapped[str]
    since: Mapped[datetime]
    touched_at: Mapped[datetime]
    until: Mapped[datetime]
