"""What a poll may cost now: by the caps of the settings, and by what the day has cost so far."""

from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal

from crm.spending import allowance
from domain.brand import Stream
from domain.spend import Allowance, SpendPolicy, Spent
from flows.house import House
from flows.rechecking import stream_of
from storage import streams
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Purse:
    """What a stream may spend, and of what: the caps for reading, and what of them is gone."""

    may: Allowance
    policy: SpendPolicy
    spent: Spent


def purse_of(tx: Tx, stream: Stream, *, house: House) -> Purse:
    """Return what a poll of the stream may cost at this moment.

    What `[recheck]` may cost is taken out of the common cap beforehand: it falls due hours after the reading, and all
    at once, so that reading would leave nothing for it, or be stopped by it until midnight.
    """
    now, policy = house.clock(), house.spend
    kept = sum(house.recheck_usd.values(), Decimal(0))
    if policy.daily_cap_usd is not None:
        policy = replace(policy, daily_cap_usd=max(Decimal(0), policy.daily_cap_usd - kept))
    apart = [stream_of(platform) for platform in house.recheck_usd]
    spent = streams.spent(tx, stream.name, day=now.astimezone(UTC).date(), apart=apart)
    return Purse(allowance(stream, spent, policy, now=now), policy, spent)
