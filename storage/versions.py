"""What posts said before they were edited; it goes with the post."""

from datetime import datetime

from sqlalchemy import insert, literal, select

from domain.mention import MentionId
from storage.column_types import storable
from storage.database import Tx
from storage.tables import MentionRow, VersionRow


def keep(tx: Tx, mention_id: MentionId, *, text: str, until: datetime) -> None:
    """Keep what a post says, as another `text` is about to take its place; the same one is no version."""
    stands = MentionRow.id == mention_id, MentionRow.text != storable(text)
    before = select(MentionRow.id, MentionRow.text, literal(until, VersionRow.until.type)).where(*stands)
    tx.execute(insert(VersionRow).from_select(["mention_id", "text", "until"], before))


def of(tx: Tx, mention_id: MentionId) -> list[tuple[datetime, str]]:
    """Return the earlier texts of a post with the moment of the edit that ended each, oldest first."""
    rows = select(VersionRow.until, VersionRow.text).where(VersionRow.mention_id == mention_id)
    return [(until, text) for until, text in tx.execute(rows.order_by(VersionRow.number))]
