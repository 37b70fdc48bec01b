"""Why a post was alerted or not: what happened to it, in order."""

from dataclasses import dataclass
from datetime import datetime

from domain.case import Case, SeenMention


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened, in words that may quote the post. `at` is None for what has no moment of its own.

    `by` is the Slack user id of the person who did it; None for Earshot.
    """

    at: datetime | None
    words: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to one post as seen for one brand. `case` is its own, or the one whose copy it is."""

    seen: SeenMention
    lines: tuple[StoryLine, ...]
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a stored post came: by which stream (None: from a file), when, and which hourly line lists it."""

    stream: str | None
    seen_at: datetime
    batched_in: str | None
