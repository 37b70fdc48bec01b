"""Whether a source is silent where it never is, by what it brought in the same hours of the weeks before."""

from collections.abc import Sequence
from typing import Final

WEEKS: Final = 8
"""So many weeks are looked back at ..."""

FEWEST_WEEKS: Final = 4
"""... and so many are needed to say anything."""

EXPECTED: Final = 30.0
"""A silence is unusual once it has lasted through hours that brought so many posts in the mean of those weeks ..."""

LEAST: Final = 5
"""... and so many in each of them: what was quiet once may be quiet again."""

FEWEST_HOURS: Final = 3
"""A shorter silence is none: one hour may be empty by chance where posts come in clusters."""

HORIZON_HOURS: Final = 48
"""A silence is compared over so many hours at most: a week-long one is told long before."""


def is_unusual(hours: int, counts: Sequence[int]) -> bool:
    """Tell whether it is unusual to hear nothing for `hours` that brought so many posts in each of the weeks before.

    The rule fits no distribution: for posts that come at random, the mean alone leaves a chance of e^-30; the least of
    the weeks and the three hours hold where they come in clusters. tests/crm/test_silence.py counts its false alarms.
    """
    if hours < FEWEST_HOURS or len(counts) < FEWEST_WEEKS:
        return False
    return sum(counts) / len(counts) >= EXPECTED and min(counts) >= LEAST
