"""What is behind a KPI, row by row: the cases' posts and cards, the posts of a period, the customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select

from domain.case import CaseState, Verdict
from domain.customer import Grade, LinkState
from domain.message import MessageKind
from storage.database import Tx
from storage.tables import (
    AuthorRow,
    CaseRow,
    LinkRow,
    MembershipRow,
    MentionRow,
    MessageRow,
    SightingRow,
)
from storage.upserts import chunks

_LABELS = ("positive", "neutral", "negative")


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """Where a case stands, its card's channel and ts, and its first post's author and text; None where erased."""

    state: CaseState
    channel: str | None
    ts: str | None
    author: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class PostDetail:
    """A post of a period with the sentiment that counts, None where it has none."""

    id: str
    platform: str
    posted_at: datetime
    author: str
    text: str
    sentiment: str | None


def cases(tx: Tx, ids: Sequence[str]) -> dict[str, CaseDetail]:
    """Return the details of cases."""
    found: dict[str, CaseDetail] = {}
    for some in chunks(ids):
        card = and_(MessageRow.kind == MessageKind.CARD, MessageRow.subject == CaseRow.id)
        place = select(CaseRow.id, CaseRow.state, MessageRow.channel, MessageRow.ts).outerjoin(MessageRow, card)
        first = _first_posts(tx, some)
        for case_id, state, channel, ts in tx.execute(place.where(CaseRow.id.in_(some))):
            author, text = first.get(case_id, (None, None))
            found[case_id] = CaseDetail(state, channel, ts, author, text)
    return found


def posts(
    tx: Tx, *, brand: str, start: datetime, end: datetime, labelled: bool, limit: int | None, offset: int
) -> list[PostDetail]:
    """Return the posts of a period, newest first, our own left out; `labelled` only those that a sentiment counts of.

    Start is inclusive, end exclusive.
    """
    sentiment = case((SightingRow.verdict != Verdict.REVIEW, SightingRow.sentiment))
    columns = SightingRow.mention_id, AuthorRow.platform, SightingRow.posted_at, AuthorRow.handle, MentionRow.text
    chosen = (
        select(*columns, sentiment)
        .join(MentionRow, MentionRow.id == SightingRow.mention_id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .where(*_of_period(brand, start, end, labelled=labelled))
        .order_by(SightingRow.posted_at.desc(), SightingRow.mention_id)
    )
    return [PostDetail(*row) for row in tx.execute(chosen.limit(limit).offset(offset))]


def count_posts(tx: Tx, *, brand: str, start: datetime, end: datetime, labelled: bool) -> int:
    """Count what `posts` lists."""
    counted = select(func.count()).where(*_of_period(brand, start, end, labelled=labelled))
    return tx.scalar(counted) or 0


def customers(tx: Tx, *, limit: int | None, offset: int) -> list[tuple[str, Grade | None]]:
    """Return every customer's id with the best grade of an account that was seen, those without one first."""
    grade = func.max(case((LinkRow.grade == Grade.VERIFIED, 2), (LinkRow.grade == Grade.SUPPLIED, 1), else_=0))
    seen = and_(LinkRow.record_id == MembershipRow.record_id, LinkRow.state == LinkState.ACTIVE)
    listed = (
        select(MembershipRow.customer_id, grade)
        .outerjoin(LinkRow, seen)
        .group_by(MembershipRow.customer_id)
        .order_by(grade, MembershipRow.customer_id)
    )
    grades = (None, Grade.SUPPLIED, Grade.VERIFIED)
    return [(customer_id, grades[best]) for customer_id, best in tx.execute(listed.limit(limit).offset(offset))]


def _first_posts(tx: Tx, case_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    rows = (
        select(SightingRow.case_id, AuthorRow.handle, MentionRow.text)
        .join(MentionRow, MentionRow.id == SightingRow.mention_id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .where(SightingRow.case_id.in_(case_ids))
        .order_by(SightingRow.posted_at.desc(), SightingRow.mention_id.desc())
    )
    return {case_id or "": (author, text) for case_id, author, text in tx.execute(rows)}  # the oldest comes last


def _of_period(brand: str, start: datetime, end: datetime, *, labelled: bool) -> list[ColumnElement[bool]]:
    of_period = [
        SightingRow.brand == brand,
        SightingRow.posted_at >= start,
        SightingRow.posted_at < end,
        SightingRow.verdict != Verdict.OWN,
    ]
    if labelled:
        of_period += [SightingRow.verdict != Verdict.REVIEW, ~SightingRow.elsewhere, SightingRow.sentiment.in_(_LABELS)]
    return of_period
