"""Honouring a deletion: the post leaves the database and every Slack message that showed it."""

import structlog

from crm.lifecycle import FROM, Step
from domain.case import CaseState, HistoryLine
from domain.mention import MentionId
from flows.filing import audit_step
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
        alive = FROM[Step.REMOVE]
        if cases.change(tx, case_id, states=alive, state=CaseState.REMOVED, closed_at=now, snoozed_until=None):
            audit_step(tx, case_id, Step.REMOVE, at=now, house=house)
        cases.note(tx, case_id, HistoryLine(at=now, actor=None, action="removed by its author"))
    if stored:
        log.info("mention_removed", mention=mention_id)
    return stored
