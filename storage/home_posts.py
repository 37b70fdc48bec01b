"""Which posts each person's home tab shows: Slack keeps it as it was drawn last."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, select

from domain.mention import MentionId
from storage.database import Tx
from storage.tables import HomePostRow, MentionRow
from storage.upserts import upsert


def put(tx: Tx, user_id: str, mentions: Sequence[MentionId]) -> None:
    """Note that a person's home tab shows these posts, and no others."""
    tx.execute(delete(HomePostRow).where(HomePostRow.user_id == user_id))
    upsert(tx, HomePostRow, [{"user_id": user_id, "mention_id": one} for one in dict.fromkeys(mentions)])


def showing_what_is_gone(tx: Tx) -> list[str]:
    """Return the people whose home tabs show a post that is not stored any more."""
    gone = ~exists().where(MentionRow.id == HomePostRow.mention_id)
    return list(tx.scalars(select(HomePostRow.user_id).where(gone).distinct().order_by(HomePostRow.user_id)))
