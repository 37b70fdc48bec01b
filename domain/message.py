"""The outbox: one thing to be posted in Slack, exactly once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.blind_check import BlindCheck
from domain.case import Case, CaseFile, SeenMention
from domain.deadline import DeadlineNotice
from domain.digest import Digest, DigestChart
from domain.engagement import EngagementChanges
from domain.handover import Handover, HandoverKind
from domain.noise import Surge, SurgeLine
from domain.reply import Draft


class MessageKind(StrEnum):
    """What the message is; `OutgoingMessage.subject` is read by it."""

    CARD = "card"  # subject: case id
    BATCH = "batch"  # subject: brand and hour
    REVIEW = "review"  # subject: brand and hour
    DIGEST = "digest"  # subject: brand and day
    CHART = "chart"  # subject: as the digest's, in whose thread it goes
    BLIND_CHECK = "blind_check"  # subject: its id
    SURGE = "surge"  # subject: its id
    SURGE_LINE = "surge_line"  # subject: the surge's id and the minute, in the surge's thread
    DEADLINE = "deadline"  # subject: why, place, moment and brand; payload: the cases' ids
    NOTICE = "notice"  # subject: the text's id; health notices to the operators
    NUDGE = "nudge"  # subject: case id; payload: why, and who did it
    ESCALATION = "escalation"  # subject: the handover's id
    PRODUCT = "product"  # subject: the handover's id
    APPROVAL = "approval"  # subject: a draft's id; asks for an approval, in the card's thread
    ENGAGEMENT = "engagement"  # subject: the day on which customers' drastic changes were found
    REPLY_NOTE = "reply_note"  # subject: a draft's id; tells its writer that it came back, or was refused


class NudgeReason(StrEnum):
    """Why a person is told of a case of hers; `OutgoingMessage.payload` begins with it."""

    ASSIGNED = "assigned"
    AWAKE = "awake"


class MessageState(StrEnum):
    """Where the sending stands; a row found in SENDING at start is UNKNOWN."""

    PENDING = "pending"
    SENDING = "sending"
    POSTED = "posted"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DELETED = "deleted"


PRESSING, ORDINARY = 0, 1
"""What a message may wait for: `OutgoingMessage.rank`."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One thing to be posted in Slack. `key` is unique for ever and travels as the message's metadata.

    `revision` counts the changes that the subject has seen, `shown_revision` the one that Slack shows: a posted
    message with `revision > shown_revision` wants an update. `channel` may be a person's id: then it goes to her
    directly. `parent` is the key of the message in whose thread this one goes, once that is posted. Of what waits for
    one channel the lowest `rank` goes first, then the oldest. `payload` is the text of a notice; everything else is
    read from the database when it is posted, so that a deletion reaches it. That of a nudge is its reason and, after a
    space, the Slack user id of who caused it, or nothing for Earshot.
    """

    key: str
    channel: str
    kind: MessageKind
    subject: str
    state: MessageState
    created_at: datetime
    team_id: str | None = None
    ts: str | None = None
    attempts: int = 0
    attempted_at: datetime | None = None
    not_before: datetime | None = None
    revision: int = 0
    shown_revision: int = 0
    plain: bool = False
    error: str | None = None
    payload: str | None = None
    parent: str | None = None
    thread_ts: str | None = None
    rank: int = ORDINARY


@dataclass(frozen=True, slots=True)
class BatchLine:
    """The hour's mentions that get no card of their own; `shown` is a part of `total`.

    So many are `late`: they made cases, and were too old for a card when they were read. They are shown first.
    """

    brand: str
    kind: MessageKind
    since: datetime
    until: datetime
    total: int
    shown: tuple[SeenMention, ...]
    late: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to the operators; `good`: something is well again."""

    text: str
    good: bool = False


@dataclass(frozen=True, slots=True)
class Nudge:
    """A word to one person about a case of hers. `by` is None for Earshot; `card_url` leads to the card."""

    reason: NudgeReason
    by: str | None
    case: Case
    card_url: str | None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was passed on; `handover` is None where the post was erased meanwhile, and `seen` where there was none."""

    kind: HandoverKind
    handover: Handover | None = None
    seen: SeenMention | None = None
    case: Case | None = None
    card_url: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A draft that waits for somebody else's eye, or what became of it; None where the post was removed.

    `wrote_again` says that the author has posted since it was written.
    """

    draft: Draft | None
    wrote_again: bool = False


@dataclass(frozen=True, slots=True)
class ReplyNote:
    """What its writer is told of a draft; None where the post was removed."""

    draft: Draft | None


Content = (
    CaseFile
    | BatchLine
    | Digest
    | DigestChart
    | BlindCheck
    | Surge
    | SurgeLine
    | DeadlineNotice
    | Notice
    | Nudge
    | HandedOver
    | ApprovalRequest
    | ReplyNote
    | EngagementChanges
)
"""What a message shows, read at the moment of posting."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where Slack put a message."""

    channel: str
    ts: str
