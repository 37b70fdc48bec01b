"""What a model says about a text seen from one brand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SENTIMENT = "sentiment"
SWITCHING = "switching"
RELEVANCE = "relevance"
COMPLAINT = "complaint"

CORRECTABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        SENTIMENT: ("negative", "neutral", "positive"),
        SWITCHING: ("none", "considering_leaving", "leaving", "considering_joining", "joining"),
    }
)
"""The tasks whose label a person may set on a card, and the labels to choose from. "Not us" sets that of RELEVANCE."""

NOT_ABOUT = "not_about"
ABOUT = "about"
"""What a person says of RELEVANCE by "Not us", and by reopening such a case."""


@dataclass(frozen=True, slots=True)
class BrandName:
    """How a brand or rival is called: its name, aliases and account handles, in any case."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One text to be classified, seen from one brand (None: whoever the text is about)."""

    text: str
    brand: BrandName | None = None
    rivals: tuple[BrandName, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """The most probable label of one task. `score` is its calibrated probability; `unsure` sends it to people.

    `reasons` quotes the words that moved it: the author's words, which go when the post goes. None: nobody asked for
    them; empty: no single words stand out. `by` is the Slack user id of the person whose word stands here instead of
    the model's: that is certain.
    """

    task: str
    label: str
    score: float
    unsure: bool
    model: str
    rival: str | None = None
    probabilities: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    reasons: tuple[str, ...] | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Predictions:
    """All that a model says about one reading."""

    items: tuple[Prediction, ...]
    language: str | None = None
    language_supported: bool = True

    def of(self, task: str) -> Prediction | None:
        """Return the prediction of `task`, or None where the model has no such head."""
        return next((p for p in self.items if p.task == task), None)
