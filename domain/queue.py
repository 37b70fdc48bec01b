"""Which of the open cases somebody wants to see."""

from dataclasses import dataclass

from domain.case import CaseKind


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """None means whichever; `owner` is a Slack user id."""

    brand: str | None = None
    owner: str | None = None
    kind: CaseKind | None = None
    platform: str | None = None


EVERYTHING = QueueFilter()
