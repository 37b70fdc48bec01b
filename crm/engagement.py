"""What customers do, weighed and put in words: engagement by day, who is inactive, loyal, or speaks for us."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from domain.engagement import BehaviourPolicy, Change, Praise, Standing
from domain.event import DayCount, EventKind

NOUNS: Mapping[EventKind, str] = MappingProxyType(
    {
        EventKind.VISIT: "visits",
        EventKind.STREAM: "streams",
        EventKind.LOGIN: "logins",
        EventKind.PURCHASE: "purchases",
        EventKind.SUPPORT: "requests for help",
        EventKind.EMAIL_OPENED: "opened e-mails",
        EventKind.MAIL_RESPONSE: "answers to mail",
        EventKind.SOCIAL_MENTION: "public posts",
    }
)

_MOSTLY = 0.8
"""From this share on, what somebody did is named by its kind."""

_PRAISE_PER_BLAME = 3
"""An advocate may have a bad day now and then."""


def weighed(counts: Iterable[DayCount], weights: Mapping[EventKind, float]) -> dict[date, float]:
    """Sum the weighted actions of each day; days without any are not in it."""
    found: Counter[date] = Counter()
    for one in counts:
        if weight := weights.get(one.kind, 0.0):
            found[one.day] += weight * one.count  # type: ignore[assignment]  # typeshed knows whole counts only
    return dict(found)


def series(engagement: Mapping[date, float], *, since: date, until: date) -> list[float]:
    """Give each day in [since, until) its engagement, 0 where there was none."""
    return [engagement.get(since + timedelta(days=n), 0.0) for n in range((until - since).days)]


def engagement_change(now: float, before: float) -> float | None:
    """Return how much more the same customers do in a season than in the same one before, -1 for nothing any more.

    Both are their weighted actions over as many days; who left stays in, with nothing. None where there was nothing
    before. The mean by customer and day cancels out: customers and days are the same on both sides.
    """
    return now / before - 1 if before else None


def standing(counts: Sequence[DayCount], praise: Praise, *, today: date, policy: BehaviourPolicy) -> Standing:
    """Judge how a customer stands with us, by all that is kept of what she did."""
    days = [one.day for one in counts if one.kind in policy.counted]
    last = max(days, default=None)
    return Standing(
        last=last,
        inactive=last is not None and last <= today - timedelta(days=policy.inactive_days),
        loyal=_is_loyal(counts, today, policy),
        advocate=praise.positive >= max(policy.advocate_posts, _PRAISE_PER_BLAME * praise.negative),
    )


def _is_loyal(counts: Sequence[DayCount], today: date, policy: BehaviourPolicy) -> bool:
    bought = sorted({one.day for one in counts if one.kind is EventKind.PURCHASE})
    apart = timedelta(days=policy.loyal_days)
    return len(bought) >= policy.loyal_purchases and bought[-1] - bought[0] >= apart and today - bought[-1] <= apart


def noun_of(counts: Iterable[DayCount]) -> str:
    """Name what was done: "visits" where most of it was that, else "actions"."""
    kinds: Counter[EventKind] = Counter()
    for one in counts:
        kinds[one.kind] += one.count
    kind, most = max(kinds.items(), key=lambda each: each[1], default=(EventKind.VISIT, 0))
    return NOUNS[kind] if most and most >= _MOSTLY * kinds.total() else "actions"


def reason(found: Change, what: str = "actions") -> str:
    """Say a change in words: "12 visits a week before, none in 14 days; chance 0.1 %"."""
    usual = f"{found.usual:.1f}" if found.usual < 9.95 else f"{found.usual:.0f}"
    recent = f"{found.recent:,}" if found.recent else "none"
    percent = found.chance * 100
    chance = f"{percent:.2g} %" if percent >= 0.01 else "below 0.01 %"
    return f"{usual.removesuffix('.0')} {what} a week before, {recent} in {found.days} days; chance {chance}"
