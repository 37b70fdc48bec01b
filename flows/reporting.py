"""Figures for people: KPIs over a period, and the health of the sources."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from decimal import Decimal

from crm.business_time import day_bounds
from crm.kpis import Facts, compute
from domain.brand import Brand, Stream
from domain.health import Health, StreamHealth
from domain.outcome import Kpi
from flows.house import House
from flows.quality import quality_of
from storage import cases, customers, messages, outcomes, streams, summaries
from storage.database import Tx


def kpis(*, brand: Brand, since: date, until: date, house: House) -> list[Kpi]:
    """Compute every KPI over the brand's local days [since, until)."""
    with house.database.read() as tx:
        return compute(facts(tx, brand, since, until, house))


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


def facts(tx: Tx, brand: Brand, since: date, until: date, house: House) -> Facts:
    """Read what the KPIs of the brand's local days [since, until) are computed from."""
    start, end = day_bounds(since, brand)[0], day_bounds(until, brand)[0]
    known, with_account = customers.coverage(tx)
    return Facts(
        brand=brand,
        outcomes=outcomes.between(tx, brand=brand.name, start=start, end=end),
        volume=summaries.volume(tx, brand=brand.name, start=start, end=end),
        customers=known,
        customers_with_account=with_account,
        now=house.clock(),
        window=timedelta(hours=house.policy.response_window_hours),
    )


def _unread(stream: Stream) -> StreamHealth:
    return StreamHealth(
        stream=stream.name,
        last_read_at=None,
        failing_since=None,
        last_error=None,
        mentions_read=0,
        spent_today_usd=Decimal(0),
    )
