"""When an incident begins, when it is told, and when it is over: a source that comes and goes does not spam."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.incident import Incident, IncidentKind, IncidentPolicy

LONG_CALM: Final = timedelta(hours=1)
"""All has to be well for so long until an incident is over, where another one was over less than that before."""


def worsened(
    known: Incident | None, *, subject: str, kind: IncidentKind, reason: str, now: datetime, policy: IncidentPolicy
) -> Incident:
    """Return the incident after one more failure."""
    if known is not None and known.ended_at is None:
        return replace(known, reason=reason, calm_from=None)
    again = known is not None and known.told_at and known.ended_at and now - known.ended_at < LONG_CALM
    calm = LONG_CALM if again else policy.calm
    return Incident(subject, kind, reason, began_at=now, calm_seconds=int(calm.total_seconds()))


def is_due(incident: Incident, *, now: datetime, policy: IncidentPolicy, at_once: bool = False) -> bool:
    """Tell whether somebody has to be told now; `at_once` where waiting cannot help.

    A failure that lasts shorter is nobody's business: the next poll reads what it missed.
    """
    goes_on = incident.ended_at is None and incident.calm_from is None
    return goes_on and incident.told_at is None and (at_once or now - incident.began_at >= policy.patience)


def improved(known: Incident | None, *, now: datetime) -> Incident | None:
    """Return the incident after something went well; None where there is nothing to change.

    One that nobody was told of is over at once.
    """
    if known is None or known.ended_at is not None:
        return None
    calm_from = known.calm_from or now
    if known.told_at is None or now - calm_from >= timedelta(seconds=known.calm_seconds):
        return replace(known, calm_from=calm_from, ended_at=now)
    return replace(known, calm_from=calm_from) if known.calm_from is None else None
