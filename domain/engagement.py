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
    """What counts as engagement, and how long events are kept. What has no weight counts for nothing."""

    keep_days: int = 400
    weights: Mapping[EventKind, float] = field(default_factory=lambda: WEIGHTS)

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
