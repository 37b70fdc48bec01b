"""How much of a period the sources were read of, by their gaps; quiet is not broken."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from domain.gap import Gap, GapState, Hearing, Listening

_MINUTE = timedelta(minutes=1)
Span = tuple[datetime, datetime]


def hearing_by_source(
    listening: Sequence[Listening], gaps: Sequence[Gap], *, start: datetime, end: datetime
) -> dict[str, Hearing]:
    """Return for each source the whole minutes of [start, end) that it was listened to, and read.

    Minutes of gaps that are open or lost were not read; those of a gap that was filled were, only later.
    """
    found = {}
    for each in listening:
        first, last = max(start, each.since), min(end, each.until)
        if first >= last:
            continue
        own = [g for g in gaps if g.stream == each.stream and g.state is not GapState.FILLED]
        missed = sum((b - a for a, b in spans(own, start=first, end=last)), timedelta())
        found[each.stream] = Hearing((last - first - missed) // _MINUTE, (last - first) // _MINUTE)
    return found


def hearing(listening: Sequence[Listening], gaps: Sequence[Gap], *, start: datetime, end: datetime) -> Hearing:
    """Sum the same up over all sources."""
    return sum(hearing_by_source(listening, gaps, start=start, end=end).values(), Hearing())


def spans(gaps: Iterable[Gap], *, start: datetime, end: datetime) -> list[Span]:
    """Return the parts of [start, end) that these gaps cover, in order and apart; one that goes on covers the rest."""
    covered: list[Span] = []
    for gap in sorted(gaps, key=lambda g: g.since):
        first, last = max(start, gap.since), min(end, gap.until or end)
        if covered and first <= covered[-1][1]:
            first = covered[-1][0]
            last = max(last, covered[-1][1])
            covered.pop()
        if first < last:
            covered.append((first, last))
    return covered
