"""What keeps a channel readable: mutes, copies of one text, and surges that become one living message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.case import CaseFile


class MuteKind(StrEnum):
    """What is muted."""

    AUTHOR = "author"  # value: the author's key
    TOPIC = "topic"  # value: folded words, all of them side by side


@dataclass(frozen=True, slots=True)
class Mute:
    """No cards for what it names until a moment; cases are opened and counted all the same.

    `brand` is None where it holds for all of ours. `shown` is how people wrote it.
    """

    id: str
    kind: MuteKind
    value: str
    shown: str
    brand: str | None
    by: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """What was posted lately, as far as we heard it.

    `posts` are the author's within `within` before the post, it included, and `same_words` those of them that say the
    very same; `accounts` are other authors who said the very same in the time in which texts count as copies.
    """

    within: timedelta
    posts: int = 1
    same_words: int = 1
    accounts: int = 0


@dataclass(frozen=True, slots=True)
class NoisePolicy:
    """When cards become a surge, and how long a text counts as a copy of another.

    More than `surge_cards` cards in one channel within `surge_within` are a surge: further cases go into one living
    message, only the urgent ones get cards of their own, and of these no more than `urgent_cards` in the same time.
    """

    surge_cards: int = 20
    surge_within: timedelta = timedelta(minutes=5)
    urgent_cards: int = 25
    copies_within: timedelta = timedelta(hours=24)
    activity_within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SurgeSpan:
    """A surge in one channel; it goes on while `ended_at` is None. Lines in its thread reach up to `told_until`."""

    id: str
    brand: str
    channel: str
    since: datetime
    told_until: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Surge:
    """What a surge's living message shows. `reasons` are the most frequent first; `loudest` have the most followers."""

    span: SurgeSpan
    cases: int
    urgent: int
    open: int
    owned: int
    answered: int
    reasons: tuple[tuple[str, int], ...]
    loudest: tuple[CaseFile, ...]


@dataclass(frozen=True, slots=True)
class SurgeLine:
    """What a surge brought in [since, until), for its thread: the most urgent and loudest of `total` cases."""

    brand: str
    since: datetime
    until: datetime
    total: int
    shown: tuple[CaseFile, ...]
