"""Who our customers are: what sources said, the customer we made of it, and the accounts tied to them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.brand import Account
from domain.case import Case, SeenMention


class Grade(StrEnum):
    """How well a link between an account and a customer is known, best first."""

    VERIFIED = "verified"  # the person proved it
    SUPPLIED = "supplied"  # the imported record says so
    SUGGESTED = "suggested"  # a guess that waits for consent; never counts


class LinkState(StrEnum):
    """Whether the link may be used."""

    AWAITING = "awaiting"  # supplied handle not yet seen on its platform
    ACTIVE = "active"
    SUSPENDED = "suspended"  # the handle appeared with another user id
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """What one source system said about one person, never changed; a new version is a new record."""

    source: str
    source_id: str
    names: tuple[str, ...]
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    value: Decimal | None = None
    currency: str | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A social account tied to a customer through one record. `user_id` is pinned at the first sighting."""

    id: str
    customer_id: str
    account: Account
    grade: Grade
    state: LinkState
    user_id: str | None
    evidence: str
    since: datetime
    by: str | None = None
    """Whoever linked it by hand; None where an import did."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Our view of one person: the union of the records that belong together. `value` sums what sources said."""

    id: str
    names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    addresses: tuple[str, ...]
    links: tuple[Link, ...]
    value: Decimal | None
    currency: str | None
    notes: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomerMatch:
    """The customer that an author is, and how we know."""

    customer_id: str
    link_id: str
    grade: Grade
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class CustomerNote:
    """What a person of ours noted of a customer; `by` is a Slack user id."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """What a look-up shows of one customer, newest first."""

    customer: Customer
    cases: tuple[Case, ...]
    mentions: tuple[SeenMention, ...]
    notes: tuple[CustomerNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many customers there are, and how many of them have an account that was seen, by their best grade."""

    customers: int
    verified: int
    supplied: int

    @property
    def linked(self) -> int:
        """How many have an account of either grade; suggested ones never count."""
        return self.verified + self.supplied
