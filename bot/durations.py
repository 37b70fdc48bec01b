"""Durations as people type them: 30m, 2h, 1d, 1w."""

import re
from datetime import timedelta

from domain.errors import InputError

DURATIONS = "30m, 2h, 1d or 1w"

_DURATION = re.compile(r"(\d{1,4})\s?(m|min|h|d|w)", re.IGNORECASE)
_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def read_duration(text: str) -> timedelta | None:
    """Read a duration, or None where the text is none.

    Raises:
        InputError: it is no time at all.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    duration = int(found[1]) * _UNITS[found[2].lower()]
    if not duration:
        raise InputError(f"{text} is no time at all. Write a duration as in {DURATIONS}.")
    return duration
