"""What was said on each of a brand's days, counted; and the words of those who complain or switch."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from domain.case import CaseKind, CaseState, Urgency, Verdict
from domain.digest import Tally, Unanswered, WaitingCase
from domain.prediction import ABOUT, RELEVANCE, SENTIMENT, SWITCHING
from storage.corrections import label_that_counts, unsure_that_counts
from storage.database import Tx
from storage.tables import OPEN, CaseRow, MentionRow, OutcomeRow, PredictionRow, SightingRow

Days = Sequence[tuple[date, datetime, datetime]]
"""Local days with their start (inclusive) and end (exclusive), oldest first and without a gap."""

SWITCHERS = ("leaving", "considering_leaving", "joining", "considering_joining")


def by_day(tx: Tx, *, brand: str, days: Days) -> list[Tally]:
    """Count a brand's posts of these days by when they appeared; our own are left out.

    A label that a person set counts instead of the model's.
    """
    sentiment, switching, relevance = (aliased(PredictionRow) for _ in range(3))
    moments = [end for _, _, end in days]
    place = case(*((SightingRow.posted_at < end, number) for number, end in enumerate(moments)))
    counted: tuple[Any, ...] = (
        place,
        _platform(tx),
        SightingRow.stream,
        label_that_counts(sentiment),
        label_that_counts(switching),
        switching.rival,
        SightingRow.verdict == Verdict.REVIEW,
        or_(func.coalesce(elsewhere(relevance), False), func.coalesce(CaseRow.state == CaseState.DISMISSED, False)),
        and_(SightingRow.verdict == Verdict.CASE, SightingRow.kind == CaseKind.COMPLAINT),
    )
    labelled: Select[Any] = select(*(column.label(f"c{number}") for number, column in enumerate(counted)))
    posts = (
        labelled.select_from(SightingRow)
        .outerjoin(sentiment, said(sentiment, SENTIMENT))
        .outerjoin(switching, said(switching, SWITCHING))
        .outerjoin(relevance, said(relevance, RELEVANCE))
        .outerjoin(CaseRow, CaseRow.id == SightingRow.case_id)
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


def said(prediction: type[PredictionRow], task: str) -> ColumnElement[bool]:
    """Join the prediction that counts of one task to its sighting."""
    return and_(
        prediction.mention_id == SightingRow.mention_id,
        prediction.brand == SightingRow.brand,
        prediction.task == task,
        prediction.current,
    )


def elsewhere(relevance: type[PredictionRow]) -> ColumnElement[bool]:
    """Hold where a person or a sure model says of a prediction's post that it is not about us."""
    return and_(label_that_counts(relevance) != ABOUT, ~unsure_that_counts(relevance))


def _platform(tx: Tx) -> ColumnElement[str]:
    """Select the platform, with which every mention's id begins."""
    if tx.get_bind().dialect.name == "postgresql":
        return func.split_part(SightingRow.mention_id, ":", 1)
    return func.substr(SightingRow.mention_id, 1, func.instr(SightingRow.mention_id, ":") - 1)
