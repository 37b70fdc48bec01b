"""Polling a whole network: reading Jetstream from the last place until now, keeping what a stream wants."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import structlog

from domain.brand import Stream
from domain.clock import Clock
from domain.errors import CursorTooOldError, InputError, PlatformError
from domain.mention import Batch, Cursor
from listeners.bluesky.changes import Change, Changes, Wanted, change_from
from listeners.bluesky.jetstream import Jetstream
from listeners.bluesky.posts import TITLE
from listeners.bluesky.profiles import Profiles

_SECOND: Final = 1_000_000

_HOLE_US: Final = 60 * _SECOND
"""In a whole network something happens each second; and servers differ by seconds in when they saw it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one poll reads at most, and from where: times in seconds, `backfill` where there is no place yet.

    `quiet`: when nothing came for so long, there is nothing more for now.
    """

    backfill: float
    overlap: float
    quiet: float
    reading: float
    events: int


@dataclass(slots=True)
class _Read:
    """How far a poll came: its first and its last event, how many were new, and whether it reached the present."""

    first: int | None = None
    last: int | None = None
    new: int = 0
    finished: bool = False


class StreamPoll:
    """Implements `domain.seams.Poll` over a Jetstream, oldest first; a place is the moment of the last event read.

    A place that the server kept no more raises CursorTooOldError once; polled again, it goes on with what there is.
    Between polls it remembers the cursor whose loss was told.
    """

    def __init__(
        self,
        stream: Stream,
        jetstream: Jetstream,
        profiles: Profiles,
        wanted: Callable[[], Wanted],
        *,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        """Make no call. `wanted` is asked at each poll for what the stream wants, and may raise PlatformError."""
        self._stream, self._jetstream, self._profiles, self._wanted = stream, jetstream, profiles, wanted
        self._clock, self._bounds = clock, bounds
        self._told: Cursor | None = None

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll. Nothing is charged."""
        del budget_usd
        place, wanted = self._place(cursor), self._wanted()
        now = self._clock()
        changes, read = Changes(seen_at=now), _Read()
        try:
            self._read(place, changes, read, wanted=wanted, cursor=cursor, now_us=_micros(now))
        except PlatformError as error:
            if not read.new or isinstance(error, CursorTooOldError):
                raise
            # What was read is kept; the next poll goes on from there, and fails if this error lasts.
            log.warning("poll_cut_short", platform=error.platform, error=str(error), events=read.new)
        mentions, removals = changes.found(self._profiles.of(changes.accounts))
        newest = max((at for at in (place, read.last) if at is not None), default=None)
        following = cursor if newest is None else Cursor(json.dumps({"time_us": newest}))
        return Batch(mentions, following, removals, capped=not read.finished)

    def _read(
        self,
        place: int | None,
        changes: Changes,
        read: _Read,
        *,
        wanted: Wanted,
        cursor: Cursor | None,
        now_us: int,
    ) -> None:
        """Take events from a place on until the present, or until the bounds, and note how far this came."""
        bounds = self._bounds
        back = bounds.backfill if place is None else bounds.overlap
        since = (now_us if place is None else place) - int(back * _SECOND)
        end = time.monotonic() + bounds.reading
        with self._jetstream.opened(since, quiet_seconds=bounds.quiet) as events:
            for change in self._changes(events):
                if read.first is None:
                    read.first = change.at_us
                    self._look_for_hole(place, change.at_us, cursor)
                changes.take(change, wanted)
                read.last = max(change.at_us, read.last or 0)
                read.new += place is None or change.at_us > place
                if change.at_us > now_us:
                    read.finished = True
                    return
                if read.new >= bounds.events or time.monotonic() > end:
                    return
        if read.first is None and place is not None:  # even the event at the place itself did not come again
            raise self._jetstream.error(f"sent nothing for {bounds.quiet:g} s.")
        read.finished = True

    def _changes(self, events: Iterator[Any]) -> Iterator[Change]:
        for event in events:
            try:
                yield change_from(event)
            except InputError as error:
                raise self._jetstream.error(f"answered badly. {error}") from error

    def _place(self, cursor: Cursor | None) -> int | None:
        if cursor is None:
            return None
        try:
            return int(json.loads(cursor)["time_us"])
        except (KeyError, TypeError, ValueError):
            if cursor != self._told:
                raise self._lost(cursor, "The saved place cannot be read.") from None
            return None

    def _look_for_hole(self, place: int | None, first: int, cursor: Cursor | None) -> None:
        """Raise once where the first event is long after the place: a server that kept it begins before it."""
        if place is not None and first > place + _HOLE_US and cursor != self._told:
            start, end = (f"{datetime.fromtimestamp(at / _SECOND, UTC):%Y-%m-%d %H:%M}" for at in (place, first))
            raise self._lost(cursor, f"It was read up to {start} UTC, and Jetstream now begins at {end} UTC.")

    def _lost(self, cursor: Cursor | None, why: str) -> CursorTooOldError:
        """Make the error that is raised once for a cursor."""
        self._told = cursor
        return CursorTooOldError(
            f"{TITLE}'s Jetstream cannot be read from there on, so that posts of the stream {self._stream.name} may be "
            f"missed. {why} Nothing needs to be done: the next poll goes on with what there is.",
            platform=self._stream.platform,
        )


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * _SECOND)
