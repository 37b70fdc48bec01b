"""Honouring a deletion: the post leaves the database, every Slack message that showed it, and the disk."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from crm.lifecycle import Step
from domain.case import HistoryLine
from domain.mention import MentionId
from flows.house import House
from flows.notices import tell_operators
from storage import audit, cases, erasing, mentions, removals
from storage.database import Tx

log = structlog.get_logger(__name__)

HONOURED_WITHIN = timedelta(minutes=5)
"""What is left of a deleted post after so long, the operators are told of."""

SETTLED_AT_ONCE = 500


def remove(tx: Tx, mention_id: MentionId, *, house: House, noticed_at: datetime | None = None) -> bool:
    """Erase one post and leave a tombstone, so that a later copy is refused; False where it was not stored.

    Its cases' outcomes stay, without content. A case whose last post is gone is closed as removed by its author.
    """
    now = house.clock()
    stored = mention_id in mentions.stored(tx, [mention_id])
    erasing.erase_responses(tx, mention_id)
    erased = erasing.erase_posts(tx, [mention_id], at=now, secret=house.secret)
    close_emptied(tx, erased.case_ids, because="removed by its author", house=house)
    if stored or erased.copies:
        platform = mention_id.partition(":")[0]
        removals.add(tx, platform=platform, noticed_at=noticed_at or now, at=now, waits_for=erased.waits_for)
        log.info("mention_removed", mention=mention_id)
    return stored


def settle_removals(*, house: House) -> int:
    """Note which deletions nothing is left of, and tell the operators once of each that takes too long."""
    now = house.clock()
    with house.database.read() as tx:
        found = removals.underway(tx, limit=SETTLED_AT_ONCE)
    done = [one for one in found if one.overwritten and not one.waits_for]
    late = [one for one in found if one not in done and now - one.noticed_at > HONOURED_WITHIN]
    if not done and not late:
        return 0
    with house.database.write() as tx:
        for one in done:
            removals.honoured(tx, one.number, at=now)
        for one in late:
            where = f"Slack still shows it in {', '.join(one.waits_for)}" if one.waits_for else "its bytes are on disk"
            told = f"A deleted post of {one.platform} is not gone after {HONOURED_WITHIN}: {where}. It is tried again."
            tell_operators(tx, told, subject=f"removal {one.number} late", house=house)
    return len(done)


def close_emptied(tx: Tx, case_ids: Sequence[str], *, because: str, house: House) -> None:
    """Close cases that have no posts left, in whatever state they are: answered or not stays in their outcomes."""
    now = house.clock()
    removed = cases.remove(tx, case_ids, at=now)
    cases.note_all(tx, removed, HistoryLine(at=now, actor=None, action=because))
    audit.append_all(tx, removed, at=now, actor="earshot", action=Step.REMOVE.value, secret=house.secret)
