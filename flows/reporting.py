"""Figures for people: KPIs over a period, and the health of the sources."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from decimal import Decimal

from crm.kpis import compute
from domain.brand import Brand, Stream
from domain.health import Health, StreamHealth
from domain.incident import IncidentKind
from domain.outcome import Kpi
from flows.hearing import missed_of
from flows.house import House
from flows.incidents import incident_subject
from flows.kpi_days import facts_of
from flows.quality import quality_of
from flows.silence import usual_now
from storage import blind_spots, cases, incidents, messages, streams

SHOWN_GAPS = timedelta(days=7)


def kpis(*, brand: Brand, since: date, until: date, house: House) -> list[Kpi]:
    """Compute every KPI over the brand's local days [since, until)."""
    with house.database.read() as tx:
        return compute(facts_of(tx, brand=brand, since=since, until=until, house=house))


def health(*, listening: Sequence[Stream], house: House, model: str = "", in_depth: bool = True) -> Health:
    """Say how well we hear now, and with what `model`; a stream that was never read is listed as such.

    Without `in_depth` nothing is read that takes long: how well the model does, and what is usual at this hour.
    """
    now = house.clock()
    with house.database.read() as tx:
        known = {s.stream: s for s in streams.health(tx, day=now.astimezone(UTC).date())}
        waiting, failed = messages.counts(tx)
        open_cases, overdue = cases.counts(tx, at=now)
        quality = tuple(quality_of(tx, brand=brand.name, now=now) for brand in house.brands if in_depth)
        gaps = tuple(missed_of(tx, brand=None, start=now - SHOWN_GAPS, end=now))
        counted = blind_spots.latest(tx)
        silent = {i.subject: i.began_at for i in incidents.going_on(tx) if i.kind is IncidentKind.SILENT and i.told_at}
        usual = {s.name: usual_now(tx, s, house=house) if in_depth else None for s in listening}
    read = tuple(
        replace(
            known.get(s.name, _unread(s)),
            daily_cap_usd=s.daily_cap_usd,
            usual=usual[s.name],
            silent_since=silent.get(incident_subject(s, IncidentKind.SILENT)),
            blind_spot=counted.get(s.name),
        )
        for s in listening
    )
    names = {s.name for s in listening}
    return Health(
        at=now,
        streams=read,
        messages_waiting=waiting,
        messages_failed=failed,
        open_cases=open_cases,
        overdue_cases=overdue,
        quality=quality,
        model=model,
        gaps=tuple(gap for gap in gaps if gap.stream in names),
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
