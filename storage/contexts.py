"""What the posts say that stored ones answer: each goes with its post, with its author, or with its last answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select

from domain.mention import Author, Context, Mention, MentionId
from storage import messages, tombstones
from storage.database import Tx
from storage.tables import AuthorRow, ContextRow, MentionRow
from storage.upserts import chunks, upsert

_FIELDS = ["author_key", "handle", "text", "seen_at"]


def keep(tx: Tx, mentions: Sequence[Mention], *, at: datetime, secret: bytes) -> None:
    """Store what these posts answer, as far as they carry it; what was erased stays away."""
    found = {one.reply_to: one.context for one in mentions if one.reply_to and one.context}
    digests = {post_id: tombstones.of_post(post_id, secret) for post_id in found}
    erased = tombstones.standing(tx, list(digests.values()))
    rows = [
        {"id": post_id, "author_key": answers.author.key, "handle": answers.author.handle, "text": answers.text,
         "seen_at": at}
        for post_id, answers in sorted(found.items())
        if digests[post_id] not in erased
    ]  # fmt: skip
    upsert(tx, ContextRow, rows, update=_FIELDS)


def answered(tx: Tx, mentions: Sequence[Mention]) -> dict[MentionId, Context]:
    """Return what each of these posts answers, by its own id: as stored itself, or as kept beside them."""
    wanted = sorted({one.reply_to for one in mentions if one.reply_to})
    known: dict[str, Context] = {}
    for some in chunks(wanted):
        for row in tx.scalars(select(ContextRow).where(ContextRow.id.in_(some))):
            platform, _, user_id = row.author_key.partition(":")
            known[row.id] = Context(Author(platform, user_id, row.handle), row.text)
        stored = select(MentionRow, AuthorRow).join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        for post, author in tx.execute(stored.where(MentionRow.id.in_(some))):
            known[post.id] = Context(Author(author.platform, author.user_id, author.handle), post.text)
    return {one.id: known[one.reply_to] for one in mentions if one.reply_to in known}


def erase(tx: Tx, ids: Sequence[MentionId]) -> None:
    """Delete what is kept of these posts; every message that may show it wants an update."""
    for some in chunks(ids):
        tx.execute(delete(ContextRow).where(ContextRow.id.in_(some)))
        messages.touch_showing(tx, list(tx.scalars(select(MentionRow.id).where(MentionRow.reply_to.in_(some)))))


def aged(tx: Tx, platform: str, *, before: datetime, limit: int) -> list[MentionId]:
    """Return up to `limit` posts of a platform that were last read before a moment, the oldest first."""
    old = select(ContextRow.id).where(ContextRow.seen_at < before, ContextRow.author_key.startswith(f"{platform}:"))
    return [MentionId(one) for one in tx.scalars(old.order_by(ContextRow.seen_at).limit(limit))]


def of_authors(tx: Tx, author_keys: Sequence[str]) -> list[MentionId]:
    """Return the posts of these authors that are kept only for what answers them."""
    found: list[MentionId] = []
    for some in chunks(author_keys):
        found += map(MentionId, tx.scalars(select(ContextRow.id).where(ContextRow.author_key.in_(some))))
    return found


def all_ids(tx: Tx) -> list[MentionId]:
    """Return every post that is kept only for what answers it."""
    return [MentionId(one) for one in tx.scalars(select(ContextRow.id).order_by(ContextRow.id))]


def parents_of(tx: Tx, ids: Sequence[MentionId]) -> list[str]:
    """Return which posts these answer."""
    found: set[str] = set()
    for some in chunks(ids):
        theirs = select(MentionRow.reply_to).where(MentionRow.id.in_(some), MentionRow.reply_to.is_not(None))
        found.update(str(one) for one in tx.scalars(theirs))
    return sorted(found)


def drop_idle(tx: Tx, ids: Sequence[str]) -> None:
    """Delete those of these that no stored post answers any more: nothing shows them."""
    unanswered = ~exists().where(MentionRow.reply_to == ContextRow.id)
    for some in chunks(ids):
        tx.execute(delete(ContextRow).where(ContextRow.id.in_(some), unanswered))
