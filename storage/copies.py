"""Posts with the same words: whose case they belong to, and how many a case has."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from domain.case import CaseState, Copies
from domain.mention import MentionId
from storage.database import Tx
from storage.tables import AuthorRow, CaseRow, MentionRow, SightingRow
from storage.upserts import chunks


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
