"""When the first answer to a case was due, whatever order its posts and answers were stored in."""

from crm.business_time import due_at
from domain.case import Urgency
from flows.house import House
from storage import cases, mentions, outcomes
from storage.database import Tx


def settle_due(tx: Tx, case_id: str, *, joined: bool, house: House) -> None:
    """Let only what the author wrote before our first answer tell when that was due.

    `joined` says that a post came to a case that was answered already; else only posts that were stored before an
    older answer need to be left out again.
    """
    case = cases.get(tx, case_id)
    if case is None or case.answered_at is None:
        return
    calls = mentions.calls(tx, case_id)
    before = [(at, urgency or Urgency.LOW) for at, urgency in calls if at <= case.answered_at]
    if not before or not (joined or len(before) < len(calls)):
        return
    urgency = max((urgency for _, urgency in before), key=lambda u: u.rank)
    minutes = house.policy.due_minutes[urgency]
    start = min(at for at, _ in before)
    outcomes.due(tx, case_id, at=due_at(start, minutes=minutes, brand=house.brand(case.brand)))
