"""What people did, on its way in, and out again when it is old."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from domain.event import Event, EventCounts
from flows.house import House
from storage import brands, events

log = structlog.get_logger(__name__)

PART = 5_000
"""So many events are stored in one transaction."""

_PEOPLE = 200
"""Of so many people old events are deleted in one transaction, so that nobody waits."""

_PAUSE = 0.01


def take_events(
    found: Sequence[Event], *, house: House, progress: Callable[[int], None] = lambda _: None
) -> EventCounts:
    """Store events, part by part; what is known does nothing, so that whoever was interrupted sends all again.

    `progress` is told how many are done.
    """
    counts = EventCounts()
    for start in range(0, len(found), PART):
        part = found[start : start + PART]
        with house.database.write() as tx:
            brands.lock(tx, sorted(brand.name for brand in house.brands))  # nobody is being forgotten meanwhile
            counts += events.add(tx, part, secret=house.secret)
        progress(start + len(part))
    return counts


def drop_old_events(*, house: House, seconds: float = 10.0, monotonic: Callable[[], float] = time.monotonic) -> bool:
    """Delete what is older than the settings keep; tell whether there was any. What is not done in time goes later."""
    until, before = monotonic() + seconds, house.clock().date() - timedelta(days=house.behaviour.keep_days)
    people = 0
    while monotonic() < until:
        with house.database.write() as tx:
            done = events.purge(tx, before=before, limit=_PEOPLE)
        people += done
        if not done:
            break
        time.sleep(_PAUSE)
    if people:
        log.info("old_events_dropped", people=people)
    return people > 0
