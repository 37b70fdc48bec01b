"""What people did, as other systems tell it: visits, purchases, opened e-mails; and what was counted of it by day."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class EventKind(StrEnum):
    """What was done."""

    VISIT = "visit"
    STREAM = "stream"
    LOGIN = "login"
    PURCHASE = "purchase"
    SUPPORT = "support"
    EMAIL_OPENED = "email_opened"
    MAIL_RESPONSE = "mail_response"  # to direct mail
    SOCIAL_MENTION = "social_mention"


class SubjectKind(StrEnum):
    """Who did it, as far as the source knows."""

    VISITOR = "visitor"  # somebody whom the source tells from others, and no more
    ACCOUNT = "account"  # an account of a platform: `Author.key`, as in `x:2244994945`
    CUSTOMER = "customer"  # a record of a source system, by that system's own id


@dataclass(frozen=True, slots=True)
class Subject:
    """Who did something. `source` is the system whose record a customer is named by; it is empty for all others."""

    kind: SubjectKind
    id: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did; `source` and `source_event_id` name it for ever.

    `verified` is False where anybody could have sent it, as from a script on a web page.
    """

    source: str
    source_event_id: str
    subject: Subject
    kind: EventKind
    at: datetime
    value: Decimal | None = None
    currency: str | None = None
    tactic_code: str | None = None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many events were new, known before, or left out because their customer was forgotten."""

    added: int = 0
    known: int = 0
    forgotten: int = 0

    def __add__(self, other: "EventCounts") -> "EventCounts":
        """Sum two counts."""
        return EventCounts(self.added + other.added, self.known + other.known, self.forgotten + other.forgotten)


@dataclass(frozen=True, slots=True)
class DayCount:
    """How often somebody did one kind of thing on one day of UTC."""

    day: date
    kind: EventKind
    count: int


@dataclass(frozen=True, slots=True)
class Deed:
    """An event of a customer, as her history tells it."""

    at: datetime
    kind: EventKind
    source: str
    value: Decimal | None
    currency: str | None
    tactic_code: str | None
