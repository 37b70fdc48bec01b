"""The spend governor: how much a poll may cost, so that money lasts for the day and goes to what matters first."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from domain.brand import SourceKind, Stream
from domain.spend import Allowance, SpendPolicy, Spent

CHEAP = frozenset({SourceKind.OWN_POSTS, SourceKind.MENTIONS})
"""What costs little and must never wait: answers stop clocks, and who names us wants to be heard."""

PRICED = frozenset({"x"})
"""The platforms that charge for reading; what is free never waits for what they cost."""

_DAY_SECONDS = 86_400


def allowance(stream: Stream, spent: Spent, policy: SpendPolicy, *, now: datetime) -> Allowance:
    """Return what a poll of the stream may cost at this moment.

    Once the part of a cap that may be spent freely is gone, the rest comes free evenly over the UTC day: the newest
    posts are still read every hour, where a hard stop would leave the evening unheard.
    """
    caps = list(_caps(stream, spent, policy))
    if not caps:
        return Allowance()
    left = min(cap - gone for cap, gone in caps)
    if left <= 0:
        return Allowance(Decimal(0), used_up=True)
    passed = _passed(now)
    planned = min(cap * (policy.freely + (1 - policy.freely) * passed) - gone for cap, gone in caps)
    ahead = any(gone >= cap * max(policy.freely, passed) for cap, gone in caps)
    return Allowance(max(Decimal(0), min(left, planned)), slowed=ahead)


def shares_cap(stream: Stream, policy: SpendPolicy) -> bool:
    """Tell whether a stream spends what other streams may spend as well."""
    return policy.daily_cap_usd is not None and stream.platform in PRICED


def _caps(stream: Stream, spent: Spent, policy: SpendPolicy) -> Iterator[tuple[Decimal, Decimal]]:
    """Give every cap that the stream is under, with what is gone of it."""
    if stream.daily_cap_usd is not None:
        yield stream.daily_cap_usd, spent.stream
    if shares_cap(stream, policy) and policy.daily_cap_usd is not None:
        share = Decimal(1) if stream.kind in CHEAP and stream.rival is None else 1 - policy.reserved
        yield policy.daily_cap_usd * share, spent.in_all


def _passed(now: datetime) -> Decimal:
    """Return which share of the UTC day is over."""
    moment = now.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return Decimal(int((moment - midnight).total_seconds())) / _DAY_SECONDS
