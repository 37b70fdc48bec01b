"""Measures classifiers on labelled files: the model, our keyword rules and VADER side by side, as one dict."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from domain.errors import InputError, WrongUse
from domain.prediction import SENTIMENT, SWITCHING, Prediction
from domain.seams import Classify
from nlp import baselines, files, metrics
from nlp.files import BadLine, Row
from nlp.tasks import DIRECTIONS, TASKS

CHUNK = 512
_DIRECTION_LABELS = ("leave", "join", "none")
# Columns by which figures are also given apart, where the file has them.
_GROUPS = ("brand", "domain", "industry", "lang", "source")
_MIN_GROUP = 30  # figures of fewer rows say nothing


@dataclass(frozen=True, slots=True)
class Labelled:
    """The usable rows of a labelled file, and how many lines were left out."""

    rows: list[Row]
    labels: metrics.Labels
    bad: int


def evaluate_file(data: Path, *, task: str, classify: Classify, json_out: Path | None = None) -> dict[str, Any]:
    """Measure `classify` and the baselines on a CSV or JSON-lines file with `text`, `label`, optional brand and rivals.

    Prints a table to stdout and writes all figures to `json_out`; bad lines go to stderr by number.

    Raises:
        WrongUse: the task is unknown.
        InputError: the file cannot be read or has no usable row, or the figures cannot be written.
    """
    labelled = read_labelled(data, task=task)
    contenders: dict[str, Classify] = {"model": classify, "keywords": baselines.keywords}
    vader = baselines.vader()
    if task == SENTIMENT and vader is not None:
        contenders["vader"] = vader
    figures = {
        "data": data.name,
        "task": task,
        "rows": len(labelled.rows),
        "bad_lines": labelled.bad,
        "classifiers": {name: _figures(labelled, task=task, classify=each) for name, each in contenders.items()},
    }
    if json_out is not None:
        _write(json_out, json.dumps(figures, indent=2) + "\n")
    print_figures(figures)
    return figures


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def read_labelled(data: Path, *, task: str) -> Labelled:
    """Read the rows of a labelled file.

    Raises:
        InputError: as `evaluate_file`.
    """
    if task not in TASKS:
        raise WrongUse(f"There is no task {task!r}; choose one of {', '.join(TASKS)}.")
    console, rows, bad = Console(stderr=True), list[Row](), 0
    try:
        with data.open("rb") as file:
            for row in files.read(file, csv_format=files.is_csv(data), name=str(data)):
                reason = row.reason if isinstance(row, BadLine) else _label_fault(row, task=task)
                if reason:
                    bad += 1
                    console.print(f"line {row.line}: {reason}; left out", markup=False, soft_wrap=True)
                elif isinstance(row, Row):
                    rows.append(row)
    except OSError as error:
        raise InputError(f"{data} cannot be read: {error.strerror}.") from error
    if not rows:
        raise InputError(f"{data} has no usable row; it needs `text` and `label`.")
    return Labelled(rows, np.array([row.fields["label"] for row in rows], dtype=np.str_), bad)


def _label_fault(row: Row, *, task: str) -> str | None:
    label = row.fields.get("label")
    if label in TASKS[task].labels:
        return None
    return f"`label` is {label!r}, not one of {', '.join(TASKS[task].labels)}"


def predicted(rows: Sequence[Row], *, task: str, classify: Classify) -> list[Prediction]:
    """Return the task's prediction of every row.

    Raises:
        InputError: the classifier does not answer this task.
    """
    found: list[Prediction] = []
    for start in range(0, len(rows), CHUNK):
        for predictions in classify([row.reading for row in rows[start : start + CHUNK]]):
            prediction = predictions.of(task)
            if prediction is None:
                raise InputError(f"The configured model does not answer the task {task}.")
            found.append(prediction)
    return found


def _figures(labelled: Labelled, *, task: str, classify: Classify) -> dict[str, Any]:
    predictions = predicted(labelled.rows, task=task, classify=classify)
    truth, labels = labelled.labels, TASKS[task].labels
    guess = np.array([p.label for p in predictions], dtype=np.str_)
    confidence = np.array([p.score for p in predictions])
    correct = truth == guess
    figures: dict[str, Any] = {
        "model": predictions[0].model,
        **_summary(truth, guess, labels),
        "macro_recall_interval": metrics.interval(
            lambda drawn: metrics.macro_recall(truth[drawn], guess[drawn], labels), len(truth)
        ),
        "ece": metrics.expected_calibration_error(confidence, correct),
        "unsure": float(np.mean([p.unsure for p in predictions])),
        "coverage": metrics.coverage(confidence, correct),
        "groups": _groups(labelled, guess, labels),
    }
    if all(len(p.probabilities) == len(labels) for p in predictions):
        figures["ece_cross_fitted"] = _cross_fitted_ece(predictions, truth, labels)
    if task == SWITCHING:
        figures["directions"] = _directions(truth, guess)
    return figures


def _summary(truth: metrics.Labels, guess: metrics.Labels, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "rows": len(truth),
        "accuracy": metrics.accuracy(truth, guess),
        "macro_recall": metrics.macro_recall(truth, guess, labels),
        "macro_f1": metrics.macro_f1(truth, guess, labels),
        "per_class": {label: asdict(f) for label, f in metrics.per_class(truth, guess, labels).items()},
    }


def _directions(truth: metrics.Labels, guess: metrics.Labels) -> dict[str, Any]:
    """Return figures over leave, join and none, mapped from the labels."""
    truth, guess = metrics.mapped(truth, DIRECTIONS), metrics.mapped(guess, DIRECTIONS)
    summary = _summary(truth, guess, _DIRECTION_LABELS)

    def leave_f1(drawn: Any) -> float:
        return metrics.per_class(truth[drawn], guess[drawn], ["leave"])["leave"].f1

    return {
        **summary,
        "leave_f1": summary["per_class"]["leave"]["f1"],
        "leave_f1_interval": metrics.interval(leave_f1, len(truth)),
    }


def _cross_fitted_ece(predictions: Sequence[Prediction], truth: metrics.Labels, labels: Sequence[str]) -> float:
    """Return the calibration error when temperature is fitted on the other four fifths of these rows."""
    logits = np.log(np.array([[p.probabilities[label] for label in labels] for p in predictions]) + 1e-9)
    index = np.array([labels.index(label) for label in truth], dtype=np.intp)
    probabilities = metrics.cross_fitted(logits, index)
    return metrics.expected_calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == index)


def _groups(labelled: Labelled, guess: metrics.Labels, labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for column in _GROUPS:
        values = np.array([str(row.fields.get(column) or "") for row in labelled.rows], dtype=np.str_)
        for value in sorted(set(values.tolist()) - {""}):
            rows = values == value
            if rows.sum() >= _MIN_GROUP:
                found.setdefault(column, {})[value] = {
                    "rows": int(rows.sum()),
                    "macro_recall": metrics.macro_recall(labelled.labels[rows], guess[rows], labels),
                    "macro_f1": metrics.macro_f1(labelled.labels[rows], guess[rows], labels),
                }
    return found


def print_figures(figures: Mapping[str, Any]) -> None:
    """Print the main figures of `evaluate_file` as a table, one column per classifier."""
    table = Table(title=f"{figures['task']} on {figures['data']}, {figures['rows']} rows")
    table.add_column("")
    lines: dict[str, list[str]] = {}
    for name, found in figures["classifiers"].items():
        table.add_column(name, justify="right")
        for figure, value in _main_figures(found).items():
            lines.setdefault(figure, []).append(value)
    for figure, values in lines.items():
        table.add_row(figure, *values)
    Console().print(table)


def _main_figures(found: Mapping[str, Any]) -> dict[str, str]:
    shown = {
        "macro recall": _with_interval(found["macro_recall"], found["macro_recall_interval"]),
        "macro F1": f"{found['macro_f1']:.3f}",
        "accuracy": f"{found['accuracy']:.3f}",
    }
    for label, figures in found["per_class"].items():
        shown[label] = f"P {figures['precision']:.2f} R {figures['recall']:.2f} F1 {figures['f1']:.2f}"
    if "directions" in found:
        coarse = found["directions"]
        shown["leave F1"] = _with_interval(coarse["leave_f1"], coarse["leave_f1_interval"])
        shown["join F1"] = f"{coarse['per_class']['join']['f1']:.3f}"
        shown["macro F1 of leave, join, none"] = f"{coarse['macro_f1']:.3f}"
    shown["calibration error"] = f"{found['ece']:.3f}"
    shown["unsure"] = f"{found['unsure']:.0%}"
    return shown


def _with_interval(value: float, interval: Sequence[float]) -> str:
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"
