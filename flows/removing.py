"""Honouring a deletion: the post leaves the database and every Slack message that showed it."""

import structlog

from domain.case import OPEN_STATES, CaseState, HistoryLine
from domain.mention import MentionId
from flows.house import House
from storage import cases, mentions
from storage.database import Tx

log = structlog.get_logger(__name__)


def remove(tx: Tx, mention_id: MentionId, *, house: House) -> bool:
    """Erase one post and leave a tombstone, so that a later copy is refused; False where it was not stored.

    Its cases' outcomes stay, without content. A case whose last post is gone is closed as removed by its author.
    """
    now = house.clock()
    stored = bool(mentions.brands_of(tx, mention_id))
    for case_id in mentions.erase(tx, mention_id, at=now, secret=house.secret):
        if mentions.of_case(tx, case_id):
            continue
        cases.change(tx, case_id, states=OPEN_STATES, state=CaseState.REMOVED, closed_at=now)
        cases.note(tx, case_id, HistoryLine(at=now, actor=None, action="removed by its author"))
    if stored:
        log.info("mention_removed", mention=mention_id)
    return stored
