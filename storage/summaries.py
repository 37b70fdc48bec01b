"""The posts of a period summed up: how many said what, and which are worth quoting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from domain.case import Verdict
from domain.digest import Quote
from domain.mention import MentionId
from domain.prediction import SENTIMENT, SWITCHING
from domain.volume import Volume
from storage.database import Tx
from storage.labels import said, unsure_that_counts
from storage.tables import AuthorRow, MentionRow, PredictionRow, SightingRow
from storage.tallies import SWITCHERS

_UNCOUNTED = (Verdict.OWN, Verdict.REVIEW)
_COMPLAINS, _SWITCHES, _PRAISES, _REST = range(4)
_LOOKED_AT = 5
"""Of each kind so many times more posts are looked at than are quoted, as one author may have written many."""


def volume(tx: Tx, *, brand: str, start: datetime, end: datetime) -> Volume:
    """Count a brand's posts by when they appeared, start inclusive, end exclusive; our own are left out.

    A label that a person set counts instead of the model's. A post that waits for review counts as such and by no
    label, one that is surely not about us as such and by nothing else; considering counts as leaving or joining.
    """
    counts = and_(SightingRow.verdict != Verdict.REVIEW, ~SightingRow.elsewhere)
    labels: dict[str, ColumnElement[bool]] = {
        "negative": SightingRow.sentiment == "negative",
        "neutral": SightingRow.sentiment == "neutral",
        "positive": SightingRow.sentiment == "positive",
        "leaving": SightingRow.switching.in_(("leaving", "considering_leaving")),
        "joining": SightingRow.switching.in_(("joining", "considering_joining")),
    }
    conditions = {name: and_(counts, said_so) for name, said_so in labels.items()} | {
        "review": and_(SightingRow.verdict == Verdict.REVIEW, ~SightingRow.elsewhere),
        "not_us": SightingRow.elsewhere,
    }
    counted = select(func.count(), *(func.count(case((condition, 1))) for condition in conditions.values()))
    mentions, *found = tx.execute(counted.where(*_period(brand, start, end), SightingRow.verdict != Verdict.OWN)).one()
    return Volume(mentions, **dict(zip(conditions, found, strict=True)))


def quotes(tx: Tx, *, brand: str, start: datetime, end: datetime, limit: int) -> list[Quote]:
    """Return posts worth reading, each by another author: a complaint, somebody who leaves or joins, and a praise.

    Where one of these is missing, more of the others fill up, in this order, and at last what is neither. Of each
    kind the surest come first, then those with most followers. Left out are reposts, what waits for a person's eye, and
    what a person or a sure model says is not about us.
    """
    found = _best(tx, brand=brand, start=start, end=end, limit=limit, speaking=True)
    if len(found) < limit or any(row.part == _REST for row in found):
        found = _best(tx, brand=brand, start=start, end=end, limit=limit, speaking=False)
    return [_quote(row) for row in found]


def _best(tx: Tx, *, brand: str, start: datetime, end: datetime, limit: int, speaking: bool) -> list[Row[Any]]:
    """Choose the posts to be quoted; `speaking` only among those that complain, switch or praise, sure or not.

    These are few, and most days have enough of them: the others are not looked up then.
    """
    sentiment, switching = aliased(PredictionRow), aliased(PredictionRow)
    mood, intent, unsure = SightingRow.sentiment, SightingRow.switching, unsure_that_counts(sentiment)
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
        .where(*_period(brand, start, end))
        .where(SightingRow.verdict.not_in(_UNCOUNTED), ~SightingRow.elsewhere, MentionRow.repost_of.is_(None))
    )
    if speaking:
        posts = posts.where(or_(mood.in_(("negative", "positive")), intent.in_(SWITCHERS)))
    ranked = posts.subquery()
    first = select(ranked).where(ranked.c.rank <= _LOOKED_AT * limit).subquery()
    best = (
        select(MentionRow, AuthorRow.handle, first)
        .join(first, first.c.number == MentionRow.number)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .order_by(first.c.part, first.c.rank)
    )
    return _varied(tx.execute(best).all(), limit)


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


def latest_arrival(tx: Tx, *, brand: str, start: datetime, end: datetime) -> datetime | None:
    """Return when the last post of a brand's period was stored, start inclusive, end exclusive."""
    return tx.scalar(select(func.max(SightingRow.seen_at)).where(*_period(brand, start, end)))


def _period(brand: str, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return SightingRow.brand == brand, SightingRow.posted_at >= start, SightingRow.posted_at < end
