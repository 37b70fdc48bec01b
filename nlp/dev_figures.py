"""Measures a model on what its card reports: the labelled text kept from training, and the challenge set."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING
from domain.seams import Classify
from nlp import examples, labelled
from nlp.evaluate import contenders, evaluate
from nlp.examples import Example
from nlp.labelled import Labelled

_FOREIGN_STEP = 7  # some 300 tweets of each language say enough
CHALLENGE = Path(__file__).parent / "challenge.jsonl"


def measure(data: Path, *, classify: Classify, challenge: Path = CHALLENGE) -> dict[str, dict[str, Any]]:
    """Return the figures of each set by task, from the folder `data` of labelled text.

    Raises:
        InputError: a file is missing or has no usable row.
    """
    sets = {
        "tweets": labelled.read(data / "sentiment_dev.jsonl", task=SENTIMENT).rows,
        "airline tweets": labelled.read(data / "airline_sentiment.jsonl", task=SENTIMENT).rows,
        "other languages": _foreign(labelled.read(data / "sentiment_multilingual.jsonl", task=SENTIMENT).rows),
        "posts": _non_commercial(labelled.read(data / "switching_train.jsonl", task=SWITCHING).rows),
        "held-out posts": _held_out(data),
        "challenge": labelled.read(challenge).rows,
    }
    classifiers = contenders(classify)
    return {name: evaluate(rows, classifiers) for name, rows in sets.items() if rows}


def of_example(example: Example) -> Labelled:
    """Return an example of the training code as a labelled reading."""
    groups = {"source": example.source, "industry": example.group}
    return Labelled(example.reading, example.labels, {name: value for name, value in groups.items() if value})


def _non_commercial(rows: Sequence[Labelled]) -> list[Labelled]:
    """Return the rows whose terms keep them out of training."""
    return [row for row in rows if row.groups.get("source", "").startswith(examples.NON_COMMERCIAL)]


def _foreign(rows: Sequence[Labelled]) -> list[Labelled]:
    """Return a sample of what is not English; English tweets of that file may stand in the training text."""
    return [row for row in rows if row.groups.get("language") != "english"][::_FOREIGN_STEP]


def _held_out(data: Path) -> list[Labelled]:
    """Return what is kept from training of the text labelled for relevance and complaint."""
    rows = [of_example(example) for example in examples.development(data)]
    kept = [row for row in rows if {RELEVANCE, COMPLAINT} & row.labels.keys()]
    ours = [row for row in kept if not row.groups.get("source", "").startswith(examples.NON_COMMERCIAL)]
    return [replace(row, groups={k: v for k, v in row.groups.items() if k == "source"}) for row in ours]
