"""What a person wants to be told of directly, and when."""

from dataclasses import dataclass
from enum import StrEnum


class DirectKind(StrEnum):
    """What Earshot may tell one person directly."""

    ASSIGNED = "assigned"  # somebody made a case hers
    AWAKE = "awake"  # a case of hers has come back from its rest
    DUE_SOON = "due_soon"  # a case of hers must be answered soon
    SENT_BACK = "sent_back"  # somebody wants a reply of hers changed


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choice; the default is to be told of everything at once.

    With `open_hours_only` a message waits for the brand's next business hours.
    """

    off: frozenset[DirectKind] = frozenset()
    open_hours_only: bool = False
