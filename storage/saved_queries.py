"""Queries that people saved, every version of them; and the posts that a query is tried on."""

from datetime import datetime

from sqlalchemy import func, insert, select, tuple_, update

from domain.mention import Mention, MentionId
from domain.query import SavedQuery
from storage.database import Tx
from storage.sightings import to_mention
from storage.tables import NEWEST, AuthorRow, MentionRow, SavedQueryRow, SightingRow


def add(tx: Tx, name: str, text: str, *, by: str, at: datetime) -> SavedQuery:
    """Store the next version; whoever saves at the same time must have been made to wait, as the audit log does."""
    of_name = SavedQueryRow.name == name
    last = tx.scalar(select(func.max(SavedQueryRow.version)).where(of_name)) or 0
    tx.execute(update(SavedQueryRow).where(of_name, NEWEST).values(replaced_at=at))
    saved = SavedQuery(name, last + 1, text, by, at)
    tx.execute(insert(SavedQueryRow).values(name=name, version=saved.version, text=text, by=by, at=at))
    return saved


def newest(tx: Tx) -> list[SavedQuery]:
    """Return the newest version of every query, by name."""
    return [_saved(row) for row in tx.scalars(select(SavedQueryRow).where(NEWEST).order_by(SavedQueryRow.name))]


def versions(tx: Tx, name: str) -> list[SavedQuery]:
    """Return every version of a query, the newest first."""
    chosen = select(SavedQueryRow).where(SavedQueryRow.name == name).order_by(SavedQueryRow.version.desc())
    return [_saved(row) for row in tx.scalars(chosen)]


def posts(
    tx: Tx, *, brand: str, since: datetime, until: datetime, after: tuple[datetime, MentionId] | None, limit: int
) -> list[Mention]:
    """Return the posts stored for a brand since `since`, before `until`, oldest first, from behind `after` on."""
    place = tuple_(SightingRow.posted_at, SightingRow.mention_id)
    chosen = (
        select(MentionRow, AuthorRow)
        .join(SightingRow, SightingRow.mention_id == MentionRow.id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .where(SightingRow.brand == brand, SightingRow.posted_at >= since, SightingRow.posted_at < until)
        .order_by(SightingRow.posted_at, SightingRow.mention_id)
        .limit(limit)
    )
    if after is not None:
        chosen = chosen.where(place > after, SightingRow.posted_at >= after[0])  # the second holds the index to it
    return [to_mention(mention, author) for mention, author in tx.execute(chosen)]


def _saved(row: SavedQueryRow) -> SavedQuery:
    return SavedQuery(row.name, row.version, row.text, row.by, row.at)
