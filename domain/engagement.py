"""How much customers do, what counts as engagement, and what changed drastically."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from domain.event import EventKind

WEIGHTS: Mapping[EventKind, float] = MappingProxyType(
    {
        EventKind.VISIT: 1.0,
        EventKind.STREAM: 2.0,
        EventKind.LOGIN: 1.0,
        EventKind.PURCHASE: 10.0,
        EventKind.SUPPORT: 0.0,  # a trouble is no engagement
        EventKind.EMAIL_OPENED: 0.5,
        EventKind.MAIL_RESPONSE: 5.0,
        EventKind.SOCIAL_MENTION: 3.0,
    }
)
"""What each kind of event is worth, unless the settings say otherwise."""


@dataclass(frozen=True, slots=True)
class BehaviourPolicy:
    """What counts as engagement, and how long events are kept. What has no weight counts for nothing.

    A change is drastic where the last `days`, after up to `history_days` before, are less probable than `flag_chance`
    even after a change by a third. Both are whole weeks, so that weekdays weigh the same in each. A customer is
    inactive after `inactive_days` without anything; loyal with purchases on `loyal_purchases` days that are
    `loyal_days` apart or more, the last not older than that; an advocate with `advocate_posts` days of positive posts
    in `advocate_days`. `channel` is told of changes.
    """

    keep_days: int = 400
    weights: Mapping[EventKind, float] = field(default_factory=lambda: WEIGHTS)
    days: int = 28
    history_days: int = 84
    flag_chance: float = 0.01
    channel: str | None = None
    inactive_days: int = 28
    loyal_purchases: int = 3
    loyal_days: int = 180
    advocate_posts: int = 2
    advocate_days: int = 180

    @property
    def counted(self) -> tuple[EventKind, ...]:
        """List the kinds of event that count."""
        return tuple(kind for kind in EventKind if self.weights.get(kind, 0.0) > 0)


@dataclass(frozen=True, slots=True)
class Actions:
    """How often a customer did something: `before` in `days_before` days, then `recent` in `days`.

    `days_before` is 0 or less where she was not known before; else it is shorter for whoever came later.
    """

    customer_id: str
    before: int
    days_before: int
    recent: int
    days: int


@dataclass(frozen=True, slots=True)
class Praise:
    """On how many days somebody wrote well of us in public, and on how many badly."""

    positive: int = 0
    negative: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a customer stands with us; `last` is the day on which she last did something, None where she never did."""

    last: date | None
    inactive: bool
    loyal: bool
    advocate: bool


class ChangeKind(StrEnum):
    """Which way it went."""

    DROP = "drop"
    RISE = "rise"


@dataclass(frozen=True, slots=True)
class Change:
    """A drastic change of what a customer does.

    `usual` is how often she did something in a week before; `recent` how often in the last `days`; `chance` the
    probability of so few (or so many), had nothing changed.
    """

    kind: ChangeKind
    usual: float
    recent: int
    days: int
    chance: float


@dataclass(frozen=True, slots=True)
class Flag:
    """A change that was found. It began on the day `since` at the latest; `on` is the day after the last one counted.

    `what` names what was counted, as in "visits".
    """

    customer_id: str
    change: Change
    since: date
    on: date
    what: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change as a channel may see it: the customer's id and the band of her value, and nothing that names her."""

    customer_id: str
    kind: ChangeKind
    band: str
    reason: str


@dataclass(frozen=True, slots=True)
class EngagementChanges:
    """What was found on a day; `shown` is a part of it, the customers of the highest value first."""

    on: date
    drops: int
    rises: int
    shown: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a profile shows of what a customer does: engagement of each day from `since` on, and flags, newest first."""

    since: date
    days: tuple[float, ...]
    standing: Standing
    flags: tuple[Flag, ...] = ()
