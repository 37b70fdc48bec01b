"""What a model says about a text seen from one brand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SENTIMENT = "sentiment"
SWITCHING = "switching"
RELEVANCE = "relevance"
COMPLAINT = "complaint"


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
    them; empty: no single words stand out.
    """

    task: str
    label: str
    score: float
    unsure: bool
    model: str
    rival: str | None = None
    probabilities: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    reasons: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Predictions:
    """All that a model says about one reading."""

    items: tuple[Prediction, ...]
    language: str | None = None
    language_supported: bool = True

    def of(self, task: str) -> Prediction | None:
        """Return the prediction of `task`, or None where the model has no such head."""
        return next((p for p in self.items if p.task == task), None)
