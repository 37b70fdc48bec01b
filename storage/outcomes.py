"""The fact rows that every KPI is computed from."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import func, select, update

from domain.outcome import Outcome
from storage.database import Tx
from storage.tables import OutcomeRow
from storage.upserts import chunks, upsert

_FACTS = [getattr(OutcomeRow, field.name) for field in fields(Outcome)]


def put(tx: Tx, outcome: Outcome, *, keeps_due: bool = False) -> None:
    """Store a case's facts; what became of one that is there already (answered, resolved, not us, eligible) stays.

    `keeps_due` leaves the time of its first answer as it is, too.
    """
    told = ["day", "kind", "urgency", "posted_at", "due_at"]
    upsert(tx, OutcomeRow, [asdict(outcome)], update=told[:-1] if keeps_due else told)


def answered(tx: Tx, case_id: str, *, at: datetime) -> None:
    """Say when the first human public reply appeared."""
    tx.execute(update(OutcomeRow).where(OutcomeRow.id == case_id).values(answered_at=at))


def due(tx: Tx, case_id: str, *, at: datetime) -> None:
    """Say when the first answer was due."""
    tx.execute(update(OutcomeRow).where(OutcomeRow.id == case_id).values(due_at=at))


def resolved(tx: Tx, case_id: str, *, at: datetime | None) -> None:
    """Say when a person resolved the case; None when it is open again."""
    tx.execute(update(OutcomeRow).where(OutcomeRow.id == case_id).values(resolved_at=at))


def not_us(tx: Tx, case_id: str, *, dismissed: bool) -> None:
    """Say whether a person found that the case is not about us."""
    tx.execute(update(OutcomeRow).where(OutcomeRow.id == case_id).values(not_us=dismissed))


def counts(tx: Tx, case_id: str, *, eligible: bool) -> None:
    """Say whether the case still calls for an answer by the labels that people left or set."""
    tx.execute(update(OutcomeRow).where(OutcomeRow.id == case_id).values(eligible=eligible))


def ineligible(tx: Tx, case_ids: Sequence[str]) -> set[str]:
    """Return those of the cases that do not call for an answer."""
    out = select(OutcomeRow.id).where(OutcomeRow.id.in_(case_ids), ~OutcomeRow.eligible)
    return set(tx.scalars(out))


def between(tx: Tx, *, brand: str, start: datetime, end: datetime) -> list[Outcome]:
    """Return a brand's facts by when the first post appeared, start inclusive, end exclusive, oldest first."""
    these = OutcomeRow.brand == brand, OutcomeRow.posted_at >= start, OutcomeRow.posted_at < end
    rows = tx.execute(select(*_FACTS).where(*these).order_by(OutcomeRow.posted_at, OutcomeRow.id))
    return [Outcome(*row) for row in rows]


def answers(tx: Tx, case_ids: Sequence[str]) -> dict[str, datetime]:
    """Return when each of these cases was answered, those that were."""
    found: dict[str, datetime] = {}
    for some in chunks(case_ids):
        these = select(OutcomeRow.id, OutcomeRow.answered_at).where(OutcomeRow.id.in_(some))
        found |= {case_id: at for case_id, at in tx.execute(these) if at is not None}
    return found


def first(tx: Tx, *, brand: str) -> datetime | None:
    """Return when the first post of a brand's first case appeared."""
    return tx.scalar(select(func.min(OutcomeRow.posted_at)).where(OutcomeRow.brand == brand))
