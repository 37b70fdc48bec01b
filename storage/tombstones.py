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


def of_aged(mention_id: str, secret: bytes) -> str:
    """Return the digest that stands for a post which we kept as long as we may: that is no reason against copies."""
    return of_post(f"aged {mention_id}", secret)


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
    """Return the ids of the posts that must not be stored: erased ones, and reposts of removed ones, which quote them.

    A repost of what only grew too old may be.
    """
    stand_for = {
        mention.id: [
            of_aged(mention.id, secret),
            *(of_post(one, secret) for one in (mention.id, mention.repost_of) if one),
        ]
        for mention in mentions
    }
    found = standing(tx, [digest for digests in stand_for.values() for digest in digests])
    return {mention_id for mention_id, digests in stand_for.items() if not found.isdisjoint(digests)}
