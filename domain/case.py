"""The unit of work: a case is one author in one thread about one brand, until somebody has answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from domain.mention import Author, Context, Mention, MentionId
from domain.poaching import Approached
from domain.prediction import Predictions
from domain.reply import Credit, Draft


class CaseKind(StrEnum):
    """What the case asks of us."""

    COMPLAINT = "complaint"
    OPPORTUNITY = "opportunity"
    POACHING = "poaching"  # a rival courts our customers: nobody waits for our answer


class CaseState(StrEnum):
    """Where the case stands. Answered is a fact of the public thread; resolved is a person's word."""

    NEW = "new"
    CLAIMED = "claimed"
    SNOOZED = "snoozed"  # comes back by itself
    WAITING_APPROVAL = "waiting_approval"  # a reply of ours is written, and somebody else must see it
    ANSWERED = "answered"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"  # Not us
    REMOVED = "removed"  # by its author


OPEN_STATES = frozenset({CaseState.NEW, CaseState.CLAIMED, CaseState.SNOOZED, CaseState.WAITING_APPROVAL})
"""An answer is still awaited."""


class Urgency(StrEnum):
    """How soon a person must look, lowest first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """Order urgencies: 0 is the lowest."""
        return list(Urgency).index(self)


class Verdict(StrEnum):
    """What triage decides for one mention."""

    CASE = "case"
    BATCH = "batch"  # the hourly line
    REVIEW = "review"  # unsure, or a language that the model does not know
    COPY = "copy"  # another post with the same words has a case, whose card counts this one
    OWN = "own"  # written by ourselves


@dataclass(frozen=True, slots=True)
class TriagePolicy:
    """What makes a case urgent, and how long an answer may take.

    `due_minutes` are minutes of the brand's business hours; `response_window_hours` is W of the response rate. Of
    older posts than `alert_within` a poll makes cases, but no cards (None: of every age).
    """

    high_reach: int = 10_000
    high_value: Decimal = Decimal(1000)
    due_minutes: Mapping[Urgency, int] = field(
        default_factory=lambda: MappingProxyType(
            {Urgency.URGENT: 60, Urgency.HIGH: 240, Urgency.NORMAL: 480, Urgency.LOW: 960}
        )
    )
    response_window_hours: int = 24
    alert_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Triage:
    """The decision for one mention; `kind` and `urgency` are set for a case only. `reason` is shown to people."""

    verdict: Verdict
    reason: str
    kind: CaseKind | None = None
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One author in one thread about one brand. `posted_at` is the clock's start: when its first post appeared.

    `escalated_to` holds Slack ids, separated by spaces.
    """

    id: str
    brand: str
    platform: str
    author_key: str
    thread_id: str
    kind: CaseKind
    state: CaseState
    urgency: Urgency
    channel: str
    stream: str
    posted_at: datetime
    opened_at: datetime
    due_at: datetime
    owner: str | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    escalated_at: datetime | None = None
    escalated_by: str | None = None
    escalated_to: str | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A human public reply of ours. `responder` is the public account; `credit` the Slack person, where known."""

    case_id: str
    mention_id: MentionId
    responder: str
    at: datetime
    url: str
    credit: Credit | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to a case. `actor` is a Slack user id, or None for Earshot itself.

    `whom` holds the Slack ids of those whom it was done to, separated by spaces.
    """

    at: datetime
    actor: str | None
    action: str
    whom: str | None = None


@dataclass(frozen=True, slots=True)
class SeenMention:
    """A stored post with what the model said of it for one brand.

    `copy_of` is the case whose post has the same words. `fingerprint` is what those words have in common and `bands`
    what near copies may: set when a post is filed, never read back. `late`: it opened a case when it was too old for a
    card.
    """

    mention: Mention
    brand: str
    predictions: Predictions
    triage: Triage
    case_id: str | None = None
    copy_of: str | None = None
    fingerprint: str | None = None
    late: bool = False
    bands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerSummary:
    """What a card may show of a customer in a channel: no name, no contact; the profile opens privately."""

    customer_id: str
    grade: str
    value_band: str
    earlier_cases: int


@dataclass(frozen=True, slots=True)
class Copies:
    """How many posts say the same as the case's, and how many followers their authors have."""

    posts: int
    reach: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that its card shows, mentions oldest first.

    `counted` is False where people have corrected the labels so that nothing calls for an answer any more; `draft` is
    the latest reply that somebody handed in, and `context` the post that the first of the mentions answers.
    `approached` are those whom a rival's posts, copies included, speak to.
    """

    case: Case
    author: Author
    mentions: tuple[SeenMention, ...]
    responses: tuple[Response, ...]
    history: tuple[HistoryLine, ...]
    customer: CustomerSummary | None = None
    counted: bool = True
    copies: Copies | None = None
    draft: Draft | None = None
    context: Context | None = None
    approached: tuple[Approached, ...] = ()

    @property
    def calling(self) -> SeenMention | None:
        """The post whose labels count: the latest that made it a case; None where every post is gone."""
        latest = self.mentions[-1] if self.mentions else None
        return next((seen for seen in reversed(self.mentions) if seen.triage.verdict is Verdict.CASE), latest)
