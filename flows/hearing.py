"""Keeping the ledger of gaps, in the transaction of a poll: what was not read, why, and what later polls brought."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from crm.hearing import hearing, hearing_by_source
from crm.silence import WEEKS
from domain.brand import Stream
from domain.errors import CursorTooOldError
from domain.gap import Gap, GapReason, GapState, Hearing
from flows.house import House
from storage import gaps, hours, streams
from storage.database import Tx

log = structlog.get_logger(__name__)

LATE_POLLS: Final = 3
"""A stream that was not polled for so many of its periods ..."""

LATE: Final = timedelta(minutes=2)
"""... and for so long was not listened to: Earshot was stopped, or held up."""

KEPT: Final = timedelta(days=30)
"""Gaps that were filled stay so long, for whoever wants to know why something was late."""


def note_missed(tx: Tx, stream: Stream, reason: GapReason, *, now: datetime) -> None:
    """Note that a poll did not read the stream: from the last reading on, until a poll succeeds."""
    times = streams.tried(tx, stream.name, brand=stream.brand, at=now)
    ongoing = _ongoing(gaps.unfilled(tx, stream.name))
    if ongoing is not None and ongoing.reason is reason:
        return
    since = times.read_at or times.listened_from or now
    if ongoing is not None:
        _end(tx, ongoing, now, GapState.OPEN)
        since = now
    elif _was_down(stream, since, now):
        gaps.begin(tx, _gap(stream, since, now, GapReason.DOWN))
        since = now
    gaps.begin(tx, _gap(stream, since, None, reason))


def note_read(tx: Tx, stream: Stream, *, capped: bool, now: datetime) -> None:
    """Note that a poll read the stream up to now; where it was `capped`, more is waiting and nothing is filled yet."""
    times = streams.tried(tx, stream.name, brand=stream.brand, at=now)
    unfilled = gaps.unfilled(tx, stream.name)
    if times.read_at is not None and _ongoing(unfilled) is None:
        down = _was_down(stream, times.read_at, now)
        if down or (capped and not unfilled):
            gaps.begin(tx, _gap(stream, times.read_at, now, GapReason.DOWN if down else GapReason.BEHIND))
            unfilled = gaps.unfilled(tx, stream.name)
    for gap in unfilled:
        grows = capped and gap.reason is GapReason.BEHIND
        until = now if grows or gap.until is None else gap.until
        _end(tx, gap, until, GapState.OPEN if capped else GapState.FILLED)
    if unfilled and not capped:
        log.info("gap_filled", stream=stream.name, since=str(unfilled[0].since))


def note_lost(tx: Tx, stream: Stream, error: CursorTooOldError, *, now: datetime) -> Gap | None:
    """Note what the platform serves no more; return the gap where it is news, and a minute of it is lost at least.

    What is not known of its bounds is taken as the last reading, and as now: rather too much than too little.
    """
    times = streams.tried(tx, stream.name, brand=stream.brand, at=now)
    since, until = error.since or times.read_at or now, error.until or now
    gap = _gap(stream, since, until, GapReason.OUT_OF_REACH, GapState.LOST)
    return gap if since < until and gaps.lose(tx, gap) else None


def hearing_of(tx: Tx, *, brand: str, start: datetime, end: datetime) -> Hearing:
    """Return how much of [start, end) the brand's sources were read of, as far as is known now."""
    return hearing(
        streams.listening(tx, brand=brand),
        gaps.between(tx, brand=brand, start=start, end=end),
        start=start,
        end=end,
    )


def missed_of(tx: Tx, *, brand: str | None, start: datetime, end: datetime) -> list[Gap]:
    """Return what was not read of [start, end), of one brand or of all, cut at these bounds.

    Of a span that is inside another one of its stream only that one is told, and what is lost before what is open.
    """
    found: list[Gap] = []
    missed = gaps.between(tx, brand=brand, start=start, end=end)
    last = {each.stream: each.until for each in streams.listening(tx, brand=brand)}  # of a stream that is gone, too
    for gap in sorted(missed, key=lambda each: each.state is GapState.OPEN):
        until = min(gap.until or last.get(gap.stream, end), end)
        cut = replace(gap, since=max(gap.since, start), until=until)
        if cut.since < until and not any(_covers(other, cut) for other in found):
            found.append(cut)
    return sorted(found, key=lambda each: (each.since, each.stream))


def sources_of(tx: Tx, brand: str, start: datetime, end: datetime) -> list[tuple[str, Hearing, list[GapReason]]]:
    """Return of each source what was read of [start, end), and why the rest was not; the worst heard first."""
    missed = gaps.between(tx, brand=brand, start=start, end=end)
    found = hearing_by_source(streams.listening(tx, brand=brand), missed, start=start, end=end)
    reasons = {name: sorted({gap.reason for gap in missed if gap.stream == name}) for name in found}
    return sorted(
        ((n, h, reasons[n]) for n, h in found.items()), key=lambda each: (each[1].read - each[1].listened, each[0])
    )


def _covers(gap: Gap, other: Gap) -> bool:
    inside = gap.until and other.until and gap.since <= other.since and other.until <= gap.until
    return gap.stream == other.stream and bool(inside)


def forget_old(*, house: House) -> None:
    """Drop what no figure needs any more: gaps that were filled long ago, and hours that no week is compared with."""
    now = house.clock()
    with house.database.write() as tx:
        gaps.purge(tx, before=now - KEPT)
        hours.purge(tx, before=now - timedelta(weeks=WEEKS + 1))


def _was_down(stream: Stream, since: datetime, now: datetime) -> bool:
    return now - since > max(LATE, LATE_POLLS * timedelta(seconds=stream.poll_seconds))


def _gap(
    stream: Stream, since: datetime, until: datetime | None, reason: GapReason, state: GapState = GapState.OPEN
) -> Gap:
    return Gap(stream.name, stream.brand, since, until, reason, state)


def _ongoing(unfilled: Sequence[Gap]) -> Gap | None:
    return next((gap for gap in unfilled if gap.until is None), None)


def _end(tx: Tx, gap: Gap, until: datetime, state: GapState) -> None:
    if gap.number is not None and (gap.until, gap.state) != (until, state):
        gaps.change(tx, gap.number, until=until, state=state)
