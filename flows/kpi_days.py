"""The days that KPIs are made of: closing those that are over, and summing closed and open days up over a period."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import structlog

from crm.business_time import day_bounds
from crm.daily import as_of
from crm.kpi_facts import Facts, total
from crm.kpis import COVERAGE, HEARING, KPIS, VOICES, VOLUME, compute
from crm.live_figures import WEEKS, live_figure
from crm.voices import total as voices_in_all
from domain.brand import Brand, Stream
from domain.case import Urgency
from domain.closed_day import ClosedDay, DayCorrection
from domain.customer import Coverage
from domain.gap import Hearing
from domain.outcome import Kpi, Outcome
from domain.quality import LiveFigure
from flows.hearing import hearing_of
from flows.house import House
from flows.rivals import voices_of
from storage import blind_checks, brands, closed_days, customers, outcomes, streams, summaries
from storage.database import Tx

log = structlog.get_logger(__name__)

SETTLED = timedelta(minutes=10)
"""A day is closed once nothing of it has come in for so long: a file or a long gap is being read otherwise."""

PATIENCE = timedelta(days=7)
"""So long a day waits for sources that were not read since its closing moment; X lets one look back no further."""

AT_ONCE = 50
"""So many days are closed in one round, so that the other jobs have their turn."""

_DAY = timedelta(days=1)
_NOBODY = Coverage(0, 0, 0)


@dataclass(frozen=True, slots=True)
class KpiReport:
    """Every KPI of a brand over its local days [since, until), and what became known of closed days afterwards."""

    brand: str
    since: date
    until: date
    kpis: tuple[Kpi, ...]
    corrections: tuple[DayCorrection, ...]


def report(*, brand: Brand, since: date, until: date, house: House) -> KpiReport:
    """Compute every KPI over the brand's local days [since, until)."""
    with house.database.read() as tx:
        facts = facts_of(tx, brand=brand, since=since, until=until, house=house)
        corrections = corrections_of(tx, brand=brand, since=since, until=until, house=house, facts=facts)
    return KpiReport(brand.name, since, until, tuple(compute(facts)), tuple(corrections))


def facts_of(
    tx: Tx, *, brand: Brand, since: date, until: date, house: House, kpis: Collection[str] = tuple(KPIS)
) -> Facts:
    """Read what KPIs of the brand's local days [since, until) are computed from.

    Of closed days that is what was known when they were closed, of all others what is known now. Coverage and quality
    are those of the period's last day. Posts and customers are counted where one of the `kpis` needs them, else they
    are 0.
    """
    counts_posts, counts_customers = bool(VOLUME & set(kpis)), bool(COVERAGE & set(kpis))
    now, window = house.clock(), _window(house)
    near = {d.day: d for d in closed_days.between(tx, brand=brand.name, since=since - _DAY, until=until + _DAY)}
    closed = [day for day in near.values() if since <= day.day < until]
    known = closed_days.outcomes(tx, brand=brand.name, since=since, until=until)
    moments = {day.day: day.closes_at for day in closed}
    closings = {outcome.id: moments[outcome.day] for outcome in known}
    undecided = [o.id for o in known if o.answered_at is None and o.due_at > closings[o.id]]
    live: list[Outcome] = []
    volumes, heard = [day.volume for day in closed], [day.hearing for day in closed]
    compared = [day.voices for day in closed]
    for first, last in _open_runs(since, until, set(moments)):
        start, end = _bounds(first, last, brand, near)
        live += outcomes.between(tx, brand=brand.name, start=start, end=end)
        if counts_posts:
            volumes.append(summaries.volume(tx, brand=brand.name, start=start, end=end))
        if HEARING & set(kpis):
            heard.append(hearing_of(tx, brand=brand.name, start=start, end=end))
        if VOICES & set(kpis):
            compared.append(voices_of(tx, brand=brand, start=start, end=end, house=house))
    last_closed = closed[-1] if closed and closed[-1].day == until - _DAY else None
    coverage = last_closed.coverage if last_closed else customers.coverage(tx) if counts_customers else _NOBODY
    return Facts(
        brand=brand,
        outcomes=[*known, *live],
        volume=total(volumes),
        voices=voices_in_all(compared),
        coverage=coverage,
        now=now,
        window=window,
        closings=closings,
        late_answers=outcomes.answers(tx, undecided),
        found=_found(tx, brand, last_closed.closes_at if last_closed else now),
        spent_usd=streams.spent_between(tx, brand=brand.name, since=since, until=until),
        hearing=sum(heard, Hearing()),
    )


def close_days(*, house: House, listening: Sequence[Stream] = ()) -> int:
    """Close every day that is over and settled, each in a transaction of its own; return how many.

    A day is over W after its end. It waits for those of the sources `listening` that were not read since, so that
    after a pause nothing is closed before it has been caught up with.
    """
    closed = 0
    for brand in house.brands:
        own = [stream.name for stream in listening if stream.brand == brand.name]
        done = [day for day in _days_over(brand, house)[:AT_ONCE] if _close(day, brand, own, house)]
        if done:
            log.info("days_closed", brand=brand.name, days=len(done), last=done[-1].isoformat())
        closed += len(done)
    return closed


def corrections_of(
    tx: Tx, *, brand: Brand, since: date, until: date, house: House, facts: Facts | None = None
) -> list[DayCorrection]:
    """Return what became known of the closed days among [since, until) after they were closed, where it moved a KPI.

    `facts` are those of the same period, where the caller has read them.
    """
    closed = closed_days.between(tx, brand=brand.name, since=since, until=until)
    if not closed:
        return []
    read = facts or facts_of(tx, brand=brand, since=since, until=until, house=house, kpis=())
    before: dict[date, dict[str, Outcome]] = {day.day: {} for day in closed}
    for outcome in read.outcomes:
        if outcome.id in read.closings:
            before[outcome.day][outcome.id] = outcome
    news: dict[date, list[Outcome]] = {day.day: [] for day in closed}
    for day_of, outcome in closed_days.changed(tx, brand=brand.name, since=since, until=until):
        news[day_of].append(outcome)
    for outcome in closed_days.arrived(tx, brand=brand.name, start=closed[0].starts_at, end=closed[-1].ends_at):
        if day := _day_of(outcome.posted_at, closed):
            news[day].append(outcome)
    stored = closed_days.mentions(tx, brand=brand.name, since=since, until=until)
    told = ((day, before[day.day], news[day.day], stored[day.day]) for day in closed)
    found = (_correction(*each, read) for each in told)
    return [correction for correction in found if correction]


def last_closed_day(brand: Brand, house: House) -> date:
    """Return the brand's last local day that is over, with W after its end."""
    day = house.clock().astimezone(brand.time_zone).date()
    while _closes_at(day, brand, house) > house.clock():
        day -= _DAY
    return day


def _correction(
    day: ClosedDay, before: Mapping[str, Outcome], news: Sequence[Outcome], stored: int, period: Facts
) -> DayCorrection | None:
    """Compare a closed day with what is known of its cases now; None where that moves no KPI."""
    pairs = [(before[o.id], o) for o in news if o.id in before]
    mentions = max(0, stored - day.volume.mentions)
    if not (news or mentions):
        return None
    facts = replace(period, outcomes=list(before.values()), volume=day.volume, coverage=day.coverage, found=None)
    facts = replace(facts, voices=day.voices)
    today = replace(
        facts,
        outcomes=list((dict(before) | {o.id: o for o in news}).values()),
        volume=replace(day.volume, mentions=day.volume.mentions + mentions),
        closings={},
        late_answers={},
    )
    computed = zip(compute(facts), compute(today), strict=True)
    moved = tuple((was, now) for was, now in computed if was.value != now.value)
    if not moved:
        return None
    return DayCorrection(
        brand=day.brand,
        day=day.day,
        arrived=len(news) - len(pairs),
        changed=sum(_but_for_answers(was) != _but_for_answers(now) for was, now in pairs),
        answered=sum(was.answered_at != now.answered_at for was, now in pairs),
        mentions=mentions,
        moved=moved,
    )


def _but_for_answers(outcome: Outcome) -> Outcome:
    return replace(outcome, answered_at=None, resolved_at=None, day=date.min, urgency=Urgency.LOW)


def _days_over(brand: Brand, house: House) -> list[date]:
    """List the days that are over and not closed, from the brand's first case on, oldest first."""
    with house.database.read() as tx:
        first, done = outcomes.first(tx, brand=brand.name), closed_days.days(tx, brand=brand.name)
    if first is None:
        return []
    day, last = first.astimezone(brand.time_zone).date(), last_closed_day(brand, house)
    return [each for n in range((last - day).days + 1) if (each := day + n * _DAY) not in done]


def _close(day: date, brand: Brand, sources: Sequence[str], house: House) -> bool:
    now = house.clock()
    closes_at = _closes_at(day, brand, house)
    with house.database.write() as tx:
        brands.lock(tx, [brand.name])  # what is being filed meanwhile belongs before or after
        if now - closes_at < PATIENCE and not _read_since(tx, sources, closes_at):
            return False
        near = {d.day: d for d in closed_days.between(tx, brand=brand.name, since=day - _DAY, until=day + 2 * _DAY)}
        starts_at, ends_at = _bounds(day, day + _DAY, brand, near)
        latest = summaries.latest_arrival(tx, brand=brand.name, start=starts_at, end=ends_at)
        if latest is not None and latest > now - SETTLED:
            return False
        found = outcomes.between(tx, brand=brand.name, start=starts_at, end=ends_at)
        volume = summaries.volume(tx, brand=brand.name, start=starts_at, end=ends_at)
        heard = hearing_of(tx, brand=brand.name, start=starts_at, end=ends_at)
        voices = voices_of(tx, brand=brand, start=starts_at, end=ends_at, house=house)
        covered = customers.coverage(tx)
        over = ClosedDay(brand.name, day, starts_at, ends_at, closes_at, volume, covered, heard, voices)
        return closed_days.close(tx, over, as_of(found, closes_at), at=now)


def _read_since(tx: Tx, sources: Sequence[str], moment: datetime) -> bool:
    read = {health.stream: health.last_read_at for health in streams.health(tx, day=moment.date())}
    return all((at := read.get(name)) is not None and at >= moment for name in sources)


def _closes_at(day: date, brand: Brand, house: House) -> datetime:
    return day_bounds(day, brand)[1] + _window(house)


def _window(house: House) -> timedelta:
    return timedelta(hours=house.policy.response_window_hours)


def _open_runs(since: date, until: date, closed: Collection[date]) -> Iterator[tuple[date, date]]:
    """Yield the runs [first, last) of days among [since, until) that are not closed."""
    first = None
    for n in range((until - since).days + 1):
        day = since + n * _DAY
        if day < until and day not in closed:
            first = first or day
        elif first is not None:
            yield first, day
            first = None


def _bounds(first: date, last: date, brand: Brand, closed: Mapping[date, ClosedDay]) -> tuple[datetime, datetime]:
    """Return the start and the end of the days [first, last), as closed days beside them leave it.

    They differ from midnight only where the brand's time zone has changed: then no moment is lost or counted twice.
    """
    before, after = closed.get(first - _DAY), closed.get(last)
    start = before.ends_at if before else day_bounds(first, brand)[0]
    end = after.starts_at if after else day_bounds(last, brand)[0]
    return start, max(start, end)


def _day_of(moment: datetime, days: Sequence[ClosedDay]) -> date | None:
    """Return which of the closed days, oldest first, a moment is in."""
    place = bisect_right(days, moment, key=lambda day: day.starts_at) - 1
    return days[place].day if place >= 0 and moment < days[place].ends_at else None


def _found(tx: Tx, brand: Brand, moment: datetime) -> LiveFigure | None:
    """Return how well the model found complaints in the last weeks, as it was known at a moment."""
    since = (moment - timedelta(weeks=WEEKS)).date()
    items = blind_checks.items(tx, brand=brand.name, since=since, at=moment)
    if not any(item.answers for item in items):
        return None
    return live_figure(items, "complaint")
