"""Labels that people set: they override the model's and tune it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, insert, or_, select

from domain.mention import MentionId
from domain.message import MessageKind, MessageState
from storage.database import Tx
from storage.tables import CorrectionRow, MessageRow, OutcomeRow, PredictionRow, SightingRow


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


def cards(tx: Tx, *, brand: str, since: datetime, at: datetime) -> tuple[int, int]:
    """Return how many of a brand's cards people corrected, and how many there were, by when the post appeared.

    A card is corrected where it is "Not us" now, or where a person set another label than the model's for one of its
    posts; what was reopened counts as about us again.
    """
    other = and_(CorrectionRow.label != "not_us", CorrectionRow.at <= at, ~_agrees())
    relabelled = exists().where(
        SightingRow.case_id == OutcomeRow.id,
        CorrectionRow.mention_id == SightingRow.mention_id,
        CorrectionRow.brand == SightingRow.brand,
        other,
    )
    posted = exists().where(
        MessageRow.kind == MessageKind.CARD,
        MessageRow.subject == OutcomeRow.id,
        MessageRow.state == MessageState.POSTED,
    )
    of_period = OutcomeRow.brand == brand, OutcomeRow.posted_at >= since, OutcomeRow.posted_at <= at
    corrected = func.count(case((or_(OutcomeRow.not_us, relabelled), 1)))
    found, shown = tx.execute(select(corrected, func.count()).select_from(OutcomeRow).where(*of_period, posted)).one()
    return found, shown


def _agrees() -> ColumnElement[bool]:
    """Hold where the person set the label that the model gives."""
    return exists().where(
        PredictionRow.mention_id == CorrectionRow.mention_id,
        PredictionRow.brand == CorrectionRow.brand,
        PredictionRow.task == CorrectionRow.task,
        PredictionRow.label == CorrectionRow.label,
        PredictionRow.current,
    )
