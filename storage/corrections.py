"""Labels that people set: they override the model's and tune it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from domain.mention import MentionId
from storage.database import Tx
from storage.tables import CorrectionRow


@dataclass(frozen=True, slots=True)
class Correction:
    """Who set which label of which task, and when."""

    brand: str
    task: str
    label: str
    by: str
    at: datetime


def add(tx: Tx, *, mention_id: MentionId, brand: str, task: str, label: str, by: str, at: datetime) -> None:
    """Keep a label that a person set; earlier ones stay."""
    tx.execute(insert(CorrectionRow).values(mention_id=mention_id, brand=brand, task=task, label=label, by=by, at=at))


def of(tx: Tx, mention_id: MentionId) -> list[Correction]:
    """Return the labels that people set for a post, oldest first."""
    rows = tx.scalars(
        select(CorrectionRow).where(CorrectionRow.mention_id == mention_id).order_by(CorrectionRow.number)
    )
    return [Correction(r.brand, r.task, r.label, r.by, r.at) for r in rows]
