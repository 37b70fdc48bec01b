"""A public reply of ours on a platform: what it may be, who wrote and approved it, and what became of sending it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.mention import Author, MentionId


@dataclass(frozen=True, slots=True)
class Permit:
    """Whether the platform lets us answer a post through its API; `reason` tells people why not, or by which rule."""

    may_send: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SentReply:
    """Our reply as the platform took it. `author` is our own account; `at`, aware UTC, is the platform's word."""

    id: MentionId
    url: str
    at: datetime
    author: Author


class RiskKind(StrEnum):
    """Why somebody else must see a reply before it is public."""

    SWITCHING = "switching"  # the author means to leave a brand, or to join it
    REACH = "reach"  # many people follow the author
    LEGAL = "legal"  # the reply holds a word of the settings' list
    VALUE = "value"  # the author is a customer of high value
    LINK = "link"  # the reply leads to a site that the settings do not name


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk of a reply; `detail` is the label, number, words or sites that make it one."""

    kind: RiskKind
    detail: str


@dataclass(frozen=True, slots=True)
class ReplyPolicy:
    """Which replies need an approval and whose, what is a template's to fill in, and which answers are no person's.

    `approve_reach` is in followers; `sites` are the hosts that a reply may lead to, their subdomains included;
    `approvers` are Slack user ids and user groups, none of them: whoever has the role; `links` gives each brand's page
    of help; `automatic` are whole texts, or their beginnings where they end in `...`.
    """

    approve: frozenset[RiskKind] = frozenset({RiskKind.SWITCHING, RiskKind.REACH, RiskKind.LEGAL})
    approve_reach: int = 10_000
    legal_words: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    automatic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A text to start from, with variables in braces; empty `platforms`, `brands` and `kinds` mean all."""

    id: str
    title: str
    text: str
    language: str = "en"
    purpose: str = "General"
    platforms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class ReplyState(StrEnum):
    """Where a draft stands; a row found in SENDING at start is UNKNOWN."""

    WAITING = "waiting"  # for an approval
    APPROVED = "approved"  # by a person, or because nothing is risky: it is sent next
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"  # the platform will not take it
    SENT_BACK = "sent_back"  # to its writer, with a note
    WITHDRAWN = "withdrawn"  # by its writer, or because the case is over


@dataclass(frozen=True, slots=True)
class Draft:
    """One reply as it was handed in; another text is another draft.

    `mention_id` is the post that it answers, `author` and `decided_by` are Slack user ids. `sealed` is the digest of
    the text that may be sent, None until it may: what is sent is what was approved. `note` says why it was sent back,
    withdrawn or refused.
    """

    id: str
    case_id: str
    mention_id: MentionId
    brand: str
    platform: str
    author: str
    text: str
    state: ReplyState
    created_at: datetime
    risks: tuple[Risk, ...] = ()
    template: str | None = None
    sealed: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    attempts: int = 0
    attempted_at: datetime | None = None
    not_before: datetime | None = None
    sent_url: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Who is writing a reply to a case. `since` is when she began, `until` when others may, unless she goes on."""

    case_id: str
    holder: str
    since: datetime
    until: datetime


class CreditReason(StrEnum):
    """How we know which person stands behind a public reply of ours."""

    SENT = "sent"  # it went out through Earshot
    WROTE = "wrote"  # she had the reply open shortly before
    OWNED = "owned"  # the case was hers


@dataclass(frozen=True, slots=True)
class Credit:
    """The Slack user behind a public reply; only SENT is certain."""

    user_id: str
    reason: CreditReason
