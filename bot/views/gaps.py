"""What was not read, in sentences without any markup: escape the streams' names where they are shown."""

from collections.abc import Sequence
from datetime import timedelta

from bot.views.elements import count
from bot.views.kpi import duration_words
from domain.gap import Gap, GapReason, GapState

_WHY = {
    GapReason.FAILING: "it could not be read",
    GapReason.CAP: "the daily cap was reached",
    GapReason.DOWN: "Earshot did not run",
    GapReason.BEHIND: "more came than could be read",
    GapReason.OUT_OF_REACH: "the platform serves nothing so old",
}
_SHOWN = 3


def gap_words(gap: Gap) -> str:
    """Say how long, why, and whether there is hope."""
    seconds = (gap.until - gap.since).total_seconds() if gap.until else 0.0
    hope = "lost" if gap.state is GapState.LOST else "may still be read"
    return f"{duration_words(seconds)}, {_WHY[gap.reason]}: {hope}"


def gaps_sentence(gaps: Sequence[Gap]) -> str:
    """Say on one line what was not read, the longest first; empty where there is nothing to say."""
    if not gaps:
        return ""
    longest = sorted(gaps, key=lambda gap: gap.since - (gap.until or gap.since))
    told = [f"{gap.stream} ({gap_words(gap)})" for gap in longest[:_SHOWN]]
    more = [f"and {count(len(longest) - _SHOWN, 'gap')} more"] if len(longest) > _SHOWN else []
    return f"Not everything was heard, so the figures may be too low: {'; '.join([*told, *more])}"


def longer_than_a_minute(gaps: Sequence[Gap]) -> list[Gap]:
    """Leave out what nobody would notice."""
    return [gap for gap in gaps if gap.until is None or gap.until - gap.since >= timedelta(minutes=1)]
