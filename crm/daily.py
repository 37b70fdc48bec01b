"""What a day was like beside the days before it: movers, wins, share of voice, and the days of the chart."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from crm.business_time import day_bounds
from domain.brand import Brand
from domain.case import CaseKind
from domain.digest import ChartDay, Movement, Mover, VoiceShare, Wins
from domain.outcome import Outcome
from domain.volume import Tally, Volume

LOOK_BACK = 28
"""So many days before a day are looked at for what is usual."""

COMPARED = (range(28, 27, -1), range(21, 20, -1), range(14, 13, -1), range(7, -1, -1))
"""So many days back lie the days that a day is compared with, and itself: spans, each oldest first."""

CHART_DAYS = 14

_SAME_WEEKDAYS = 3
"""So many of the same weekday are enough to compare with; else it is the last seven days."""

_LEAST = 3
_LEAST_Z = 2.0
"""A mover is off by at least so many posts, and by so many standard deviations of a Poisson count from its mean."""


def as_of(outcomes: Iterable[Outcome], now: datetime) -> list[Outcome]:
    """Forget what became of cases after a moment, so that a digest or a day says the same however late it is made."""

    def then(at: datetime | None) -> datetime | None:
        return at if at is not None and at <= now else None

    return [replace(o, answered_at=then(o.answered_at), resolved_at=then(o.resolved_at)) for o in outcomes]


def movement(tallies: Sequence[Tally], day: date) -> Movement:
    """Find what moved most on the last of the `COMPARED` days.

    It is compared with the same weekday of the four weeks before or, early on, with the last seven days: a count x with
    the mean m of k days by z = (x - m) / sqrt(max(m, 1) (1 + 1/k)), as if counts were Poisson's. Platforms and
    streams are named where there are several.
    """
    earlier = [t.day for t in tallies if t.day < day]
    if not earlier:
        return Movement(days=0, same_weekday=False)
    known = [d for span in COMPARED for back in span if back and (d := day - timedelta(days=back)) >= min(earlier)]
    weekdays = [d for d in known if d.weekday() == day.weekday()]
    same = len(weekdays) >= _SAME_WEEKDAYS
    days = weekdays if same else [d for d in known if d >= day - timedelta(days=7)]
    movers = sorted(
        (found for thing in _things(tallies) if (found := _mover(thing, tallies, day, days))),
        key=lambda m: -abs(_z(m, len(days))),
    )
    return Movement(days=len(days), same_weekday=same, movers=tuple(movers))


def wins(outcomes: Iterable[Outcome], volume: Volume, *, start: datetime, end: datetime) -> Wins:
    """Count what was reached between two moments, start inclusive, end exclusive, by cases that count."""

    def on_the_day(at: datetime | None) -> bool:
        return at is not None and start <= at < end

    counted = [o for o in outcomes if o.eligible and not o.not_us]
    complaints = [o for o in counted if o.kind is CaseKind.COMPLAINT]
    return Wins(
        opportunities_answered=sum(o.kind is CaseKind.OPPORTUNITY and on_the_day(o.answered_at) for o in counted),
        complaints_answered=sum(on_the_day(o.answered_at) for o in complaints),
        resolved_after_answer=sum(o.answered_at is not None and on_the_day(o.resolved_at) for o in complaints),
        joining=volume.joining,
        praise=volume.positive,
    )


def voice_share(tallies: Iterable[Tally], day: date) -> VoiceShare | None:
    """Compare posts about us with posts that name a rival; None where nobody named one, or nobody spoke of us."""
    today = [t for t in tallies if t.day == day]
    ours = sum(t.count for t in today if not t.elsewhere)
    named: dict[str, int] = {}
    for tally in today:
        if tally.rival:
            named[tally.rival] = named.get(tally.rival, 0) + tally.count
    if not ours or not named:
        return None
    return VoiceShare(ours, tuple(sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))))


def chart_days(
    outcomes: Sequence[Outcome],
    tallies: Sequence[Tally],
    *,
    day: date,
    brand: Brand,
    window: timedelta,
    now: datetime,
) -> tuple[ChartDay, ...]:
    """Return the days that end with `day`, oldest first; each day's complaints by the day of their first post."""
    days = [day - timedelta(days=back) for back in reversed(range(CHART_DAYS))]
    complaints: dict[date, list[Outcome]] = {d: [] for d in days}
    for outcome in outcomes:
        if outcome.kind is CaseKind.COMPLAINT and outcome.eligible and not outcome.not_us and outcome.day in complaints:
            complaints[outcome.day].append(outcome)
    chart = []
    for one in days:
        found, volume = complaints[one], Volume.of(t for t in tallies if t.day == one)
        in_time = sum(o.answered_at is not None and o.answered_at - o.posted_at <= window for o in found)
        answered = sum(o.answered_at is not None for o in found)
        closed = day_bounds(one, brand)[1] + window <= now
        chart.append(
            ChartDay(
                day=one,
                answered=answered,
                open=len(found) - answered,
                rate=in_time / len(found) if closed and found else None,
                negative=volume.negative,
                neutral=volume.neutral,
                positive=volume.positive,
            )
        )
    return tuple(chart)


_Thing = tuple[str, bool | None, Callable[[Tally], bool]]


def _things(tallies: Sequence[Tally]) -> Iterable[_Thing]:
    """Yield what may move: its name, whether more of it is worse, and which tallies belong to it."""
    yield "mentions", None, lambda _: True
    yield "negative mentions", True, lambda t: t.counts and t.sentiment == "negative"
    yield "positive mentions", False, lambda t: t.counts and t.sentiment == "positive"
    yield "leaving or thinking of it", True, lambda t: t.counts and _ends(t, "leaving")
    yield "joining or thinking of it", False, lambda t: t.counts and _ends(t, "joining")
    for rival in sorted({t.rival for t in tallies if t.rival}):
        yield f"posts that name {rival}", None, _has("rival", rival)
    platforms, streams = sorted({t.platform for t in tallies}), sorted({t.stream for t in tallies if t.stream})
    for platform in platforms if len(platforms) > 1 else ():
        yield f"mentions on {platform}", None, _has("platform", platform)
    for stream in streams if len(streams) > 1 else ():
        yield f"mentions from “{stream}”", None, _has("stream", stream)


def _has(field: str, value: str) -> Callable[[Tally], bool]:
    return lambda tally: getattr(tally, field) == value


def _ends(tally: Tally, way: str) -> bool:
    return tally.switching is not None and tally.switching.endswith(way)


def _mover(thing: _Thing, tallies: Sequence[Tally], day: date, days: Sequence[date]) -> Mover | None:
    what, worse, belongs = thing
    now = sum(t.count for t in tallies if t.day == day and belongs(t))
    usual = sum(t.count for t in tallies if t.day in days and belongs(t)) / len(days)
    mover = Mover(what, now, usual, None if worse is None else worse == (now > usual))
    return mover if abs(now - usual) >= _LEAST and abs(_z(mover, len(days))) >= _LEAST_Z else None


def _z(mover: Mover, days: int) -> float:
    return (mover.now - mover.usual) / math.sqrt(max(mover.usual, 1.0) * (1 + 1 / days))
