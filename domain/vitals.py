"""Whether a running bot is alive: what it does, what it waits for, and what hinders it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.health import Health


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the schedule knows of itself. `leading`: this process polls and posts, no other one.

    `stalled` are the streams whose poll is long overdue, `failing` the jobs whose last run failed.
    """

    running: bool
    leading: bool
    connected: bool
    stalled: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """What a process did since its start, by stream where it is a stream's."""

    polls: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    mentions: Mapping[str, int] = field(default_factory=dict)
    alerts: int = 0
    posts: int = 0


@dataclass(frozen=True, slots=True)
class Vitals:
    """All of it at a moment. `health` is None where the database did not answer: then `fault` says why.

    `led`: some process polls and posts, this one or another.
    """

    at: datetime
    pulse: Pulse
    counts: Counts
    health: Health | None
    led: bool = True
    fault: str = ""
