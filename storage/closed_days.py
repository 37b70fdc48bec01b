"""The days that are closed, and the facts of their cases as they were then."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import exists, func, or_, select

from domain.case import Verdict
from domain.closed_day import ClosedDay
from domain.customer import Coverage
from domain.gap import Hearing
from domain.outcome import Outcome
from domain.volume import Voice, Volume
from storage.database import Tx
from storage.tables import ClosedDayRow, ClosedOutcomeRow, OutcomeRow, SightingRow
from storage.upserts import insert_new, upsert

Counts = TypeVar("Counts", Volume, Coverage, Hearing)

_FACTS = [getattr(ClosedOutcomeRow, field.name) for field in fields(Outcome)]
_NOW = [getattr(OutcomeRow, field.name) for field in fields(Outcome)]
_COMPARED = ("kind", "posted_at", "due_at", "answered_at", "eligible", "not_us")


def close(tx: Tx, day: ClosedDay, facts: Sequence[Outcome], *, at: datetime) -> bool:
    """Close a brand's day for good; False where it is closed already, and stays as it is.

    A case that another day holds, as after a change of the brand's time zone, stays there.
    """
    values = {
        "brand": day.brand,
        "day": day.day,
        "starts_at": day.starts_at,
        "ends_at": day.ends_at,
        "closes_at": day.closes_at,
        "closed_at": at,
        "volume": asdict(day.volume),
        "coverage": asdict(day.coverage),
        "hearing": asdict(day.hearing),
        "voices": [asdict(voice) for voice in day.voices],
    }
    if not insert_new(tx, ClosedDayRow, values):
        return False
    upsert(tx, ClosedOutcomeRow, [asdict(fact) | {"brand": day.brand, "day": day.day} for fact in facts])
    return True


def days(tx: Tx, *, brand: str) -> set[date]:
    """Return a brand's closed days."""
    return set(tx.scalars(select(ClosedDayRow.day).where(ClosedDayRow.brand == brand)))


def between(tx: Tx, *, brand: str, since: date, until: date) -> list[ClosedDay]:
    """Return a brand's closed days among [since, until), oldest first."""
    these = ClosedDayRow.brand == brand, ClosedDayRow.day >= since, ClosedDayRow.day < until
    return [
        ClosedDay(
            brand=row.brand,
            day=row.day,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            closes_at=row.closes_at,
            volume=_counts(Volume, row.volume),
            coverage=_counts(Coverage, row.coverage),
            hearing=_counts(Hearing, row.hearing or {}),
            voices=tuple(Voice(**kept | {"sources": tuple(kept["sources"])}) for kept in row.voices or ()),
        )
        for row in tx.scalars(select(ClosedDayRow).where(*these).order_by(ClosedDayRow.day))
    ]


def outcomes(tx: Tx, *, brand: str, since: date, until: date) -> list[Outcome]:
    """Return the facts of a brand's closed days among [since, until) as they were then, by day and post, oldest first.

    An answer that came after a day's closing moment is not among what was known of it.
    """
    these = ClosedOutcomeRow.brand == brand, ClosedOutcomeRow.day >= since, ClosedOutcomeRow.day < until
    order = ClosedOutcomeRow.day, ClosedOutcomeRow.posted_at, ClosedOutcomeRow.id
    return [Outcome(*row) for row in tx.execute(select(*_FACTS).where(*these).order_by(*order))]


def changed(tx: Tx, *, brand: str, since: date, until: date) -> list[tuple[date, Outcome]]:
    """Return the cases of closed days among [since, until) of which other facts are known now, with the closed day."""
    these = ClosedOutcomeRow.brand == brand, ClosedOutcomeRow.day >= since, ClosedOutcomeRow.day < until
    differs = [getattr(OutcomeRow, name).is_distinct_from(getattr(ClosedOutcomeRow, name)) for name in _COMPARED]
    pairs = select(ClosedOutcomeRow.day, *_NOW).join(OutcomeRow, OutcomeRow.id == ClosedOutcomeRow.id)
    rows = tx.execute(pairs.where(*these, or_(*differs)).order_by(OutcomeRow.id))
    return [(day, Outcome(*facts)) for day, *facts in rows]


def arrived(tx: Tx, *, brand: str, start: datetime, end: datetime) -> list[Outcome]:
    """Return the cases of a period that are in no closed day, start inclusive, end exclusive."""
    these = OutcomeRow.brand == brand, OutcomeRow.posted_at >= start, OutcomeRow.posted_at < end
    kept = exists().where(ClosedOutcomeRow.id == OutcomeRow.id)
    return [Outcome(*row) for row in tx.execute(select(*_NOW).where(*these, ~kept).order_by(OutcomeRow.id))]


def mentions(tx: Tx, *, brand: str, since: date, until: date) -> dict[date, int]:
    """Count the posts that are stored now of each closed day among [since, until), our own left out."""
    inside = SightingRow.posted_at >= ClosedDayRow.starts_at, SightingRow.posted_at < ClosedDayRow.ends_at
    these = ClosedDayRow.brand == brand, ClosedDayRow.day >= since, ClosedDayRow.day < until
    counted = (
        select(func.count())
        .where(SightingRow.brand == ClosedDayRow.brand, *inside, SightingRow.verdict != Verdict.OWN)
        .correlate(ClosedDayRow)
        .scalar_subquery()
    )
    return dict(tx.execute(select(ClosedDayRow.day, counted).where(*these)).all())


def _counts(of: type[Counts], kept: dict[str, Any]) -> Counts:
    """Read numbers that were kept; what was not counted yet when the day was closed is 0."""
    return of(**{field.name: int(kept.get(field.name, 0)) for field in fields(of)})
