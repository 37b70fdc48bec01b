"""Which stored posts are to be asked for again, which their platform looks up now, and which grow too old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, update

from domain.mention import MentionId
from storage.database import Tx
from storage.tables import ASKED_FOR, MentionRow
from storage.upserts import chunks


@dataclass(frozen=True, slots=True)
class Stock:
    """What is stored of a platform: how many posts, when the oldest was posted, and between when they were checked."""

    platform: str
    posts: int
    oldest: datetime
    checked_first: datetime | None
    checked_last: datetime | None


def due(tx: Tx, platform: str, *, before: datetime, limit: int) -> list[MentionId]:
    """Return posts that were last known to stand before a moment and are not being looked up, the longest ago first."""
    waiting = MentionRow.platform == platform, MentionRow.checked_at < before, MentionRow.recheck_job.is_(None)
    rows = select(MentionRow.id).where(*waiting).order_by(MentionRow.checked_at, MentionRow.id).limit(limit)
    return [MentionId(one) for one in tx.scalars(rows)]


def job(tx: Tx, platform: str) -> tuple[str, list[MentionId]] | None:
    """Return the job in which a platform looks posts up, with those of them that are still here."""
    rows = select(MentionRow.recheck_job, MentionRow.id).where(ASKED_FOR, MentionRow.platform == platform)
    found = [(str(name), MentionId(one)) for name, one in tx.execute(rows.order_by(MentionRow.id))]
    return (found[0][0], [one for name, one in found if name == found[0][0]]) if found else None


def begin_job(tx: Tx, ids: Sequence[MentionId], name: str) -> None:
    """Note in which job the platform looks these posts up."""
    _set(tx, ids, recheck_job=name)


def end_job(tx: Tx, platform: str) -> None:
    """Note that the platform looks nothing up any more."""
    tx.execute(update(MentionRow).where(ASKED_FOR, MentionRow.platform == platform).values(recheck_job=None))


def checked(tx: Tx, ids: Sequence[MentionId], *, at: datetime) -> None:
    """Note that the platform said so of these posts just now."""
    _set(tx, ids, checked_at=at)


def aged(tx: Tx, platform: str, *, before: datetime, limit: int) -> list[MentionId]:
    """Return posts that were posted before a moment, the oldest first."""
    old = MentionRow.platform == platform, MentionRow.posted_at < before
    rows = select(MentionRow.id).where(*old).order_by(MentionRow.posted_at).limit(limit)
    return [MentionId(one) for one in tx.scalars(rows)]


def beyond(tx: Tx, platform: str, *, newest: int, checked_before: datetime, limit: int) -> list[MentionId]:
    """Return posts older than the `newest` so many that were last known to stand before a moment, oldest first."""
    here = MentionRow.platform == platform
    by_age = select(MentionRow.posted_at).where(here).order_by(MentionRow.posted_at.desc())
    latest = tx.scalar(by_age.offset(newest).limit(1))
    if latest is None:
        return []
    old = and_(here, MentionRow.posted_at <= latest, MentionRow.checked_at < checked_before)
    rows = select(MentionRow.id).where(old).order_by(MentionRow.posted_at).limit(limit)
    return [MentionId(one) for one in tx.scalars(rows)]


def stock(tx: Tx) -> list[Stock]:
    """Return what is stored, by platform."""
    columns = (
        MentionRow.platform,
        func.count(),
        func.min(MentionRow.posted_at, type_=MentionRow.posted_at.type),
        func.min(MentionRow.checked_at, type_=MentionRow.checked_at.type),
        func.max(MentionRow.checked_at, type_=MentionRow.checked_at.type),
    )
    rows = tx.execute(select(*columns).group_by(MentionRow.platform).order_by(MentionRow.platform))
    return [Stock(*row) for row in rows]


def overdue(tx: Tx, platform: str, *, before: datetime) -> int:
    """Count the posts that were last known to stand before a moment."""
    old = MentionRow.platform == platform, MentionRow.checked_at < before
    return tx.scalar(select(func.count()).select_from(MentionRow).where(*old)) or 0


def _set(tx: Tx, ids: Sequence[MentionId], **values: object) -> None:
    for some in chunks(ids):
        tx.execute(update(MentionRow).where(MentionRow.id.in_(some)).values(**values))
