"""After a backup was put back: what was erased since it was made goes again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from flows.house import House
from flows.removing import close_emptied
from storage import audit, contexts, erasing, events, mentions, records, tombstones

log = structlog.get_logger(__name__)

PART = 500
"""So many are erased in one transaction."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What had come back, and went again."""

    tombstones: int
    posts: int = 0
    records: int = 0


def replay(
    stones: Mapping[str, datetime], *, house: House, progress: Callable[[int], None] = lambda _: None
) -> Replayed:
    """Keep these digests of erased posts and customer records away, and erase whatever of them is here.

    `progress` is told how many posts were looked at.
    """
    posts = 0
    with house.database.read() as tx:
        stored = [*mentions.all_ids(tx), *contexts.all_ids(tx)]
    for start in range(0, len(stored), PART):
        progress(start)
        gone = [one for one in stored[start : start + PART] if tombstones.of_post(one, house.secret) in stones]
        if gone:
            with house.database.write() as tx:
                erased = erasing.erase_posts(tx, gone, at=house.clock(), secret=house.secret)
                close_emptied(tx, erased.case_ids, because="removed again after a restore", house=house)
            posts += len(gone)
    with house.database.write() as tx:
        back = records.with_origins(tx, list(stones))
        erasing.erase_records(tx, back, at=house.clock())
        tombstones.put_all(tx, stones)  # in the last transaction: whoever finds them has nothing left to erase
        accounts = events.refused_accounts(tx, secret=house.secret)
        events.erase(tx, origins=list(stones), author_keys=accounts)  # also of records that came after the backup
        audit.append(
            tx,
            at=house.clock(),
            actor="operator",
            action="restored",
            subject="backup",
            detail=f"{posts} posts and {len(back)} records erased again",
            secret=house.secret,
        )
    log.info("restored", tombstones=len(stones), posts=posts, records=len(back))
    return Replayed(len(stones), posts, len(back))
