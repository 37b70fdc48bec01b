"""The outbox: one thing to be posted in Slack, exactly once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.blind_check import BlindCheck
from domain.case import CaseFile, SeenMention
from domain.digest import Digest, DigestChart


class MessageKind(StrEnum):
    """What the message is; `OutgoingMessage.subject` is read by it."""

    CARD = "card"  # subject: case id
    BATCH = "batch"  # subject: brand and hour
    REVIEW = "review"  # subject: brand and hour
    DIGEST = "digest"  # subject: brand and day
    CHART = "chart"  # subject: as the digest's, in whose thread it goes
    BLIND_CHECK = "blind_check"  # subject: its id
    NOTICE = "notice"  # subject: the text's id; health notices to the operators


class MessageState(StrEnum):
    """Where the sending stands; a row found in SENDING at start is UNKNOWN."""

    PENDING = "pending"
    SENDING = "sending"
    POSTED = "posted"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One thing to be posted in Slack. `key` is unique for ever and travels as the message's metadata.

    `revision` counts the changes that the subject has seen, `shown_revision` the one that Slack shows: a posted
    message with `revision > shown_revision` wants an update. `payload` is the text of a notice; everything else is
    read from the database when it is posted, so that a deletion reaches it.
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


@dataclass(frozen=True, slots=True)
class BatchLine:
    """The hour's mentions that need no card of their own; `shown` is a part of `total`."""

    brand: str
    kind: MessageKind
    since: datetime
    until: datetime
    total: int
    shown: tuple[SeenMention, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to the operators."""

    text: str


Content = CaseFile | BatchLine | Digest | DigestChart | BlindCheck | Notice
"""What a message shows, read at the moment of posting."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where Slack put a message."""

    channel: str
    ts: str
