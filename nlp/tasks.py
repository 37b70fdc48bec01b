"""The tasks that a model answers and the labels of each, in the order of the model's outputs."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.prediction import SENTIMENT, SWITCHING

# The coarse reading of switching intent that evaluations also report.
DIRECTIONS = {
    "none": "none",
    "considering_leaving": "leave",
    "leaving": "leave",
    "considering_joining": "join",
    "joining": "join",
}
_THEMSELVES = {label: label for label in ("negative", "neutral", "positive")}


@dataclass(frozen=True, slots=True)
class Task:
    """One question about a text seen from a brand. `quiet` is the label that calls nobody.

    `kinds` maps labels to what an alert makes of them: taking one label for another of its kind does little harm.
    """

    name: str
    labels: tuple[str, ...]
    quiet: str
    kinds: Mapping[str, str]
    names_rival: bool = False


TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(SENTIMENT, ("negative", "neutral", "positive"), quiet="neutral", kinds=_THEMSELVES),
        Task(
            SWITCHING,
            ("none", "considering_leaving", "leaving", "considering_joining", "joining"),
            quiet="none",
            kinds=DIRECTIONS,
            names_rival=True,
        ),
    )
}
