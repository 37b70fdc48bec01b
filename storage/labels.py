"""The labels that count, kept beside each sighting: what is counted of many posts is read from one index."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from domain.case import CaseKind, CaseState
from domain.prediction import ABOUT, RELEVANCE, SENTIMENT, SWITCHING, Predictions
from storage.database import Tx
from storage.tables import CaseRow, CorrectionRow, PredictionRow, SightingRow
from storage.upserts import chunks


def label_values(said: Predictions, *, kind: CaseKind | None = None) -> dict[str, Any]:
    """Make the columns of a new sighting that no person has said anything of."""
    by_task = {prediction.task: prediction for prediction in said.items}
    sentiment, switching, relevance = (by_task.get(task) for task in (SENTIMENT, SWITCHING, RELEVANCE))
    away = relevance is not None and relevance.label != ABOUT and not relevance.unsure
    return {
        "sentiment": sentiment and sentiment.label,
        "switching": switching and switching.label,
        "rival": switching and switching.rival,
        "elsewhere": away or kind is CaseKind.POACHING,
    }


def settle(tx: Tx, mention_ids: Sequence[str], *, brand: str) -> None:
    """Bring the columns of these posts up to date, after anything was said of them."""
    for some in chunks(mention_ids):
        settle_where(tx, SightingRow.mention_id.in_(some), SightingRow.brand == brand)


def settle_case(tx: Tx, case_id: str) -> None:
    """The same for the posts of a case that was dismissed, or is no longer."""
    settle_where(tx, SightingRow.case_id == case_id)


def settle_dismissed(tx: Tx, case_ids: Sequence[str]) -> None:
    """The same for the posts of those of the cases that are dismissed."""
    for some in chunks(case_ids):
        dismissed = select(CaseRow.id).where(CaseRow.id.in_(some), CaseRow.state == CaseState.DISMISSED)
        for case_id in tx.scalars(dismissed).all():
            settle_case(tx, case_id)


def settle_where(tx: Tx, *chosen: ColumnElement[bool]) -> None:
    """Compute the columns of sightings anew, of all where no condition chooses some."""
    # Only the next statement sees what others, for whom this one waits on PostgreSQL, said meanwhile.
    these = select(SightingRow.mention_id).where(*chosen).order_by(SightingRow.mention_id, SightingRow.brand)
    tx.execute(these.with_for_update())
    relevance = aliased(PredictionRow)
    away = select(literal(1)).where(said(relevance, RELEVANCE), _elsewhere(relevance)).correlate(SightingRow)
    dismissed = (
        select(literal(1))
        .where(CaseRow.id == SightingRow.case_id, CaseRow.state == CaseState.DISMISSED)
        .correlate(SightingRow)
    )
    switching = aliased(PredictionRow)
    tx.execute(
        update(SightingRow)
        .where(*chosen)
        .values(
            sentiment=_label(SENTIMENT),
            switching=_label(SWITCHING),
            rival=select(switching.rival).where(said(switching, SWITCHING)).correlate(SightingRow).scalar_subquery(),
            elsewhere=or_(exists(away), exists(dismissed), _poaches()),
        )
    )


def label_that_counts(said: type[PredictionRow] = PredictionRow) -> ColumnElement[str]:
    """Select the label of a row of predictions, or the one that a person set instead."""
    return func.coalesce(_by_a_person(said), said.label)


def unsure_that_counts(said: type[PredictionRow] = PredictionRow) -> ColumnElement[bool]:
    """Select whether a row of predictions is unsure; what a person said never is."""
    return and_(said.unsure, _by_a_person(said).is_(None))


def said(prediction: type[PredictionRow], task: str) -> ColumnElement[bool]:
    """Join the prediction that counts of one task to its sighting."""
    return and_(
        prediction.mention_id == SightingRow.mention_id,
        prediction.brand == SightingRow.brand,
        prediction.task == task,
        prediction.current,
    )


def _label(task: str) -> ScalarSelect[str]:
    prediction = aliased(PredictionRow)
    return select(label_that_counts(prediction)).where(said(prediction, task)).correlate(SightingRow).scalar_subquery()


def _elsewhere(relevance: type[PredictionRow]) -> ColumnElement[bool]:
    """Hold where a person or a sure model says of a prediction's post that it is not about us."""
    return and_(label_that_counts(relevance) != ABOUT, ~unsure_that_counts(relevance))


def _poaches() -> ColumnElement[bool]:
    """Hold for a rival's post that courts our customers: it says nothing of us."""
    return SightingRow.kind.is_not_distinct_from(CaseKind.POACHING)


def _by_a_person(said: type[PredictionRow]) -> ScalarSelect[str]:
    return (
        select(CorrectionRow.label)
        .where(
            CorrectionRow.mention_id == said.mention_id,
            CorrectionRow.brand == said.brand,
            CorrectionRow.task == said.task,
        )
        .order_by(CorrectionRow.number.desc())
        .limit(1)
        .correlate(said)
        .scalar_subquery()
    )
