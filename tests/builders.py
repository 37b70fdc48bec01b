"""Makes domain values for tests: every argument has a plausible default, so that a test names only what matters."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from domain.brand import Account, Brand, BusinessHours, Rival, SourceKind, Stream
from domain.case import CaseKind, Urgency
from domain.customer import CustomerRecord
from domain.event import Event, EventKind, Subject, SubjectKind
from domain.mention import Author, Mention, MentionId, mention_id
from domain.noise import NoisePolicy
from domain.outcome import Outcome
from domain.person import Person, Role
from domain.prediction import SENTIMENT, SWITCHING, Prediction, Predictions

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
_numbers = count(1)

NO_SURGES = NoisePolicy(surge_cards=1_000_000)
"""Each case gets its card, however many come at once."""

MIA = Person("U0MIA", frozenset({Role.SOCIAL_EXPERT}))
BEN = Person("U0BEN", frozenset({Role.SOCIAL_EXPERT}))
ADA = Person("U0ADA", frozenset({Role.CRM_ADMIN}))
LEO = Person("U0LEO", frozenset({Role.LEADERSHIP}))
GUS = Person("U0GUS")


def brand(name="Lumora", **changes) -> Brand:
    values = {
        "aliases": ("lumora",),
        "accounts": (Account("x", "lumora"), Account("reddit", "LumoraHelp")),
        "rivals": (Rival("Vidora", ("vidora+",), (Account("x", "vidora"),)),),
        "time_zone": ZoneInfo("Europe/Berlin"),
        "hours": BusinessHours(time(9), time(18)),
    }
    return Brand(name=name, **(values | changes))


def listing(kind, where, *, name="ours", platform="reddit") -> Stream:
    """Make a stream: `where` is an account, a query, places joined by `+`, or `places: query`."""
    places, colon, query = where.rpartition(": ")
    if not colon:
        places, query = (where, "") if kind in {SourceKind.NEW, SourceKind.COMMENTS} else ("", where)
    return stream(
        name=name, platform=platform, kind=kind, target=query, places=tuple(places.split("+")) if places else ()
    )


def stream(**changes) -> Stream:
    values = {
        "name": "lumora on X",
        "brand": "Lumora",
        "platform": "x",
        "kind": SourceKind.SEARCH,
        "target": "lumora",
        "channel": "C0ALERTS",
    }
    return Stream(**(values | changes))


def author(handle="jane", *, platform="x", **changes) -> Author:
    return Author(
        **({"platform": platform, "user_id": f"id-{handle}", "handle": handle, "name": handle.title()} | changes)
    )


def mention(text="Lumora is down again", *, number=None, by=None, **changes) -> Mention:
    number = number or next(_numbers)
    by = by or author()
    values = {
        "id": mention_id(by.platform, str(number)),
        "author": by,
        "text": text,
        "url": f"https://x.com/{by.handle}/status/{number}",
        "posted_at": NOON + timedelta(seconds=number % 60),
        "thread_id": f"{by.platform}:{number}",
    }
    return Mention(**(values | changes))


def guess(task, label, *, score=0.9, unsure=False, **changes) -> Prediction:
    return Prediction(task, label, score, unsure, "test", **changes)


def predictions(
    sentiment="neutral",
    switching="none",
    *more: Prediction,
    score=0.9,
    unsure=False,
    rival=None,
    supported=True,
    reasons=None,
) -> Predictions:
    """What a model says; `reasons` are those of the switching intent."""
    return Predictions(
        items=(
            guess(SENTIMENT, sentiment, score=score, unsure=unsure),
            guess(SWITCHING, switching, score=score, unsure=unsure, rival=rival, reasons=reasons),
            *more,
        ),
        language="en" if supported else "xx",
        language_supported=supported,
    )


def outcome(*, posted_at=NOON, answered_after=None, **changes) -> Outcome:
    values = {
        "id": f"case{next(_numbers)}",
        "brand": "Lumora",
        "day": posted_at.date(),
        "platform": "x",
        "kind": CaseKind.COMPLAINT,
        "urgency": Urgency.NORMAL,
        "posted_at": posted_at,
        "due_at": posted_at + timedelta(hours=8),
        "answered_at": posted_at + answered_after if answered_after is not None else None,
    }
    return Outcome(**(values | changes))


def record(source_id="c1", **changes) -> CustomerRecord:
    values = {
        "source": "csv",
        "source_id": source_id,
        "names": ("Jane Doe",),
        "emails": ("jane@example.com",),
        "accounts": (Account("x", "jane"),),
        "value": Decimal(1200),
    }
    return CustomerRecord(**(values | changes))


def did(kind=EventKind.VISIT, *, by="c1", number=None, **changes) -> Event:
    """Make an event of the customer that a source calls `by`, or of another subject."""
    values = {
        "source": "shop",
        "source_event_id": f"e{number or next(_numbers)}",
        "subject": Subject(SubjectKind.CUSTOMER, by, "csv") if isinstance(by, str) else by,
        "kind": kind,
        "at": NOON,
    }
    return Event(**(values | changes))


def ids(mentions) -> list[MentionId]:
    return [m.id for m in mentions]
