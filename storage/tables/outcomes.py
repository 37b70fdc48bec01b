"""The facts that every KPI is computed from, open and frozen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.case import CaseKind, Urgency
from storage.tables.row import Key, Row


class _Facts:
    """The columns of one case's facts; see domain.outcome.Outcome."""

    id: Mapped[Key]
    brand: Mapped[str]
    day: Mapped[date]
    platform: Mapped[str]
    kind: Mapped[CaseKind]
    urgency: Mapped[Urgency]
    posted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    eligible: Mapped[bool]
    not_us: Mapped[bool]


class OutcomeRow(_Facts, Row):
    """The fact row of one case. Its id is the case's, which is random; it holds no content and outlives every post."""

    __tablename__ = "outcomes"
    __table_args__ = (Index(None, "brand", "posted_at"), Index(None, "brand", "answered_at"))


class ClosedDayRow(Row):
    """A brand's day that is over, with what was counted when it was closed; its cases are in `closed_outcomes`."""

    __tablename__ = "closed_days"
    brand: Mapped[Key]
    day: Mapped[date] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    volume: Mapped[dict[str, Any]]
    coverage: Mapped[dict[str, Any]]
    hearing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    voices: Mapped[list[Any] | None]


class ClosedOutcomeRow(_Facts, Row):
    """The facts of a case as they were known when its day was closed. Each case is in one closed day at most."""

    __tablename__ = "closed_outcomes"
    __table_args__ = (Index(None, "brand", "day"),)
