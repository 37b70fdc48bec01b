"""What listening may cost: the plan of a day, and what a stream may spend of it now."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SpendPolicy:
    """How the money of a UTC day is spread.

    `daily_cap_usd` is for all streams of platforms that charge, together (None: no limit but their own). Of every cap
    the share `freely` may be spent at any time, and the rest is spread over the day. Of the common cap the share
    `reserved` is kept for what is cheap and stops the clock: our own posts, and those that name us.
    """

    daily_cap_usd: Decimal | None = None
    freely: Decimal = Decimal("0.5")
    reserved: Decimal = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a UTC day has cost so far: this stream, and all of them."""

    stream: Decimal
    in_all: Decimal


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a poll may cost: `usd` (None: as much as it likes).

    `used_up` says that a cap is reached, `slowed` that money goes faster than the day, `more_later` that the plan of
    the day lets go of more until its end.
    """

    usd: Decimal | None = None
    slowed: bool = False
    used_up: bool = False
    more_later: bool = False
