"""Cases that come near their due time or are past it, and the last time that anybody did something."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from domain.case import Case, CaseKind, CaseState
from storage import cases
from storage.database import Tx
from storage.tables import OPEN, CaseRow, HistoryRow
from storage.upserts import chunks


def due_before(tx: Tx, *, brand: str, moment: datetime) -> list[Case]:
    """Return the brand's open cases due before a moment of which nobody was warned yet, those due first at the top.

    A case that was put to sleep is left alone until it wakes.
    """
    near = (
        CaseRow.due_at <= moment,
        CaseRow.brand == brand,
        CaseRow.warned_at.is_(None),
        CaseRow.state != CaseState.SNOOZED,
    )
    return cases.read(tx, select(CaseRow).where(OPEN, *near).order_by(CaseRow.due_at, CaseRow.id))


def overdue(tx: Tx, *, brand: str, moment: datetime) -> list[Case]:
    """Return the brand's open cases due before a moment that nobody called overdue yet, the longest so at the top."""
    late = CaseRow.due_at <= moment, CaseRow.brand == brand, CaseRow.overdue_told_at.is_(None)
    return cases.read(tx, select(CaseRow).where(OPEN, *late).order_by(CaseRow.due_at, CaseRow.id))


def warned(tx: Tx, case_ids: Sequence[str], *, at: datetime) -> None:
    """Note that people were warned of these cases."""
    for some in chunks(case_ids):
        tx.execute(update(CaseRow).where(CaseRow.id.in_(some)).values(warned_at=at))


def called_overdue(tx: Tx, case_ids: Sequence[str], *, at: datetime) -> None:
    """Note that these cases were called overdue: no warning of them comes any more."""
    for some in chunks(case_ids):
        tx.execute(update(CaseRow).where(CaseRow.id.in_(some)).values(warned_at=at, overdue_told_at=at))


def unowned_complaints(tx: Tx, *, brand: str) -> list[Case]:
    """Return the brand's complaints that nobody has taken, the oldest at the top."""
    free = CaseRow.state == CaseState.NEW, CaseRow.kind == CaseKind.COMPLAINT, CaseRow.brand == brand
    return cases.read(tx, select(CaseRow).where(OPEN, *free).order_by(CaseRow.posted_at, CaseRow.id))


def last_deed(tx: Tx, *, brand: str, since: datetime) -> datetime | None:
    """Return when a person last did something with a case of the brand since a moment, or our answer was found."""
    deeds = select(func.max(HistoryRow.at)).join(CaseRow, CaseRow.id == HistoryRow.case_id)
    by_person = HistoryRow.actor.is_not(None) | HistoryRow.action.startswith("answered")
    return tx.scalar(deeds.where(HistoryRow.at >= since, CaseRow.brand == brand, by_person))
