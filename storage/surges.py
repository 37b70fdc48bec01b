"""Surges: when they began and ended, and what they brought."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import case, func, insert, select, update

from domain.case import OPEN_STATES, CaseState, Urgency
from domain.message import MessageKind, MessageState
from domain.noise import SurgeSpan
from storage.database import Tx
from storage.tables import UNSETTLED, AuthorRow, CaseRow, MessageRow, SightingRow, SurgeRow

_FIELDS = [field.name for field in fields(SurgeSpan)]


def going_on(tx: Tx) -> list[SurgeSpan]:
    """Return the surges that have not ended, the oldest first."""
    return [
        _span(row) for row in tx.scalars(select(SurgeRow).where(SurgeRow.ended_at.is_(None)).order_by(SurgeRow.since))
    ]


def going_on_in(tx: Tx, *, brand: str, channel: str) -> SurgeSpan | None:
    """Return the brand's surge in a channel that has not ended."""
    row = tx.scalar(
        select(SurgeRow).where(SurgeRow.ended_at.is_(None), SurgeRow.brand == brand, SurgeRow.channel == channel)
    )
    return None if row is None else _span(row)


def get(tx: Tx, surge_id: str) -> SurgeSpan | None:
    """Return one surge."""
    row = tx.scalar(select(SurgeRow).where(SurgeRow.id == surge_id))
    return None if row is None else _span(row)


def of_case(tx: Tx, case_id: str) -> SurgeSpan | None:
    """Return the surge that a case was put into."""
    row = tx.scalar(select(SurgeRow).join(CaseRow, CaseRow.surge == SurgeRow.id).where(CaseRow.id == case_id))
    return None if row is None else _span(row)


def begin(tx: Tx, span: SurgeSpan) -> None:
    """Store a surge; of a brand one goes on in a channel at a time."""
    tx.execute(insert(SurgeRow).values(asdict(span)))


def add(tx: Tx, surge_id: str, case_id: str) -> None:
    """Put a case into a surge."""
    tx.execute(update(CaseRow).where(CaseRow.id == case_id).values(surge=surge_id))


def told(tx: Tx, surge_id: str, *, until: datetime) -> None:
    """Note how far the lines in its thread reach."""
    tx.execute(update(SurgeRow).where(SurgeRow.id == surge_id).values(told_until=until))


def end(tx: Tx, surge_id: str, *, at: datetime) -> None:
    """End a surge."""
    tx.execute(update(SurgeRow).where(SurgeRow.id == surge_id).values(ended_at=at))


def cards(tx: Tx, *, channel: str, since: datetime, rank: int | None = None) -> int:
    """Count the cards that a channel got since a moment or still waits for, of one rank or of all."""
    of_channel = [MessageRow.channel == channel, MessageRow.kind == MessageKind.CARD]
    if rank is not None:
        of_channel.append(MessageRow.rank == rank)
    recent = select(MessageRow.key).where(*of_channel, MessageRow.created_at >= since)
    waiting = select(MessageRow.key).where(UNSETTLED, *of_channel, MessageRow.state == MessageState.PENDING)
    return tx.scalar(select(func.count()).select_from(recent.union(waiting).subquery())) or 0


def came(tx: Tx, surge_id: str, *, since: datetime) -> int:
    """Count the cases that a surge has brought since a moment."""
    return tx.scalar(select(func.count()).where(CaseRow.surge == surge_id, CaseRow.opened_at >= since)) or 0


def figures(tx: Tx, surge_id: str) -> tuple[int, int, int, int, int]:
    """Return how many cases a surge brought, and how many are urgent, open, owned and answered."""
    row = tx.execute(
        select(
            func.count(),
            func.count(case((CaseRow.urgency == Urgency.URGENT, 1))),
            func.count(case((CaseRow.state.in_(OPEN_STATES), 1))),
            func.count(CaseRow.owner),
            func.count(case((CaseRow.state == CaseState.ANSWERED, 1))),
        ).where(CaseRow.surge == surge_id)
    ).one()
    return row[0], row[1], row[2], row[3], row[4]


def reasons(tx: Tx, surge_id: str, *, limit: int) -> tuple[tuple[str, int], ...]:
    """Return why the cases were opened, the most frequent reason first."""
    number = func.count().label("number")
    rows = tx.execute(
        select(SightingRow.reason, number)
        .join(CaseRow, CaseRow.id == SightingRow.case_id)
        .where(CaseRow.surge == surge_id)
        .group_by(SightingRow.reason)
        .order_by(number.desc(), SightingRow.reason)
        .limit(limit)
    )
    return tuple((reason, count) for reason, count in rows)


def loudest(
    tx: Tx, surge_id: str, *, limit: int, since: datetime | None = None, until: datetime | None = None
) -> Sequence[str]:
    """Return the ids of its most pressing cases, those opened in [since, until): by urgency, then followers."""
    urgency = case({u.value: u.rank for u in Urgency}, value=CaseRow.urgency)
    wanted = select(CaseRow.id).join(AuthorRow, AuthorRow.key == CaseRow.author_key).where(CaseRow.surge == surge_id)
    if since is not None and until is not None:
        wanted = wanted.where(CaseRow.opened_at >= since, CaseRow.opened_at < until)
    pressing = wanted.order_by(urgency.desc(), func.coalesce(AuthorRow.followers, 0).desc(), CaseRow.id)
    return list(tx.scalars(pressing.limit(limit)))


def total(tx: Tx, surge_id: str, *, since: datetime, until: datetime) -> int:
    """Count the cases that it brought in [since, until)."""
    period = CaseRow.surge == surge_id, CaseRow.opened_at >= since, CaseRow.opened_at < until
    return tx.scalar(select(func.count()).where(*period)) or 0


def _span(row: SurgeRow) -> SurgeSpan:
    return SurgeSpan(**{name: getattr(row, name) for name in _FIELDS})
