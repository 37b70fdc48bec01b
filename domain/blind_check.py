"""The weekly blind check: a few stored posts that people judge without knowing what the model said of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from domain.case import CaseKind
from domain.mention import Mention, MentionId
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING

QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        RELEVANCE: ("about", "not_about", "spam", "rival_offer"),
        SENTIMENT: ("negative", "neutral", "positive"),
        SWITCHING: ("none", "considering_leaving", "leaving", "considering_joining", "joining"),
    }
)
"""What people are asked of a post, in this order: the task, and the labels to choose from."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that may be drawn; `called` where the model said complaint or switching of it, sure or not."""

    mention_id: MentionId
    called: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A post that was drawn, and the probability with which it was."""

    mention_id: MentionId
    called: bool
    probability: float


@dataclass(frozen=True, slots=True)
class BlindCheck:
    """One brand's check of one week, for the channel. `week` is its Monday; what was erased unjudged is not counted."""

    id: str
    brand: str
    week: date
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class BlindPost:
    """What one person is asked next: `task` of a post. There is no room here for anything that a model said."""

    item: int
    brand: str
    mention: Mention
    task: str
    answers: Mapping[str, str]
    place: int
    total: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class BlindRest:
    """Nothing is left for this person; `waiting` posts are held by others, or were skipped by her."""

    brand: str
    done: int
    waiting: int
    note: str = ""


BlindStep = BlindPost | BlindRest


@dataclass(frozen=True, slots=True)
class BlindItem:
    """A drawn post without its content: what the model said of it then, and what a person did.

    `counted` is False for what waited for a person's eye: no figure counts such a post by its label. `kind` is that of
    the case that came of it. `answers` is empty as long as nobody has judged the post to the end.
    """

    check_id: str
    called: bool
    probability: float
    counted: bool
    kind: CaseKind | None
    said: Mapping[str, str]
    answers: Mapping[str, str]
