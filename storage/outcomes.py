"""The fact rows that every KPI is computed from, and the days that are closed."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime

from sqlalchemy import select, update

from domain.outcome import Outcome
from storage.database import Tx
from storage.tables import ClosedDayRow, OutcomeRow
from storage.upserts import insert_new, upsert

_FIELDS = [field.name for field in fields(Outcome)]


def put(tx: Tx, outcome: Outcome) -> None:
    """Store a case's facts; what became of one that is there already (answered, resolved, not us, eligible) stays."""
    upsert(tx, OutcomeRow, [asdict(outcome)], update=["day", "kind", "urgency", "posted_at", "due_at"])


def answered(tx: Tx, case_id: str, *, at: datetime) -> None:
    """Say when the first human public reply appeared."""
    tx.execute(update(OutcomeRow).where(OutcomeRow.id == case_id).values(answered_at=at))


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
    rows = tx.scalars(
        select(OutcomeRow)
        .where(OutcomeRow.brand == brand, OutcomeRow.posted_at >= start, OutcomeRow.posted_at < end)
        .order_by(OutcomeRow.posted_at, OutcomeRow.id)
    )
    return [Outcome(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]


def freeze(tx: Tx, *, brand: str, day: date, kpis: str, at: datetime) -> bool:
    """Close a brand's day with its KPIs as JSON; False where it is closed already, and stays as it is."""
    return insert_new(tx, ClosedDayRow, {"brand": brand, "day": day, "kpis": kpis, "at": at})


def frozen(tx: Tx, *, brand: str, day: date) -> str | None:
    """Return a closed day's KPIs as JSON."""
    return tx.scalar(select(ClosedDayRow.kpis).where(ClosedDayRow.brand == brand, ClosedDayRow.day == day))
