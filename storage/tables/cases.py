"""Cases, what happened to them, and what left them for somebody else."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.case import CaseKind, CaseState, Urgency
from domain.handover import HandoverKind, Interest
from storage.tables.row import Key, Number, Row

OPEN = text("state IN ('new', 'claimed', 'snoozed', 'waiting_approval')")
SNOOZED = text("state = 'snoozed'")
IN_SURGE = text("surge IS NOT NULL")
"""Literally the conditions of partial indexes, or SQLite would not use these: they leave out the many old rows."""


class CaseRow(Row):
    """One author in one thread about one brand. When all its posts are erased, author and thread are blanked."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("uq_cases_brand_author_key_thread_id", "brand", "author_key", "thread_id", unique=True),
        Index("ix_cases_open", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_cases_surge", "surge", "opened_at", sqlite_where=IN_SURGE, postgresql_where=IN_SURGE),
        Index("ix_cases_snoozed", "snoozed_until", sqlite_where=SNOOZED, postgresql_where=SNOOZED),
        Index(None, "author_key", "posted_at"),
        Index(None, "thread_id"),
    )
    id: Mapped[Key]
    brand: Mapped[str]
    platform: Mapped[str]
    author_key: Mapped[str]
    thread_id: Mapped[str]
    kind: Mapped[CaseKind]
    state: Mapped[CaseState]
    urgency: Mapped[Urgency]
    channel: Mapped[str]
    stream: Mapped[str]
    posted_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    owner: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    overdue_told_at: Mapped[datetime | None]
    snoozed_by: Mapped[str | None]
    escalated_at: Mapped[datetime | None]
    escalated_by: Mapped[str | None]
    escalated_to: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    surge: Mapped[str | None]


class HistoryRow(Row):
    """One thing that happened to a case."""

    __tablename__ = "history"
    number: Mapped[Number]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str | None]
    action: Mapped[str]
    whom: Mapped[str | None]


class HandoverRow(Row):
    """What was passed on to people outside the channel; it goes with its post."""

    __tablename__ = "handovers"
    __table_args__ = (Index(None, "kind", "at"),)
    id: Mapped[Key]
    kind: Mapped[HandoverKind]
    brand: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str | None]
    note: Mapped[str]
    mention_id: Mapped[str | None] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    quote: Mapped[str]
    source_url: Mapped[str]
    whom: Mapped[str | None]
    interest: Mapped[Interest | None]
