"""The one place that reads the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def system_clock() -> datetime:
    """Return the machine's time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  # this is the clock


def iso(moment: datetime) -> str:
    """Write an aware moment as ISO 8601 in UTC with whole microseconds, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
