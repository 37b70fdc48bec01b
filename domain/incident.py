"""Something that is wrong with a source, told once when it begins and once when it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class IncidentKind(StrEnum):
    """What is wrong."""

    FAILING = "failing"  # polls fail
    SILENT = "silent"  # polls succeed and bring nothing, where they always did


@dataclass(frozen=True, slots=True)
class IncidentPolicy:
    """When somebody is told: of a failure that lasts for `patience`, and of its end after `calm` without a failure."""

    patience: timedelta = timedelta(minutes=1)
    calm: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident of one subject, as `failing lumora on X`; the next one of it takes its place.

    `told_at` is None until somebody was told. `joined`: another source's notice with the same reason stands for it.
    Since `calm_from` all is well; after `calm_seconds` of that it is over.
    """

    subject: str
    kind: IncidentKind
    reason: str
    began_at: datetime
    told_at: datetime | None = None
    joined: bool = False
    calm_from: datetime | None = None
    calm_seconds: int = 0
    ended_at: datetime | None = None
