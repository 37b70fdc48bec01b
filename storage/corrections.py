"""Labels that people set: they override the model's and tune it. Of several for one post and task the latest counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, or_, select

from domain.case import CaseState, Verdict
from domain.mention import MentionId
from domain.message import MessageKind, MessageState
from domain.prediction import RELEVANCE
from storage import labels
from storage.database import Tx
from storage.tables import (
    CaseRow,
    CorrectionRow,
    MentionRow,
    MessageRow,
    OutcomeRow,
    PredictionRow,
    SightingRow,
)
from storage.upserts import chunks


@dataclass(frozen=True, slots=True)
class Correction:
    """Who set which label of which task, and when."""

    brand: str
    task: str
    label: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class JudgedText:
    """A stored text as seen for a brand, with a label that a person set (`corrected`) or confirmed by acting."""

    mention_id: MentionId
    text: str
    brand: str
    task: str
    label: str
    corrected: bool


def add(tx: Tx, *, mention_id: MentionId, brand: str, task: str, label: str, by: str, at: datetime) -> None:
    """Keep a label that a person set; earlier ones stay."""
    tx.execute(insert(CorrectionRow).values(mention_id=mention_id, brand=brand, task=task, label=label, by=by, at=at))
    labels.settle(tx, [mention_id], brand=brand)


def of(tx: Tx, mention_id: MentionId) -> list[Correction]:
    """Return the labels that people set for a post, oldest first."""
    rows = tx.scalars(
        select(CorrectionRow).where(CorrectionRow.mention_id == mention_id).order_by(CorrectionRow.number)
    )
    return [Correction(r.brand, r.task, r.label, r.by, r.at) for r in rows]


def latest(tx: Tx, mention_ids: Sequence[str]) -> dict[tuple[str, str], dict[str, Correction]]:
    """Return the labels that count, by post and brand, then by task."""
    found: dict[tuple[str, str], dict[str, Correction]] = {}
    for some in chunks(list(dict.fromkeys(mention_ids))):
        rows = select(CorrectionRow).where(CorrectionRow.mention_id.in_(some)).order_by(CorrectionRow.number)
        for r in tx.scalars(rows):
            found.setdefault((r.mention_id, r.brand), {})[r.task] = Correction(r.brand, r.task, r.label, r.by, r.at)
    return found


def judged(tx: Tx, *, tasks: Sequence[str]) -> list[JudgedText]:
    """Return what people judged of these tasks, in the order of storing: labels set, then labels confirmed.

    A label is confirmed where the model was sure, nobody corrected it, and its case was claimed and answered. Left out
    are texts that were edited after a person judged them, and those in a language that the model does not know.
    """
    return [*_corrected(tx, tasks), *_confirmed(tx, tasks)]


def ordinary(tx: Tx, *, limit: int) -> list[tuple[MentionId, str, str]]:
    """Return id, text and brand of the latest posts that made no case and of which nobody said anything."""
    said = exists().where(CorrectionRow.mention_id == SightingRow.mention_id, CorrectionRow.brand == SightingRow.brand)
    rows = (
        select(MentionRow.id, MentionRow.text, SightingRow.brand)
        .join(SightingRow, SightingRow.mention_id == MentionRow.id)
        .where(SightingRow.verdict == Verdict.BATCH, SightingRow.case_id.is_(None), SightingRow.language_supported)
        .where(~said)
        .order_by(MentionRow.number.desc(), SightingRow.brand)
        .limit(limit)
    )
    return [(MentionId(mention_id), text, brand) for mention_id, text, brand in tx.execute(rows)]


def _corrected(tx: Tx, tasks: Sequence[str]) -> list[JudgedText]:
    rows = (
        select(MentionRow.id, MentionRow.text, CorrectionRow.brand, CorrectionRow.task, CorrectionRow.label)
        .join(MentionRow, MentionRow.id == CorrectionRow.mention_id)
        .join(SightingRow, _seen_for(CorrectionRow))
        .where(CorrectionRow.number.in_(_last()), CorrectionRow.task.in_(tasks), SightingRow.language_supported)
        .where(func.coalesce(MentionRow.edited_at, CorrectionRow.at) <= CorrectionRow.at)
        .order_by(MentionRow.number, CorrectionRow.brand, CorrectionRow.task)
    )
    return [JudgedText(MentionId(row[0]), *row[1:], corrected=True) for row in tx.execute(rows)]


def _confirmed(tx: Tx, tasks: Sequence[str]) -> list[JudgedText]:
    corrected = exists().where(
        CorrectionRow.mention_id == PredictionRow.mention_id,
        CorrectionRow.brand == PredictionRow.brand,
        CorrectionRow.task == PredictionRow.task,
    )
    acted_on = (
        CaseRow.owner.is_not(None),
        CaseRow.answered_at.is_not(None),
        CaseRow.state.not_in((CaseState.DISMISSED, CaseState.REMOVED)),
    )
    rows = (
        select(MentionRow.id, MentionRow.text, PredictionRow.brand, PredictionRow.task, PredictionRow.label)
        .join(MentionRow, MentionRow.id == PredictionRow.mention_id)
        .join(SightingRow, _seen_for(PredictionRow))
        .join(CaseRow, CaseRow.id == SightingRow.case_id)
        .where(PredictionRow.current, ~PredictionRow.unsure, PredictionRow.task.in_(tasks), ~corrected)
        .where(SightingRow.verdict == Verdict.CASE, SightingRow.language_supported, *acted_on)
        .where(func.coalesce(MentionRow.edited_at, CaseRow.answered_at) <= CaseRow.answered_at)
        .order_by(MentionRow.number, PredictionRow.brand, PredictionRow.task)
    )
    return [JudgedText(MentionId(row[0]), *row[1:], corrected=False) for row in tx.execute(rows)]


def _seen_for(said: type[CorrectionRow] | type[PredictionRow]) -> ColumnElement[bool]:
    return and_(SightingRow.mention_id == said.mention_id, SightingRow.brand == said.brand)


def cards(tx: Tx, *, brand: str, since: datetime, at: datetime) -> tuple[int, int]:
    """Return how many of a brand's cards people corrected, and how many there were, by when the post appeared.

    A card is corrected where it is "Not us" now, or where the latest label that a person set for one of its posts is
    not the model's; what was reopened counts as about us again.
    """
    latest_then = CorrectionRow.number.in_(_last().where(CorrectionRow.at <= at))
    relabelled = exists().where(
        SightingRow.case_id == OutcomeRow.id,
        CorrectionRow.mention_id == SightingRow.mention_id,
        CorrectionRow.brand == SightingRow.brand,
        CorrectionRow.task != RELEVANCE,  # "Not us" and reopening, which the outcome knows
        latest_then,
        ~_agrees(),
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


def _last() -> Select[int]:
    """Select the numbers of the labels that count: the latest of each post, brand and task."""
    return select(func.max(CorrectionRow.number)).group_by(
        CorrectionRow.mention_id, CorrectionRow.brand, CorrectionRow.task
    )


def _agrees() -> ColumnElement[bool]:
    """Hold where the person set the label that the model gives."""
    return exists().where(
        PredictionRow.mention_id == CorrectionRow.mention_id,
        PredictionRow.brand == CorrectionRow.brand,
        PredictionRow.task == CorrectionRow.task,
        PredictionRow.label == CorrectionRow.label,
        PredictionRow.current,
    )
