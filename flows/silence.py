"""Telling the operators of a source that is read without an error and brings nothing, where it always did."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm.silence import FEWEST_WEEKS, HORIZON_HOURS, WEEKS, is_unusual
from domain.brand import SourceKind, Stream
from domain.incident import IncidentKind
from flows.house import House
from flows.incidents import note_well, note_wrong
from storage import gaps, hours, streams
from storage.database import Tx

_HOUR = timedelta(hours=1)


def watch_silence(*, listening: Sequence[Stream], house: House) -> int:
    """Look at every source that is read and has nothing to catch up with; return how many are silent unusually.

    What our own accounts write is no measure: people sleep and go on holiday.
    """
    silent = 0
    for stream in listening:
        if stream.kind is SourceKind.OWN_POSTS:
            continue
        with house.database.write() as tx:
            since = _silent_since(tx, stream, house)
            if since is None:
                note_well(tx, stream, IncidentKind.SILENT, house=house)
            else:
                silent += 1
                reason = f"{since} h of silence, in hours that always brought posts. Compare with the platform itself."
                note_wrong(tx, stream, IncidentKind.SILENT, reason, at_once=True, house=house)
    return silent


def usual_now(tx: Tx, stream: Stream, *, house: House) -> float | None:
    """Return how many posts the stream brings in the present hour of the week; None where too little is known."""
    start = hours.hour_of(house.clock())
    counts = _counts(tx, stream, start, start + _HOUR, house)
    return sum(counts) / len(counts) if len(counts) >= FEWEST_WEEKS else None


def _silent_since(tx: Tx, stream: Stream, house: House) -> int | None:
    """Return for how many whole hours a stream has been silent where that is unusual, None where it is not."""
    now = hours.hour_of(house.clock())
    last = hours.last(tx, stream.name)
    if last is None or last >= now or gaps.unfilled(tx, stream.name):
        return None
    start = max(last + _HOUR, now - HORIZON_HOURS * _HOUR)
    silent = (now - last) // _HOUR - 1
    return silent if is_unusual(silent, _counts(tx, stream, start, now, house)) else None


def _counts(tx: Tx, stream: Stream, start: datetime, end: datetime, house: House) -> list[int]:
    """Count what [start, end) brought in each of the weeks before, as far back as the stream was listened to."""
    own = {each.stream: each.since for each in streams.listening(tx, brand=stream.brand)}
    heard_from = own.get(stream.name)
    if heard_from is None or start >= end:
        return []
    zone = house.brand(stream.brand).time_zone
    found = []
    for first, last in _weeks_before(start, end, zone):
        if first < heard_from:
            break
        found.append(sum(hours.between(tx, stream.name, start=first, end=last).values()))
    return found


def _weeks_before(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the same hours of the week by the brand's clocks, the last week first."""
    local = start.astimezone(zone)
    for back in range(1, WEEKS + 1):
        first = (local - timedelta(weeks=back)).astimezone(start.tzinfo)
        yield first, first + (end - start)
