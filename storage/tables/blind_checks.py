"""The weekly blind check of the model."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.case import CaseKind, Verdict
from storage.tables.row import Key, Number, Row


class BlindCheckRow(Row):
    """A brand's blind check of one week, named by its Monday; it stands for the week also where nothing was drawn."""

    __tablename__ = "blind_checks"
    __table_args__ = (Index("uq_blind_checks_brand_week", "brand", "week", unique=True),)
    id: Mapped[Key]
    brand: Mapped[str]
    week: Mapped[date]
    drawn_at: Mapped[datetime]


class BlindItemRow(Row):
    """A post drawn for a blind check, and what the model said of it then. It outlives the post, without its id."""

    __tablename__ = "blind_items"
    __table_args__ = (Index(None, "check_id", "place"),)
    number: Mapped[Number]
    check_id: Mapped[str] = mapped_column(ForeignKey("blind_checks.id"))
    place: Mapped[int]
    mention_id: Mapped[str | None] = mapped_column(ForeignKey("mentions.id", ondelete="SET NULL"), index=True)
    called: Mapped[bool]
    probability: Mapped[float]
    verdict: Mapped[Verdict]
    kind: Mapped[CaseKind | None]
    said: Mapped[dict[str, Any]]
    held_by: Mapped[str | None]
    held_until: Mapped[datetime | None]
    skipped_by: Mapped[list[Any]]
    finished_at: Mapped[datetime | None]


class BlindAnswerRow(Row):
    """One answer of one person to one question of a blind check."""

    __tablename__ = "blind_answers"
    item: Mapped[Number] = mapped_column(ForeignKey("blind_items.number"), autoincrement=False)
    task: Mapped[Key]
    label: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
