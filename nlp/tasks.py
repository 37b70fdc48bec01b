"""The tasks that a model answers and the labels of each, in the order of the model's outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING

# The coarse reading of switching intent that evaluations also report.
DIRECTIONS = {
    "none": "none",
    "considering_leaving": "leave",
    "leaving": "leave",
    "considering_joining": "join",
    "joining": "join",
}


def _themselves(*labels: str) -> Mapping[str, str]:
    return MappingProxyType({label: label for label in labels})


@dataclass(frozen=True, slots=True)
class Task:
    """One question about a text seen from a brand. `quiet` is the label that calls nobody.

    `kinds` maps labels to what an alert makes of them: taking one label for another of its kind does little harm.
    `spellings` are other names that labelled files give to a label.
    """

    name: str
    labels: tuple[str, ...]
    quiet: str
    kinds: Mapping[str, str]
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    names_rival: bool = False


TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(
            SENTIMENT,
            ("negative", "neutral", "positive"),
            quiet="neutral",
            kinds=_themselves("negative", "neutral", "positive"),
            spellings=MappingProxyType({"-1": "negative", "0": "neutral", "1": "positive"}),
        ),
        Task(
            SWITCHING,
            ("none", "considering_leaving", "leaving", "considering_joining", "joining"),
            quiet="none",
            kinds=MappingProxyType(DIRECTIONS),
            names_rival=True,
        ),
        Task(
            RELEVANCE,
            ("about", "not_about", "spam", "rival_offer"),
            quiet="about",
            kinds=_themselves("about", "not_about", "spam", "rival_offer"),
            spellings=MappingProxyType({"relevant": "about", "irrelevant": "not_about", "ad": "spam"}),
        ),
        Task(
            COMPLAINT,
            ("none", "complaint"),
            quiet="none",
            kinds=_themselves("none", "complaint"),
            spellings=MappingProxyType(
                {"0": "none", "no": "none", "false": "none", "1": "complaint", "yes": "complaint", "true": "complaint"}
            ),
        ),
    )
}
