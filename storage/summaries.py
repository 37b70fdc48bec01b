"""The posts of a period summed up: how many said what, and which are worth quoting."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from domain.case import CaseState, Verdict
from domain.digest import Quote, Volume
from domain.mention import MentionId
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING
from storage.corrections import label_that_counts, unsure_that_counts
from storage.database import Tx
from storage.tables import AuthorRow, CaseRow, MentionRow, PredictionRow, SightingRow
from storage.tallies import SWITCHERS, elsewhere, said
from storage.upserts import chunks

_SAID = and_(
    PredictionRow.mention_id == SightingRow.mention_id, PredictionRow.brand == SightingRow.brand, PredictionRow.current
)
_UNCOUNTED = (Verdict.OWN, Verdict.REVIEW)
_Label = tuple[Verdict, str | None, str | None]
_COMPLAINS, _SWITCHES, _PRAISES, _REST = range(4)
_LOOKED_AT = 5
"""Of each kind so many times more posts are looked at than are quoted, as one author may have written many."""


def volume(tx: Tx, *, brand: str, start: datetime, end: datetime) -> Volume:
    """Count a brand's posts by when they appeared, start inclusive, end exclusive; our own are left out.

    A label that a person set counts instead of the model's. A post that waits for review counts as such and by no
    label, one that is surely not about us as such and by nothing else; considering counts as leaving or joining.
    """
    of_brand = *_period(brand, start, end), SightingRow.verdict != Verdict.OWN
    by_verdict = select(SightingRow.verdict, func.count()).where(*of_brand).group_by(SightingRow.verdict)
    found, apart = Counter(dict(tx.execute(by_verdict).all())), _apart(tx, brand, of_brand)
    labels = (
        select(PredictionRow.task, label_that_counts().label("label"))
        .join(SightingRow, _SAID)
        .where(*of_brand, SightingRow.verdict != Verdict.REVIEW)
        .subquery()
    )
    by_label = select(labels.c.task, labels.c.label, func.count()).group_by(labels.c.task, labels.c.label)
    counted = Counter({(task, label): count for task, label, count in tx.execute(by_label)})
    for verdict, mood, intent in apart:
        if verdict is not Verdict.REVIEW:
            counted.subtract([(SENTIMENT, mood), (SWITCHING, intent)])

    return Volume(
        mentions=found.total(),
        negative=counted[SENTIMENT, "negative"],
        neutral=counted[SENTIMENT, "neutral"],
        positive=counted[SENTIMENT, "positive"],
        leaving=counted[SWITCHING, "leaving"] + counted[SWITCHING, "considering_leaving"],
        joining=counted[SWITCHING, "joining"] + counted[SWITCHING, "considering_joining"],
        review=found[Verdict.REVIEW] - sum(verdict is Verdict.REVIEW for verdict, *_ in apart),
        not_us=len(apart),
    )


def _apart(tx: Tx, brand: str, of_brand: Sequence[ColumnElement[bool]]) -> list[_Label]:
    """Return verdict, sentiment and intent of the posts that are surely not about us: few, so they are subtracted.

    By label they are found through the period's index, by dismissed case through the cases: one statement for both
    would look every post of the period up.
    """
    relevance = aliased(PredictionRow)
    labelled = select(SightingRow.mention_id).join(relevance, said(relevance, RELEVANCE))
    found = set(tx.scalars(labelled.where(*of_brand, elsewhere(relevance))))
    dismissed = select(CaseRow.id).where(CaseRow.brand == brand, CaseRow.state == CaseState.DISMISSED)
    for some in chunks(tx.scalars(dismissed).all()):
        found.update(tx.scalars(select(SightingRow.mention_id).where(SightingRow.case_id.in_(some), *of_brand)))
    return [row for some in chunks(sorted(found)) for row in _labels(tx, brand, some)]


def _labels(tx: Tx, brand: str, mention_ids: Sequence[str]) -> list[_Label]:
    sentiment, switching = aliased(PredictionRow), aliased(PredictionRow)
    posts = (
        select(SightingRow.verdict, label_that_counts(sentiment), label_that_counts(switching))
        .outerjoin(sentiment, said(sentiment, SENTIMENT))
        .outerjoin(switching, said(switching, SWITCHING))
        .where(SightingRow.mention_id.in_(mention_ids), SightingRow.brand == brand)
    )
    return [(verdict, mood, intent) for verdict, mood, intent in tx.execute(posts)]


def quotes(tx: Tx, *, brand: str, start: datetime, end: datetime, limit: int) -> list[Quote]:
    """Return posts worth reading, each by another author: a complaint, somebody who leaves or joins, and a praise.

    Where one of these is missing, more of the others fill up, in this order, and at last what is neither. Of each
    kind the surest come first, then those with most followers. Left out are reposts, what waits for a person's eye, and
    what a person or a sure model says is not about us.
    """
    sentiment, switching, relevance = (aliased(PredictionRow) for _ in range(3))
    mood, intent, unsure = label_that_counts(sentiment), label_that_counts(switching), unsure_that_counts(sentiment)
    switches = and_(intent.in_(SWITCHERS), ~unsure_that_counts(switching))
    part = case((switches, _SWITCHES), (mood == "negative", _COMPLAINS), (mood == "positive", _PRAISES), else_=_REST)
    weight = (
        case((unsure, 1), else_=0),
        func.coalesce(AuthorRow.followers, 0).desc(),
        sentiment.score.desc(),
        MentionRow.number,
    )
    posts = (
        select(
            MentionRow.number,
            MentionRow.author_key,
            SightingRow.case_id,
            mood.label("mood"),
            case((switches, intent)).label("intent"),
            unsure.label("unsure"),
            part.label("part"),
            func.row_number().over(partition_by=part, order_by=weight).label("rank"),
        )
        .join(MentionRow, MentionRow.id == SightingRow.mention_id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .join(sentiment, said(sentiment, SENTIMENT))
        .outerjoin(switching, said(switching, SWITCHING))
        .outerjoin(CaseRow, CaseRow.id == SightingRow.case_id)
        .where(*_period(brand, start, end))
        .where(SightingRow.verdict.not_in(_UNCOUNTED), MentionRow.repost_of.is_(None))
        .where(or_(CaseRow.state.is_(None), CaseRow.state != CaseState.DISMISSED))
        .where(~exists().where(said(relevance, RELEVANCE), elsewhere(relevance)))
        .subquery()
    )
    first = select(posts).where(posts.c.rank <= _LOOKED_AT * limit).order_by(posts.c.part, posts.c.rank).subquery()
    best = (
        select(MentionRow, AuthorRow.handle, first)
        .join(first, first.c.number == MentionRow.number)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .order_by(first.c.part, first.c.rank)
    )
    return [_quote(row) for row in _varied(tx.execute(best).all(), limit)]


def _varied(found: Sequence[Row[Any]], limit: int) -> list[Row[Any]]:
    """Choose one of each part while there are any, then the next of each, and of each author one."""
    chosen: list[Row[Any]] = []
    for part in (_COMPLAINS, _SWITCHES, _PRAISES) * limit + (_REST,) * limit:
        authors = {row.author_key for row in chosen}
        free = (row for row in found if row.part == part and row.author_key not in authors)
        if len(chosen) < limit and (row := next(free, None)) is not None:
            chosen.append(row)
    return chosen


def _quote(row: Row[Any]) -> Quote:
    mention = row.MentionRow
    return Quote(
        mention_id=MentionId(mention.id),
        author=row.handle,
        text=mention.text,
        url=mention.url,
        sentiment=row.mood,
        unsure=row.unsure,
        switching=row.intent,
        case_id=row.case_id,
    )


def _period(brand: str, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return SightingRow.brand == brand, SightingRow.posted_at >= start, SightingRow.posted_at < end
