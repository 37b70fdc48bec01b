"""What people did with cases in a period, for the team's figures."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from storage.database import Tx
from storage.tables import CaseRow, HistoryRow, OutcomeRow, ResponseRow


def counted(
    tx: Tx, *, brand: str, start: datetime, end: datetime, actions: Sequence[str]
) -> list[tuple[str, str, int]]:
    """Count by Slack user id and action what people did with the brand's cases, start inclusive, end exclusive."""
    done = (
        select(HistoryRow.actor, HistoryRow.action, func.count())
        .join(CaseRow, CaseRow.id == HistoryRow.case_id)
        .where(HistoryRow.at >= start, HistoryRow.at < end, CaseRow.brand == brand)
        .where(HistoryRow.actor.is_not(None), HistoryRow.action.in_(actions))
        .group_by(HistoryRow.actor, HistoryRow.action)
    )
    return [(str(actor), action, number) for actor, action, number in tx.execute(done)]


def answers(tx: Tx, *, brand: str, start: datetime, end: datetime) -> list[tuple[str | None, float]]:
    """Return each counted case first answered in the period: who is credited, and the seconds from post to answer.

    That is the person behind the first answer where she is known, else the case's owner.
    """
    credited = (
        select(ResponseRow.credited)
        .where(ResponseRow.case_id == OutcomeRow.id)
        .order_by(ResponseRow.at, ResponseRow.mention_id)
        .limit(1)
        .scalar_subquery()
    )
    found = (
        select(func.coalesce(credited, CaseRow.owner), OutcomeRow.posted_at, OutcomeRow.answered_at)
        .join(CaseRow, CaseRow.id == OutcomeRow.id)
        .where(OutcomeRow.brand == brand, OutcomeRow.answered_at >= start, OutcomeRow.answered_at < end)
        .where(OutcomeRow.eligible, ~OutcomeRow.not_us)
    )
    return [(owner, (at - posted).total_seconds()) for owner, posted, at in tx.execute(found) if at is not None]
