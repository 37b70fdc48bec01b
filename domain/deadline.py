"""What people are told of answers that are due: a warning before, an escalation after, and an alarm over silence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.case import CaseFile


class DeadlineKind(StrEnum):
    """Why people are told."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    SILENCE = "silence"  # complaints wait, and nobody does anything


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """When people are told, in the brand's business time.

    The owner, or where there is none the channel, hears of a case `warn_before` it is due. The alarm over silence
    comes when complaints have waited for `silence` and nobody has done anything for as long.
    """

    warn_before: timedelta = timedelta(minutes=30)
    silence: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class DeadlineNotice:
    """One message about `total` cases of a brand, `shown` the first of them by due time.

    `person` is the Slack user whom it is for, None for a channel; `since` is when the oldest was posted.
    """

    kind: DeadlineKind
    brand: str
    person: str | None
    total: int
    since: datetime | None
    shown: tuple[CaseFile, ...]
