"""What must never come back: keyed digests of erased posts and customer records, which tell nothing of either."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from domain.mention import Mention
from storage.database import Tx
from storage.tables import TombstoneRow
from storage.upserts import chunks, upsert


def of_post(mention_id: str, secret: bytes) -> str:
    """Return the digest that stands for a post."""
    return hmac.new(secret, mention_id.encode(), hashlib.sha256).hexdigest()


def put(tx: Tx, digests: Iterable[str], *, at: datetime) -> None:
    """Keep these away for ever. A customer record's digest is its `origin`, which is keyed already."""
    upsert(tx, TombstoneRow, [{"digest": digest, "at": at} for digest in digests])


def put_all(tx: Tx, stones: Mapping[str, datetime]) -> None:
    """Keep these away for ever, each since its moment."""
    upsert(tx, TombstoneRow, [{"digest": digest, "at": at} for digest, at in stones.items()])


def every(tx: Tx) -> dict[str, datetime]:
    """Return all digests, each with the moment since which it stands."""
    return dict(tx.execute(select(TombstoneRow.digest, TombstoneRow.at).order_by(TombstoneRow.digest)).all())


def standing(tx: Tx, digests: Sequence[str]) -> set[str]:
    """Return those of the digests that were put here."""
    found: set[str] = set()
    for some in chunks(digests):
        found.update(tx.scalars(select(TombstoneRow.digest).where(TombstoneRow.digest.in_(some))))
    return found


def erased(tx: Tx, mentions: Sequence[Mention], *, secret: bytes) -> set[str]:
    """Return the ids of those posts that must not be stored: erased ones, and reposts of these, which quote them."""
    stand_for = {mention.id: [mention.id] for mention in mentions}
    for mention in mentions:
        if mention.repost_of:
            stand_for[mention.id].append(mention.repost_of)
    digests = {one: of_post(one, secret) for ids in stand_for.values() for one in ids}
    found = standing(tx, list(digests.values()))
    return {mention_id for mention_id, ids in stand_for.items() if any(digests[one] in found for one in ids)}
