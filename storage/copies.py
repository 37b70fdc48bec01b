"""Posts with the same words: whose case they belong to, and how many a case has."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BigInteger, Integer, Select, bindparam, case, delete, func, select, union

from domain.case import CaseState, Copies
from domain.mention import MentionId
from domain.noise import Activity
from storage.database import Tx
from storage.tables import AuthorRow, CaseRow, CopyBandRow, MentionRow, SightingRow
from storage.upserts import chunks, upsert


def leader(tx: Tx, *, brand: str, fingerprint: str | None, repost_of: MentionId | None, since: datetime) -> str | None:
    """Return the oldest case of the brand whose post has these words, or is the one that was shared.

    A case whose posts are gone leads nobody, and neither does one that began before `since`.
    """
    if repost_of is not None:
        shared = _leads().where(MentionRow.id == repost_of, SightingRow.brand == brand)
        if case_id := tx.scalar(shared.limit(1)):
            return case_id
    if fingerprint is None:
        return None
    same = MentionRow.fingerprint == fingerprint, MentionRow.posted_at >= since, SightingRow.brand == brand
    oldest = _leads().where(*same, SightingRow.case_id.is_not(None)).order_by(MentionRow.posted_at)
    return tx.scalar(oldest.limit(1))


def activity(
    tx: Tx, *, author_key: str, fingerprint: str | None, at: datetime, within: timedelta, copies_within: timedelta
) -> Activity:
    """Return what an author posted up to a moment, and how many others said the very same, of what is stored."""
    theirs = MentionRow.author_key == author_key, MentionRow.posted_at <= at, MentionRow.posted_at > at - within
    same = func.count(case((MentionRow.fingerprint == fingerprint, 1)))
    posts, same_words = tx.execute(select(func.count(), same).select_from(MentionRow).where(*theirs)).one()
    accounts = 0
    if fingerprint is not None:
        others = MentionRow.fingerprint == fingerprint, MentionRow.posted_at > at - copies_within
        counted = select(func.count(MentionRow.author_key.distinct()))
        accounts = tx.scalar(counted.where(*others, MentionRow.author_key != author_key)) or 0
    return Activity(within, posts, same_words, accounts)


def near(tx: Tx, *, brand: str, bands: Sequence[int], since: datetime, per_band: int) -> list[tuple[str, str]]:
    """Return cases of the brand with their posts' texts that share a band with a text, the oldest posts first.

    Of each band the oldest `per_band` posts that appeared since `since` are looked at. Posts, not copies, lead.
    """
    if not bands:
        return []
    values = {f"band{place}": band for place, band in enumerate(bands)}
    rows = tx.execute(_near(len(bands)), values | {"since": since, "brand": brand, "per_band": per_band})
    return [(case_id, text) for case_id, text in rows]


@cache
def _near(number: int) -> Select[str, str]:
    """Build the question once: it has a part for each band, so that a text of thousands costs no more than others."""
    since = bindparam("since", type_=CopyBandRow.posted_at.type)
    parts = []
    for place in range(number):
        of_band = CopyBandRow.band == bindparam(f"band{place}", type_=BigInteger), CopyBandRow.posted_at >= since
        oldest = select(CopyBandRow.mention_id).where(*of_band).order_by(CopyBandRow.posted_at)
        parts.append(select(oldest.limit(bindparam("per_band", type_=Integer)).subquery().c.mention_id))
    met = union(*parts).subquery()
    return (
        select(CaseRow.id, MentionRow.text)
        .select_from(met)
        .join(MentionRow, MentionRow.id == met.c.mention_id)
        .join(SightingRow, SightingRow.mention_id == MentionRow.id)
        .join(CaseRow, CaseRow.id == SightingRow.case_id)
        .where(SightingRow.brand == bindparam("brand"), CaseRow.state != CaseState.REMOVED)
        .order_by(MentionRow.posted_at, MentionRow.id)
    )


def keep_bands(tx: Tx, bands: Mapping[MentionId, tuple[datetime, Sequence[int]]]) -> None:
    """Let near copies of stored posts be found: when each post appeared, and its bands."""
    rows = [
        {"band": band, "posted_at": posted_at, "mention_id": mention_id}
        for mention_id, (posted_at, keys) in sorted(bands.items())
        for band in sorted(set(keys))
    ]
    upsert(tx, CopyBandRow, rows)


def forget_bands(tx: Tx, *, before: datetime) -> None:
    """Drop the bands of posts that appeared before a moment."""
    tx.execute(delete(CopyBandRow).where(CopyBandRow.posted_at < before))


def drop_bands(tx: Tx, mention_id: MentionId) -> None:
    """Drop the bands of a post whose text is another one now."""
    tx.execute(delete(CopyBandRow).where(CopyBandRow.mention_id == mention_id))


def _leads() -> Select[str]:
    """Select the cases that posts belong to, or whose copies they are."""
    return (
        select(CaseRow.id)
        .join(SightingRow, CaseRow.id == func.coalesce(SightingRow.case_id, SightingRow.copy_of))
        .join(MentionRow, MentionRow.id == SightingRow.mention_id)
        .where(CaseRow.state != CaseState.REMOVED)
    )


def counts(tx: Tx, case_ids: Sequence[str]) -> Mapping[str, Copies]:
    """Return the copies of each case that has any."""
    found: dict[str, Copies] = {}
    for some in chunks(case_ids):
        rows = (
            select(SightingRow.copy_of, func.count(), func.coalesce(func.sum(AuthorRow.followers), 0))
            .join(MentionRow, MentionRow.id == SightingRow.mention_id)
            .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
            .where(SightingRow.copy_of.in_(some))
            .group_by(SightingRow.copy_of)
        )
        found.update({str(case_id): Copies(posts, reach or 0) for case_id, posts, reach in tx.execute(rows)})
    return found
