"""Who is to be forgotten, and what must never come back."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from domain.forgetting import ForgettingState
from storage.tables.row import Key, Row


class TombstoneRow(Row):
    """A post or customer record that must never come back: the keyed digest of its id, or of the record's origin."""

    __tablename__ = "tombstones"
    digest: Mapped[Key]
    at: Mapped[datetime]


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
