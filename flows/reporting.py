"""Figures for people: KPIs over a period, the health of the sources, and the digest of a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from crm.business_time import day_bounds
from crm.kpi_facts import Facts
from crm.kpis import compute
from domain.brand import Brand, Stream
from domain.case import CaseKind
from domain.health import Health, StreamHealth
from domain.outcome import Digest, Kpi, Volume
from flows.house import House
from flows.kpi_days import facts_of
from flows.quality import quality_of
from storage import cases, messages, streams, summaries
from storage.database import Tx

QUOTES = 3


def kpis(*, brand: Brand, since: date, until: date, house: House) -> list[Kpi]:
    """Compute every KPI over the brand's local days [since, until)."""
    with house.database.read() as tx:
        return compute(facts_of(tx, brand=brand, since=since, until=until, house=house))


def health(*, listening: Sequence[Stream], house: House, model: str = "") -> Health:
    """Say how well we hear now, and with what `model`; a stream that was never read is listed as such."""
    now = house.clock()
    with house.database.read() as tx:
        known = {s.stream: s for s in streams.health(tx, day=now.astimezone(UTC).date())}
        waiting, failed = messages.counts(tx)
        open_cases, overdue = cases.counts(tx, at=now)
        quality = tuple(quality_of(tx, brand=brand.name, now=now) for brand in house.brands)
    read = tuple(replace(known.get(s.name, _unread(s)), daily_cap_usd=s.daily_cap_usd) for s in listening)
    return Health(
        at=now,
        streams=read,
        messages_waiting=waiting,
        messages_failed=failed,
        open_cases=open_cases,
        overdue_cases=overdue,
        quality=quality,
        model=model,
    )


def digest(*, brand: Brand, day: date, house: House) -> Digest:
    """Sum up one local day of a brand for leadership."""
    with house.database.read() as tx:
        return digest_of(tx, brand=brand, day=day, house=house)


def digest_of(tx: Tx, *, brand: Brand, day: date, house: House) -> Digest:
    """Make the digest inside the caller's transaction.

    The rate is that of the last closed day: a day closes when the response window after its end is over.
    """
    facts = _facts(tx, brand, day, day + timedelta(days=1), house)
    closed = _last_closed_day(day, brand, house)
    closed_facts = _facts(tx, brand, closed, closed + timedelta(days=1), house)
    before_facts = _facts(tx, brand, closed - timedelta(days=1), closed, house)
    volume_before = _facts(tx, brand, day - timedelta(days=1), day, house).volume
    start, end = day_bounds(day, brand)
    eligible = facts.eligible()
    answered = sum(o.answered_at is not None for o in eligible)
    return Digest(
        brand=brand.name,
        day=day,
        closed_day=closed,
        volume=facts.volume,
        volume_before=volume_before,
        answered=answered,
        open=len(eligible) - answered,
        kpis=tuple(compute(closed_facts)),
        kpis_before=tuple(compute(before_facts)),
        changes=tuple(_changes(facts, volume_before)),
        quotes=tuple(
            replace(quote, permalink=_permalink(tx, quote.case_id, house))
            for quote in summaries.quotes(tx, brand=brand.name, start=start, end=end, limit=QUOTES)
        ),
        quality=quality_of(tx, brand=brand.name, now=house.clock()),
    )


def _facts(tx: Tx, brand: Brand, since: date, until: date, house: House) -> Facts:
    return facts_of(tx, brand=brand, since=since, until=until, house=house)


def _last_closed_day(day: date, brand: Brand, house: House) -> date:
    window = timedelta(hours=house.policy.response_window_hours)
    while day_bounds(day, brand)[1] + window > house.clock():
        day -= timedelta(days=1)
    return day


def _changes(facts: Facts, before: Volume) -> list[str]:
    """Say in words what moved most against the day before."""
    now = facts.volume
    pairs = (
        ("mentions", now.mentions, before.mentions),
        ("negative mentions", now.negative, before.negative),
        ("people leaving or thinking of it", now.leaving, before.leaving),
        ("people joining or thinking of it", now.joining, before.joining),
    )
    lines = [
        f"{what}: {count} ({count - earlier:+d} against the day before)"
        for what, count, earlier in sorted(pairs, key=lambda p: -abs(p[1] - p[2]))
        if count != earlier
    ]
    won = sum(o.kind is CaseKind.OPPORTUNITY and o.eligible and o.answered_at is not None for o in facts.outcomes)
    if won:
        lines.append(f"opportunities answered: {won}")
    return lines


def _permalink(tx: Tx, case_id: str | None, house: House) -> str | None:
    """Link to a case's card, in the form that Slack's own "Copy link" has."""
    card = messages.for_case(tx, case_id) if case_id else None
    if card is None or card.ts is None or not house.workspace_url:
        return None
    return f"{house.workspace_url}archives/{card.channel}/p{card.ts.replace('.', '')}"


def _unread(stream: Stream) -> StreamHealth:
    return StreamHealth(
        stream=stream.name,
        last_read_at=None,
        failing_since=None,
        last_error=None,
        mentions_read=0,
        spent_today_usd=Decimal(0),
    )


def yesterday(moment: datetime, brand: Brand) -> date:
    """Return the brand's local day before the one that `moment` is in."""
    return moment.astimezone(brand.time_zone).date() - timedelta(days=1)
