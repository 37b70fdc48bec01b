"""What a source was not read of: spans of time, why, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GapReason(StrEnum):
    """Why a stream was not read for a while."""

    FAILING = "failing"  # the platform refused, or was not reached
    CAP = "cap"  # the daily cap was reached
    DOWN = "down"  # nothing polled: Earshot was stopped, or held up
    BEHIND = "behind"  # more was waiting than one poll reads
    OUT_OF_REACH = "out_of_reach"  # the platform serves nothing so old


class GapState(StrEnum):
    """What became of a gap."""

    OPEN = "open"  # the next polls may still bring what is missing
    FILLED = "filled"  # they did
    LOST = "lost"  # they cannot


@dataclass(frozen=True, slots=True)
class Gap:
    """The span [since, until) that a stream was not read of; `until` is None while it goes on."""

    stream: str
    brand: str
    since: datetime
    until: datetime | None
    reason: GapReason
    state: GapState = GapState.OPEN
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Listening:
    """When a stream was listened to: from its first poll up to its last one, whether they succeeded or not."""

    stream: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Hearing:
    """Of how many minutes that sources were listened to so many were read, summed over the sources."""

    read: int = 0
    listened: int = 0

    def __add__(self, other: "Hearing") -> "Hearing":
        """Add up two periods or sources."""
        return Hearing(self.read + other.read, self.listened + other.listened)
