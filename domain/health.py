"""How well Earshot hears: the state of every source, of the outbox and of the spending."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.quality import Quality


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """One stream: when it was last read, since when it fails and why, and what it cost today."""

    stream: str
    last_read_at: datetime | None
    failing_since: datetime | None
    last_error: str | None
    mentions_read: int
    spent_today_usd: Decimal
    daily_cap_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The whole, for `/earshot health`. Ages are measured from `at`; `model` says what classifies."""

    at: datetime
    streams: tuple[StreamHealth, ...]
    messages_waiting: int
    messages_failed: int
    open_cases: int
    overdue_cases: int
    quality: tuple[Quality, ...] = ()
    model: str = ""
