"""Which person stands behind a public reply that did not go through Earshot."""

from datetime import datetime, timedelta

from domain.reply import Credit, CreditReason
from storage import cases, holds
from storage.database import Tx

WRITING = timedelta(minutes=30)
"""Who had the reply open in Slack so long before it appeared is taken for its author."""


CLOCKS_DIFFER = timedelta(minutes=1)
"""A platform dates a reply to the second, by its own clock: who opened the form so much later may have written it."""


def probable_credit(tx: Tx, case_id: str, *, at: datetime) -> Credit | None:
    """Credit whoever was writing shortly before `at`, or else the case's owner; None where nobody is known."""
    writer = holds.last_writer(tx, case_id, since=at - WRITING, until=at + CLOCKS_DIFFER)
    if writer:
        return Credit(writer, CreditReason.WROTE)
    case = cases.get(tx, case_id)
    return Credit(case.owner, CreditReason.OWNED) if case and case.owner else None
