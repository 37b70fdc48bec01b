"""Honouring a deletion: the post leaves the database and every Slack message that showed it."""

from collections.abc import Sequence

import structlog

from crm.lifecycle import Step
from domain.case import HistoryLine
from domain.mention import MentionId
from flows.house import House
from storage import audit, cases, erasing, mentions
from storage.database import Tx

log = structlog.get_logger(__name__)


def remove(tx: Tx, mention_id: MentionId, *, house: House) -> bool:
    """Erase one post and leave a tombstone, so that a later copy is refused; False where it was not stored.

    Its cases' outcomes stay, without content. A case whose last post is gone is closed as removed by its author.
    """
    stored = bool(mentions.brands_of(tx, mention_id))
    erasing.erase_responses(tx, mention_id)
    erased = erasing.erase_posts(tx, [mention_id], at=house.clock(), secret=house.secret)
    close_emptied(tx, erased.case_ids, because="removed by its author", house=house)
    if stored:
        log.info("mention_removed", mention=mention_id)
    return stored


def close_emptied(tx: Tx, case_ids: Sequence[str], *, because: str, house: House) -> None:
    """Close cases that have no posts left, in whatever state they are: answered or not stays in their outcomes."""
    now = house.clock()
    removed = cases.remove(tx, case_ids, at=now)
    cases.note_all(tx, removed, HistoryLine(at=now, actor=None, action=because))
    audit.append_all(tx, removed, at=now, actor="earshot", action=Step.REMOVE.value, secret=house.secret)
