"""What was said on each of a brand's days, counted; and the words of those who complain or switch."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from domain.case import CaseKind, Urgency, Verdict
from domain.digest import Unanswered, WaitingCase
from domain.volume import Tally
from storage.database import Tx
from storage.tables import OPEN, CaseRow, MentionRow, OutcomeRow, SightingRow

Days = Sequence[tuple[date, datetime, datetime]]
"""Local days with their start (inclusive) and end (exclusive), oldest first and without a gap."""

SWITCHERS = ("leaving", "considering_leaving", "joining", "considering_joining")


def by_day(tx: Tx, *, brand: str, days: Days) -> list[Tally]:
    """Count a brand's posts of these days by when they appeared; our own are left out.

    A label that a person set counts instead of the model's.
    """
    moments = [end for _, _, end in days]
    counted: tuple[Any, ...] = (
        case(*((SightingRow.posted_at < end, number) for number, end in enumerate(moments))),
        _platform(tx),
        SightingRow.stream,
        SightingRow.sentiment,
        SightingRow.switching,
        SightingRow.rival,
        SightingRow.verdict == Verdict.REVIEW,
        SightingRow.elsewhere,
        and_(SightingRow.verdict == Verdict.CASE, SightingRow.kind == CaseKind.COMPLAINT),
    )
    posts = (
        select(*(column.label(f"c{number}") for number, column in enumerate(counted)))
        .where(SightingRow.brand == brand, SightingRow.verdict != Verdict.OWN)
        .where(SightingRow.posted_at >= days[0][1], SightingRow.posted_at < moments[-1])
        .subquery()
    )
    alike = select(*posts.c, func.count()).group_by(*posts.c)
    return [_tally(days[row[0]][0], *row[1:]) for row in tx.execute(alike)]


def _tally(day: date, *counted: Any) -> Tally:
    platform, stream, sentiment, switching, rival, review, away, called, count = counted
    return Tally(
        day=day,
        platform=platform,
        stream=stream,
        sentiment=sentiment,
        switching=switching,
        rival=rival,
        review=bool(review),
        elsewhere=bool(away),
        called=bool(called),
        count=count,
    )


def talk(tx: Tx, *, brand: str, start: datetime, end: datetime, limit: int) -> list[tuple[str, str]]:
    """Return author and text of the latest posts that called for an answer: complaints and switchers, latest first.

    Left out is what people found to be none, or not about us.
    """
    # Chosen by what the index holds: SQLite would else look up every post of the period.
    latest = (
        select(SightingRow.mention_id, SightingRow.brand, SightingRow.posted_at)
        .where(SightingRow.brand == brand, SightingRow.posted_at >= start, SightingRow.posted_at < end)
        .where(SightingRow.verdict == Verdict.CASE)
        .order_by(SightingRow.posted_at.desc(), SightingRow.mention_id)
        .limit(limit)
        .subquery()
    )
    uncounted = exists().where(OutcomeRow.id == SightingRow.case_id, or_(~OutcomeRow.eligible, OutcomeRow.not_us))
    posts = (
        select(MentionRow.author_key, MentionRow.text)
        .join(latest, latest.c.mention_id == MentionRow.id)
        .join(SightingRow, and_(SightingRow.mention_id == latest.c.mention_id, SightingRow.brand == latest.c.brand))
        .where(~uncounted)
        .order_by(latest.c.posted_at.desc(), MentionRow.id)
    )
    return [(author, text) for author, text in tx.execute(posts)]


def unanswered(tx: Tx, *, brand: str, at: datetime, limit: int) -> Unanswered:
    """Return the complaints that wait now and were there at a moment, and the `limit` oldest of them."""
    waiting = (
        OPEN,
        CaseRow.brand == brand,
        CaseRow.kind == CaseKind.COMPLAINT,
        CaseRow.opened_at <= at,
        CaseRow.posted_at <= at,
        ~exists().where(OutcomeRow.id == CaseRow.id, ~OutcomeRow.eligible),
    )
    counts: dict[Urgency, int] = dict(
        tx.execute(select(CaseRow.urgency, func.count()).where(*waiting).group_by(CaseRow.urgency)).all()
    )
    oldest = tx.scalars(select(CaseRow).where(*waiting).order_by(CaseRow.posted_at, CaseRow.id).limit(limit))
    return Unanswered(
        by_urgency=tuple((urgency, counts[urgency]) for urgency in reversed(Urgency) if urgency in counts),
        oldest=tuple(
            WaitingCase(row.id, row.platform, row.urgency, row.posted_at, row.due_at, row.owner) for row in oldest
        ),
    )


def heard_before(tx: Tx, *, brand: str, at: datetime) -> bool:
    """Tell whether a post of the brand was stored before a moment."""
    earlier = SightingRow.brand == brand, SightingRow.posted_at < at, SightingRow.seen_at < at
    return bool(tx.scalar(select(exists().where(*earlier))))


def _platform(tx: Tx) -> ColumnElement[str]:
    """Select the platform, with which every mention's id begins."""
    if tx.get_bind().dialect.name == "postgresql":
        return func.split_part(SightingRow.mention_id, ":", 1)
    return func.substr(SightingRow.mention_id, 1, func.instr(SightingRow.mention_id, ":") - 1)
