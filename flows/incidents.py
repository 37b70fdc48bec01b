"""Telling the operators of incidents: once when a source stops working, and once when it works again."""

from dataclasses import replace
from datetime import datetime

import structlog

from crm.incidents import improved, is_due, worsened
from domain.brand import Stream
from domain.clock import iso
from domain.incident import Incident, IncidentKind
from flows.house import House
from flows.notices import tell_operators
from storage import incidents
from storage.database import Tx

log = structlog.get_logger(__name__)

_BEGINS = {
    IncidentKind.FAILING: "{stream} cannot be read: {reason}",
    IncidentKind.SILENT: "{stream} is read without an error, and brings nothing: {reason}",
}
_ENDS = {
    IncidentKind.FAILING: "{stream} is read again, for {calm} without a failure.",
    IncidentKind.SILENT: "{stream} brings posts again.",
}


def note_wrong(tx: Tx, stream: Stream, kind: IncidentKind, reason: str, *, at_once: bool = False, house: House) -> None:
    """Note that something is wrong with a stream, and tell the operators once it lasts, or `at_once`.

    Where another stream was told of with the same reason, as all of a platform's are whose key expired, that notice
    stands for this stream, too.
    """
    now, subject = house.clock(), incident_subject(stream, kind)
    known, policy = incidents.get(tx, subject), house.incidents
    incident = worsened(known, subject=subject, kind=kind, reason=reason, now=now, policy=policy)
    if is_due(incident, now=now, policy=policy, at_once=at_once):
        joined = kind is IncidentKind.FAILING and bool(_alike(tx, incident, told=True))
        incident = replace(incident, told_at=now, joined=joined)
        log.warning("incident", stream=stream.name, kind=kind.value, reason=reason, told=not joined)
        if not joined:
            _tell(tx, incident, _BEGINS[kind].format(stream=stream.name, reason=reason), now, house)
    incidents.put(tx, incident)


def note_well(tx: Tx, stream: Stream, kind: IncidentKind, *, house: House) -> None:
    """Note that nothing is wrong with a stream, and tell the operators once that lasts."""
    now = house.clock()
    incident = improved(incidents.get(tx, incident_subject(stream, kind)), now=now)
    if incident is None:
        return
    incidents.put(tx, incident)
    if incident.ended_at is None or incident.told_at is None:
        return
    log.info("incident_over", stream=stream.name, kind=kind.value)
    if not incident.joined:
        minutes, seconds = divmod(incident.calm_seconds, 60)
        calm = f"{minutes} min" if minutes else f"{seconds} s"
        others = len(_alike(tx, incident, told=False)) if kind is IncidentKind.FAILING else 0
        still = f" {others} more that failed alike cannot be read still: /earshot health." if others else ""
        _tell(tx, incident, _ENDS[kind].format(stream=stream.name, calm=calm) + still, now, house)


def _alike(tx: Tx, incident: Incident, *, told: bool) -> list[Incident]:
    """Return the others that go on for the same reason; where `told`, only those with a notice of their own."""
    return [
        each
        for each in incidents.going_on(tx)
        if each.subject != incident.subject and each.reason == incident.reason and each.calm_from is None
        if not told or (each.told_at is not None and not each.joined)
    ]


def incident_subject(stream: Stream, kind: IncidentKind) -> str:
    """Name what is wrong with a stream."""
    return f"{kind.value} {stream.name}"


def _tell(tx: Tx, incident: Incident, text: str, now: datetime, house: House) -> None:
    end = "over" if incident.ended_at else "began"
    good = incident.ended_at is not None
    tell_operators(tx, text, subject=f"{incident.subject} {end} {iso(now)}", good=good, house=house)
