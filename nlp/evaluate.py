"""Measures classifiers on labelled readings, the model beside keyword rules and VADER, as dicts of figures."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from domain.errors import InputError
from domain.prediction import SWITCHING, Prediction, Predictions
from domain.seams import Classify
from nlp import baselines, labelled, metrics
from nlp.labelled import GROUPS, Labelled
from nlp.metrics import Counts
from nlp.tasks import DIRECTIONS, TASKS

MODEL = "model"
CHUNK = 512
DIRECTION_LABELS = ("leave", "join", "none")
_HEADLINES = {
    "accuracy": metrics.share_right,
    "macro_recall": metrics.mean_recall,
    "macro_f1": metrics.mean_f1,
}
_FOLDS = 5
_MIN_GROUP = 30  # figures of fewer rows say nothing
_MIN_OF = {"phenomenon": 5}  # rows that were written to show one thing


def evaluate_file(data: Path, *, classify: Classify, task: str | None = None) -> dict[str, dict[str, Any]]:
    """Measure `classify` and the baselines on a labelled file; return the figures by task.

    What is left out of the file is named on stderr, and so is a task that the model does not answer.

    Raises:
        WrongUse, InputError: see `nlp.labelled.read`; also where the model does not answer the one `task` asked for.
    """
    file = labelled.read(data, task=task)
    figures = evaluate(file.rows, contenders(classify))
    unanswered = [name for name, found in figures.items() if MODEL not in found["classifiers"]]
    if task in unanswered:
        raise InputError(f"The model does not answer the task {task}; name another with --model.")
    if unanswered:
        Console(stderr=True).print(
            f"The model does not answer {', '.join(unanswered)}: baselines only.", soft_wrap=True
        )
    counts = {"bad_lines": file.bad_lines, "unlabelled": file.unlabelled}
    return {
        name: {"data": data.name, **found, **{count: of[name] for count, of in counts.items()}}
        for name, found in figures.items()
    }


def contenders(classify: Classify) -> dict[str, Classify]:
    """Return what is measured side by side: the model first, then what it must beat."""
    vader = baselines.vader()
    return {
        MODEL: classify,
        baselines.KEYWORDS: baselines.keywords,
        **({baselines.VADER: vader} if vader is not None else {}),
    }


def evaluate(rows: Sequence[Labelled], classifiers: Mapping[str, Classify]) -> dict[str, dict[str, Any]]:
    """Return, for each task that rows have labels of, the figures of each classifier that answers it."""
    answers = {name: _answers(rows, classify, name=name) for name, classify in classifiers.items()}
    found: dict[str, dict[str, Any]] = {}
    for task in TASKS:
        chosen = [i for i, row in enumerate(rows) if task in row.labels]
        if chosen:
            found[task] = {"task": task, "rows": len(chosen), "classifiers": {}}
            for name, given in answers.items():
                predictions = [p for i in chosen if (p := given[i].of(task)) is not None]
                if len(predictions) == len(chosen):
                    found[task]["classifiers"][name] = _figures([rows[i] for i in chosen], predictions, task=task)
    return found


def _answers(rows: Sequence[Labelled], classify: Classify, *, name: str) -> list[Predictions]:
    console = Console(stderr=True)
    starts = range(0, len(rows), CHUNK)
    shown = track(starts, description=name, console=console, transient=True, disable=not console.is_terminal)
    return [answer for start in shown for answer in classify([row.reading for row in rows[start : start + CHUNK]])]


def _figures(rows: Sequence[Labelled], predictions: Sequence[Prediction], *, task: str) -> dict[str, Any]:
    labels = TASKS[task].labels
    truth = np.array([row.labels[task] for row in rows], dtype=np.str_)
    guess = np.array([p.label for p in predictions], dtype=np.str_)
    confidence = np.array([p.score for p in predictions])
    unsure = np.array([p.unsure for p in predictions])
    correct = truth == guess
    figures = {
        "model": predictions[0].model,
        **_summary(truth, guess, labels),
        "unsure": float(unsure.mean()),
        "sure_accuracy": float(correct[~unsure].mean()) if (~unsure).any() else None,
        "coverage": metrics.coverage(confidence, correct),
    }
    if all(len(p.probabilities) == len(labels) for p in predictions):
        figures |= _calibration(predictions, truth, confidence, labels)
    if task == SWITCHING:
        figures["directions"] = _summary(*_directions(truth, guess), DIRECTION_LABELS)
        for direction in ("leave", "join"):
            figures["directions"] |= _of_direction(truth, guess, direction)
        figures |= _rival(rows, truth, predictions)
    return figures | {"groups": _groups(rows, truth, guess, unsure, task=task)}


def _summary(truth: metrics.Labels, guess: metrics.Labels, labels: Sequence[str]) -> dict[str, Any]:
    counts = metrics.confusion(truth, guess, labels)
    return {
        "rows": len(truth),
        **{name: float(figure(counts)) for name, figure in _HEADLINES.items()},
        **{f"{name}_interval": metrics.interval(figure, counts) for name, figure in _HEADLINES.items()},
        "per_class": {label: asdict(figures) for label, figures in metrics.per_class(counts, labels).items()},
        "confusion": {"labels": list(labels), "counts": counts.tolist()},
    }


def _directions(truth: metrics.Labels, guess: metrics.Labels) -> tuple[metrics.Labels, metrics.Labels]:
    """Return both as leave, join and none."""
    return metrics.mapped(truth, DIRECTIONS), metrics.mapped(guess, DIRECTIONS)


def _of_direction(truth: metrics.Labels, guess: metrics.Labels, direction: str) -> dict[str, Any]:
    counts = metrics.confusion(*_directions(truth, guess), DIRECTION_LABELS)

    def f1(counts: Counts) -> metrics.Figures:
        return np.asarray(metrics.f1s(counts)[..., DIRECTION_LABELS.index(direction)])

    return {f"{direction}_f1": float(f1(counts)), f"{direction}_f1_interval": metrics.interval(f1, counts)}


def _calibration(
    predictions: Sequence[Prediction], truth: metrics.Labels, confidence: metrics.Probabilities, labels: Sequence[str]
) -> dict[str, Any]:
    """Return the calibration as served, and when temperature is fitted on the other four fifths of these rows."""
    index = np.array([labels.index(label) for label in truth], dtype=np.intp)
    logits = np.log(np.array([[p.probabilities[label] for label in labels] for p in predictions]) + 1e-9)
    correct = np.array([p.label for p in predictions]) == truth
    refitted = None
    if len(index) >= _FOLDS:
        tempered = metrics.cross_fitted(logits, index, folds=_FOLDS)
        refitted = metrics.expected_calibration_error(tempered.max(axis=1), tempered.argmax(axis=1) == index)
    return {
        "ece": metrics.expected_calibration_error(confidence, correct),
        "ece_cross_fitted": refitted,
        "reliability": [asdict(each) for each in metrics.bins(confidence, correct)],
    }


def _rival(rows: Sequence[Labelled], truth: metrics.Labels, predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Return how often the right rival is named, where somebody moves and the rows say which rival is right."""
    quiet = TASKS[SWITCHING].quiet
    right = [
        (prediction.rival or "").casefold() == row.rival.casefold()
        for row, label, prediction in zip(rows, truth, predictions, strict=True)
        if row.rival is not None and label != quiet
    ]
    return {"rival": {"rows": len(right), "accuracy": float(np.mean(right))}} if right else {}


def _groups(
    rows: Sequence[Labelled], truth: metrics.Labels, guess: metrics.Labels, unsure: Any, *, task: str
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in GROUPS:
        values = np.array([row.groups.get(name, "") for row in rows], dtype=np.str_)
        for value, size in zip(*np.unique(values, return_counts=True), strict=True):
            if value and size >= _MIN_OF.get(name, _MIN_GROUP):
                inside = values == value
                found.setdefault(name, {})[str(value)] = {
                    **_group(truth[inside], guess[inside], task=task),
                    "unsure": float(unsure[inside].mean()),
                }
    return found


def _group(truth: metrics.Labels, guess: metrics.Labels, *, task: str) -> dict[str, Any]:
    counts = metrics.confusion(truth, guess, TASKS[task].labels)
    figures: dict[str, Any] = {"rows": len(truth)}
    figures |= {name: float(figure(counts)) for name, figure in _HEADLINES.items()}
    if task == SWITCHING:
        coarse = metrics.confusion(*_directions(truth, guess), DIRECTION_LABELS)
        present = coarse.sum(axis=1) > 0
        f1s = dict(zip(DIRECTION_LABELS, metrics.f1s(coarse).tolist(), strict=True))
        figures["directions"] = {
            "accuracy": float(metrics.share_right(coarse)),
            "macro_f1": float(metrics.mean_f1(coarse)),
            # Without such a post there is nothing to find: 0 would look like a failure.
            **{f"{d}_f1": f1s[d] if present[i] else None for i, d in enumerate(DIRECTION_LABELS)},
        }
    return figures
