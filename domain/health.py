"""How well Earshot hears: the state of every source, of the outbox and of the spending."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.gap import Gap
from domain.quality import Quality


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a platform said last of its quota: so many requests are left, of so many, until it begins anew.

    `secret_until` is when our credentials expire. None where it does not say.
    """

    left: int | None = None
    limit: int | None = None
    resets_at: datetime | None = None
    secret_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A UTC day of a search: what the platform counts, what we stored of it, and what other streams found first.

    What `siblings` found, the streams of the same brand on the same platform, may be of this search or not.
    """

    stream: str
    day: date
    expected: int
    own: int
    siblings: int


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """One stream: when it was last read, since when it fails and why, and what it cost today.

    `tried_at` is its last poll, read or not. `usual` is how many posts an hour it brings at this time of the week, None
    where too little is known.
    """

    stream: str
    last_read_at: datetime | None
    failing_since: datetime | None
    last_error: str | None
    mentions_read: int
    spent_today_usd: Decimal
    daily_cap_usd: Decimal | None = None
    tried_at: datetime | None = None
    headroom: Headroom = Headroom()
    usual: float | None = None
    silent_since: datetime | None = None
    blind_spot: BlindSpot | None = None

    @property
    def rests(self) -> bool:
        """Tell whether the day's money is spent, which no restart mends."""
        return self.daily_cap_usd is not None and self.spent_today_usd >= self.daily_cap_usd


@dataclass(frozen=True, slots=True)
class Health:
    """The whole, for `/earshot health`. Ages are measured from `at`; `model` says what classifies.

    `gaps` are those of the last days that are not filled.
    """

    at: datetime
    streams: tuple[StreamHealth, ...]
    messages_waiting: int
    messages_failed: int
    open_cases: int
    overdue_cases: int
    quality: tuple[Quality, ...] = ()
    model: str = ""
    gaps: tuple[Gap, ...] = ()
