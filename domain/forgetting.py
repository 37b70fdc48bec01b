"""Forgetting a person: who may be meant, what is held of her, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from domain.customer import Customer
from domain.mention import Author


class ForgettingState(StrEnum):
    """How far it is."""

    OFFERED = "offered"  # shown to whoever asked; nothing has gone
    RUNNING = "running"  # confirmed: her posts go part by part
    ERASED = "erased"  # gone from every table
    SCRUBBED = "scrubbed"  # overwritten on disk, too


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person as far as we can tell: a customer with her accounts, or the account of one who is no customer."""

    customer: Customer | None
    accounts: tuple[Author, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much there is of a person, or how much of it has gone.

    `copies` are other people's reposts of her posts, `replies` our own posts that answer them, `judged` the posts of
    blind checks; `records` counts by source system, and `versions` what their histories hold.
    """

    posts: int = 0
    copies: int = 0
    replies: int = 0
    cases: int = 0
    messages: int = 0
    corrections: int = 0
    judged: int = 0
    accounts: int = 0
    links: int = 0
    records: Mapping[str, int] = field(default_factory=dict)
    versions: int = 0
    notes: int = 0
    events: int = 0

    def __add__(self, other: "Holdings") -> "Holdings":
        """Sum two counts."""
        sources = sorted({*self.records, *other.records})
        records = {source: self.records.get(source, 0) + other.records.get(source, 0) for source in sources}
        numbers = [f.name for f in fields(Holdings) if f.name != "records"]
        return Holdings(**{name: getattr(self, name) + getattr(other, name) for name in numbers}, records=records)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One person being forgotten. `customer_id` and `author_keys` are empty once she is; `id` names the receipt."""

    id: str
    state: ForgettingState
    by: str
    offered_at: datetime
    confirmed_at: datetime | None
    erased_at: datetime | None
    customer_id: str | None
    author_keys: tuple[str, ...]
    gone: Holdings


@dataclass(frozen=True, slots=True)
class Offer:
    """What one person is asked to confirm. `held` is None where several are still to choose from."""

    id: str
    who: Somebody
    held: Holdings | None
