"""Makes what only storage's tests need, and stores it."""

from datetime import timedelta

from domain.case import Case, CaseKind, CaseState, SeenMention, Triage, Urgency, Verdict
from domain.message import MessageKind, MessageState, OutgoingMessage
from storage import mentions
from tests.builders import NOON, mention, predictions

SECRET = b"a secret"


def seen(one=None, *, brand="Lumora", verdict=Verdict.BATCH, case_id=None, said=None, **changes) -> SeenMention:
    decision = Triage(verdict, "because")
    if case_id:
        decision = Triage(Verdict.CASE, "because", CaseKind.COMPLAINT, Urgency.HIGH)
    return SeenMention(one or mention(**changes), brand, said or predictions(), decision, case_id)


def store(tx, *all_seen, stream="lumora on X", at=NOON):
    mentions.add(tx, all_seen, stream=stream, at=at, secret=SECRET)


def case(case_id="case1", *, by="x:id-jane", **changes) -> Case:
    values = {
        "id": case_id,
        "brand": "Lumora",
        "platform": "x",
        "author_key": by,
        "thread_id": f"thread of {case_id}",
        "kind": CaseKind.COMPLAINT,
        "state": CaseState.NEW,
        "urgency": Urgency.NORMAL,
        "channel": "C0ALERTS",
        "stream": "lumora on X",
        "posted_at": NOON,
        "opened_at": NOON,
        "due_at": NOON + timedelta(hours=8),
    }
    return Case(**(values | changes))


def message(key="card:case1", **changes) -> OutgoingMessage:
    values = {
        "key": key,
        "channel": "C0ALERTS",
        "kind": MessageKind.CARD,
        "subject": key.partition(":")[2],
        "state": MessageState.PENDING,
        "created_at": NOON,
    }
    return OutgoingMessage(**(values | changes))
