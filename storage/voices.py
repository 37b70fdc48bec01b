"""What was heard of rivals, and of ourselves by the sources that listen for both: the two sides of a share of voice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select

from domain.mention import Mention, MentionId
from storage.database import Tx
from storage.tables import AuthorRow, MentionRow, SightingRow, VoiceRow
from storage.upserts import chunks, upsert

OURS = ""
"""Stands where a rival's name would."""


@dataclass(frozen=True, slots=True)
class VoicePost:
    """A post that counts for one side; `rival` is None for ours."""

    id: str
    rival: str | None
    platform: str
    posted_at: datetime
    author: str
    text: str


def add(tx: Tx, heard: Mapping[Mention, bool], *, brand: str, rival: str | None, source: str) -> None:
    """Note that a source heard these stored posts for one side, each with whether that side wrote it."""
    posts = {mention.id: (mention, own) for mention, own in heard.items()}
    stored: list[str] = []
    for some in chunks(list(posts)):
        stored += tx.scalars(select(MentionRow.id).where(MentionRow.id.in_(some)))
    rows = [
        {
            "mention_id": one,
            "brand": brand,
            "rival": rival or OURS,
            "source": source,
            "posted_at": mention.posted_at,
            "own": own,
        }
        for one, (mention, own) in sorted(posts.items())
        if one in stored
    ]
    upsert(tx, VoiceRow, rows)


def heard_since(tx: Tx, *, brand: str, rivals: Sequence[str], sources: Sequence[str]) -> datetime | None:
    """Return from which moment on both sides were heard: our first post or a rival's, whichever is later.

    None where the sources have not heard of one side yet.
    """
    first = select(VoiceRow.rival, func.min(VoiceRow.posted_at)).where(*_counted(brand, rivals, sources))
    moments = dict(tx.execute(first.group_by(VoiceRow.rival)).all())
    return max(moments.values()) if set(moments) == {OURS, *rivals} else None


def counts(
    tx: Tx, *, brand: str, rivals: Sequence[str], sources: Sequence[str], start: datetime, end: datetime
) -> dict[str, int]:
    """Count each side's posts of a period by rival ("" for ours), start inclusive, end exclusive; own posts left out.

    A post that several of the sources heard counts once for each side that it was heard for.
    """
    period = VoiceRow.posted_at >= start, VoiceRow.posted_at < end
    counted = select(VoiceRow.rival, func.count(VoiceRow.mention_id.distinct()))
    return dict(tx.execute(counted.where(*_counted(brand, rivals, sources), *period).group_by(VoiceRow.rival)).all())


def posts(
    tx: Tx,
    *,
    brand: str,
    rivals: Sequence[str],
    sources: Sequence[str],
    start: datetime,
    end: datetime,
    limit: int | None,
    offset: int,
) -> list[VoicePost]:
    """Return what `counts` counts: the rivals' posts first, then ours, the newest first."""
    period = VoiceRow.posted_at >= start, VoiceRow.posted_at < end
    sides = (
        select(VoiceRow.mention_id, VoiceRow.rival).where(*_counted(brand, rivals, sources), *period).distinct()
    ).subquery()
    columns = MentionRow.id, sides.c.rival, AuthorRow.platform, MentionRow.posted_at, AuthorRow.handle, MentionRow.text
    listed = (
        select(*columns)
        .join(sides, sides.c.mention_id == MentionRow.id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .order_by(sides.c.rival == OURS, MentionRow.posted_at.desc(), MentionRow.id, sides.c.rival)
    )
    rows = tx.execute(listed.limit(limit).offset(offset))
    return [VoicePost(one, rival or None, *rest) for one, rival, *rest in rows]


def expire(tx: Tx, *, brand: str, rival: str | None, before: datetime, limit: int) -> list[MentionId]:
    """Forget up to `limit` posts of one side that are older than a moment; return those that nothing else needs now."""
    old = VoiceRow.brand == brand, VoiceRow.rival == (rival or OURS), VoiceRow.posted_at < before
    ids = list(tx.scalars(select(VoiceRow.mention_id).where(*old).distinct().limit(limit)))
    free: list[MentionId] = []
    for some in chunks(ids):
        tx.execute(delete(VoiceRow).where(*old, VoiceRow.mention_id.in_(some)))
        needed = set(tx.scalars(select(VoiceRow.mention_id).where(VoiceRow.mention_id.in_(some))))
        needed |= set(tx.scalars(select(SightingRow.mention_id).where(SightingRow.mention_id.in_(some))))
        free += [MentionId(one) for one in some if one not in needed]
    return sorted(free)


def any_before(tx: Tx, *, brand: str, rival: str | None, before: datetime) -> bool:
    """Tell whether posts of one side are left that are older than a moment."""
    old = VoiceRow.brand == brand, VoiceRow.rival == (rival or OURS), VoiceRow.posted_at < before
    return bool(tx.scalar(select(exists().where(*old))))


def _counted(brand: str, rivals: Sequence[str], sources: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    sides = VoiceRow.rival.in_([OURS, *rivals])
    return VoiceRow.brand == brand, sides, VoiceRow.source.in_(sources), ~VoiceRow.own
