"""The posts of a period summed up: how many said what, and which are worth quoting."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from domain.case import CaseState, Verdict
from domain.mention import MentionId
from domain.outcome import Quote, Volume
from domain.prediction import ABOUT, RELEVANCE, SENTIMENT, SWITCHING
from storage.corrections import label_that_counts, unsure_that_counts
from storage.database import Tx
from storage.tables import AuthorRow, CaseRow, MentionRow, PredictionRow, SightingRow

_SAID = and_(
    PredictionRow.mention_id == SightingRow.mention_id, PredictionRow.brand == SightingRow.brand, PredictionRow.current
)
_UNCOUNTED = (Verdict.OWN, Verdict.REVIEW)


def volume(tx: Tx, *, brand: str, start: datetime, end: datetime) -> Volume:
    """Count a brand's posts by when they appeared, start inclusive, end exclusive; our own are left out.

    A label that a person set counts instead of the model's. A post that waits for review counts as such and by no
    label; considering counts as leaving or joining.
    """
    period = _period(brand, start, end)
    by_verdict = select(SightingRow.verdict, func.count()).where(*period, SightingRow.verdict != Verdict.OWN)
    verdicts = dict(tx.execute(by_verdict.group_by(SightingRow.verdict)).all())
    labels = (
        select(PredictionRow.task, label_that_counts().label("label"))
        .join(SightingRow, _SAID)
        .where(*period, SightingRow.verdict.not_in(_UNCOUNTED))
        .subquery()
    )
    by_label = select(labels.c.task, labels.c.label, func.count()).group_by(labels.c.task, labels.c.label)
    said = {(task, label): count for task, label, count in tx.execute(by_label)}

    def of(task: str, *labels: str) -> int:
        return sum(said.get((task, label), 0) for label in labels)

    return Volume(
        mentions=sum(verdicts.values()),
        negative=of(SENTIMENT, "negative"),
        neutral=of(SENTIMENT, "neutral"),
        positive=of(SENTIMENT, "positive"),
        leaving=of(SWITCHING, "leaving", "considering_leaving"),
        joining=of(SWITCHING, "joining", "considering_joining"),
        review=verdicts.get(Verdict.REVIEW, 0),
    )


def quotes(tx: Tx, *, brand: str, start: datetime, end: datetime, limit: int) -> list[Quote]:
    """Return posts worth reading, one of each author, and none that a person or a sure model says is not about us.

    Negative ones come first, then those with most followers.
    """
    label, relevance = label_that_counts(), aliased(PredictionRow)
    not_for_us = exists().where(
        relevance.mention_id == SightingRow.mention_id,
        relevance.brand == SightingRow.brand,
        relevance.task == RELEVANCE,
        relevance.current,
        label_that_counts(relevance) != ABOUT,
        ~unsure_that_counts(relevance),
    )
    negative = case((label == "negative", 1), else_=0)
    weight = (
        negative.desc(),
        func.coalesce(AuthorRow.followers, 0).desc(),
        PredictionRow.score.desc(),
        MentionRow.number,
    )
    ranked = (
        select(
            SightingRow.mention_id,
            SightingRow.case_id,
            label.label("label"),
            unsure_that_counts().label("unsure"),
            func.row_number().over(order_by=weight).label("rank"),
            func.row_number().over(partition_by=MentionRow.author_key, order_by=weight).label("of_author"),
        )
        .join(MentionRow, MentionRow.id == SightingRow.mention_id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .join(PredictionRow, and_(_SAID, PredictionRow.task == SENTIMENT))
        .outerjoin(CaseRow, CaseRow.id == SightingRow.case_id)
        .where(*_period(brand, start, end), SightingRow.verdict.not_in(_UNCOUNTED))
        .where(or_(CaseRow.state.is_(None), CaseRow.state != CaseState.DISMISSED), ~not_for_us)
        .subquery()
    )
    first = select(ranked).where(ranked.c.of_author == 1).order_by(ranked.c.rank).limit(limit).subquery()
    best = (
        select(MentionRow, AuthorRow.handle, first.c.label, first.c.unsure, first.c.case_id)
        .join(first, first.c.mention_id == MentionRow.id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .order_by(first.c.rank)
    )
    return [
        Quote(
            mention_id=MentionId(mention.id),
            author=handle,
            text=mention.text,
            url=mention.url,
            sentiment=label,
            unsure=unsure,
            case_id=case_id,
        )
        for mention, handle, label, unsure, case_id in tx.execute(best)
    ]


def latest_arrival(tx: Tx, *, brand: str, start: datetime, end: datetime) -> datetime | None:
    """Return when the last post of a brand's period was stored, start inclusive, end exclusive."""
    return tx.scalar(select(func.max(SightingRow.seen_at)).where(*_period(brand, start, end)))


def _period(brand: str, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return SightingRow.brand == brand, SightingRow.posted_at >= start, SightingRow.posted_at < end
