"""The model card: what a model is, how well it does and where it fails, written from figures and never by hand."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import InputError
from domain.prediction import SWITCHING
from nlp import dev_figures, models
from nlp.baselines import KEYWORDS
from nlp.classify import build
from nlp.evaluate import MODEL
from nlp.figures_table import with_interval
from nlp.model_card_texts import DATA, FAILURES, INTRODUCTION, LIMITS, SETS, USE
from nlp.tasks import TASKS

CARD = "MODEL_CARD.md"
_WORST = 8
_CONFUSIONS = 3  # the most frequent ones of each task and set

Found = Mapping[str, Any]


def write_card(model: Path | None, *, data: Path) -> dict[str, Any]:
    """Measure a model (None: the shipped one) on the labelled text in `data`, write its card, return the figures.

    Raises:
        ModelError, InputError: the model or the text cannot be used, or the card cannot be written.
    """
    directory = model or models.SHIPPED
    classify = build(directory)
    manifest = json.loads((directory / models.MANIFEST).read_text(encoding="utf-8"))
    figures = {
        "manifest": manifest,
        "bytes": (directory / models.NETWORK).stat().st_size,
        "sets": dev_figures.measure(data, classify=classify),
    }
    try:
        (directory / CARD).write_text(render(figures), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{directory / CARD} cannot be written: {error.strerror}.") from error
    return figures


def render(figures: Found) -> str:
    """Return the card of the figures that `write_card` returns."""
    manifest, sets = figures["manifest"], figures["sets"]
    parts = [
        f"# {manifest['name']}",
        INTRODUCTION,
        _table(
            ["", ""],
            [
                ["tasks", "; ".join(f"{task} ({', '.join(h['labels'])})" for task, h in manifest["heads"].items())],
                ["languages", ", ".join(manifest["languages"]) or "any"],
                ["size", f"{figures['bytes'] / 1e6:.1f} MB int8 ONNX; reads {manifest['max_length']} tokens at most"],
                ["SHA-256", manifest["sha256"][models.NETWORK]],
            ],
        ),
        "## Figures",
        "With 95 % bootstrap intervals, beside our keyword rules and VADER on the same rows. " + _explained(sets),
    ]
    for task in TASKS:
        found = _of_task(sets, task)
        if found:
            parts += [f"### {task}", _headlines(found, task), _labels(found)]
    parts += ["## Calibration and coverage", _calibration(sets, manifest)]
    parts += ["## Apart by origin", _groups(sets), "## By phenomenon", _phenomena(sets)]
    parts += ["## Data", _table(["Source", "Use", "Terms"], DATA)]
    parts += ["## Known failures", _bullets([*_worst(sets), *_confused(sets), *FAILURES])]
    parts += ["## Intended use", _bullets(USE), "## Limits", _bullets(LIMITS)]
    return "\n\n".join(parts) + "\n"


def _explained(sets: Found) -> str:
    return "The sets: " + "; ".join(f"{name}: {SETS[name]}" for name in sets) + "."


def _of_task(sets: Found, task: str) -> dict[str, Found]:
    """Return the classifiers by set, of the sets on which the model answers the task."""
    of_sets = {name: tasks[task]["classifiers"] for name, tasks in sets.items() if task in tasks}
    return {name: classifiers for name, classifiers in of_sets.items() if MODEL in classifiers}


def _headlines(found: Mapping[str, Found], task: str) -> str:
    others = list(dict.fromkeys(name for classifiers in found.values() for name in classifiers if name != MODEL))
    lines = []
    for name, classifiers in found.items():
        shown = {c: _shown(classifiers[c], task) for c in (MODEL, *others) if c in classifiers}
        for figure in shown[MODEL]:
            cells = [shown.get(c, {}).get(figure, "") for c in (MODEL, *others)]
            lines.append([name, f"{classifiers[MODEL]['rows']:,}", figure, *cells])
    return _table(["set", "rows", "figure", MODEL, *others], lines)


def _shown(figures: Found, task: str) -> dict[str, str]:
    shown = {
        "macro recall": with_interval(figures, "macro_recall"),
        "macro F1": with_interval(figures, "macro_f1"),
        "accuracy": with_interval(figures, "accuracy"),
    }
    if task == SWITCHING:
        coarse = figures["directions"]
        shown = {
            "leave F1": with_interval(coarse, "leave_f1"),
            "join F1": with_interval(coarse, "join_f1"),
            "macro F1 of leave, join, none": with_interval(coarse, "macro_f1"),
            "macro F1 of all labels": with_interval(figures, "macro_f1"),
        }
        if "rival" in figures:
            shown["right rival named"] = f"{figures['rival']['accuracy']:.2f} of {figures['rival']['rows']}"
    return shown


def _labels(found: Mapping[str, Found]) -> str:
    lines = [
        [name, label, f"{each['support']:,}", *(f"{each[part]:.2f}" for part in ("precision", "recall", "f1"))]
        for name, classifiers in found.items()
        for label, each in classifiers[MODEL]["per_class"].items()
        if each["support"]
    ]
    return _table(["set", "label", "rows", "precision", "recall", "F1"], lines)


def _calibration(sets: Found, manifest: Found) -> str:
    lines = []
    for task, name, classifiers in _every(sets):
        model = classifiers[MODEL]
        covered = [f"{c['coverage']:.0%}, {_share(c['accuracy'])}".rstrip(", ") for c in model["coverage"][1:]]
        lines.append(
            [task, name, f"{model['ece']:.3f}", _figure(model["ece_cross_fitted"]), f"{1 - model['unsure']:.0%}",
             _share(model["sure_accuracy"]), *covered]
        )  # fmt: skip
    thresholds = ", ".join(f"{task} {head['unsure_below']:.2f}" for task, head in manifest["heads"].items())
    header = ["task", "set", "error as served", "refitted on 5 folds", "sure", "of them right", ".6", ".7", ".8", ".9"]
    return (
        f"A label is unsure below: {thresholds}; in another language; or where a text names a rival only. Calibration "
        "errors are over 15 bins. The last columns: the share of rows that reach a probability, and how many of those "
        "are right.\n\n" + _table(header, lines)
    )


def _groups(sets: Found) -> str:
    lines = []
    for task, name, classifiers in _every(sets):
        for column, values in classifiers[MODEL]["groups"].items():
            for value, each in values.items() if column != "phenomenon" else ():
                rules = classifiers[KEYWORDS]["groups"][column][value]
                figures = [f"{each['accuracy']:.2f}", f"{each['macro_f1']:.2f}", f"{rules['macro_f1']:.2f}"]
                leave = _figure(each.get("directions", {}).get("leave_f1"))
                lines.append(
                    [task, name, f"{column} {value}", f"{each['rows']:,}", *figures, leave, _share(each["unsure"])]
                )
    header = ["task", "set", "", "rows", "accuracy", "macro F1", "macro F1 of the keywords", "leave F1", "unsure"]
    return "Groups of at least 30 rows.\n\n" + _table(header, lines)


def _phenomena(sets: Found) -> str:
    found: dict[str, dict[str, str]] = {}
    for task, phenomenon, accuracy, rows in _by_phenomenon(sets):
        found.setdefault(phenomenon, {})[task] = f"{accuracy:.0%} of {rows}"
    if not found:
        return "Not measured."
    lines = [[name, *(cells.get(task, "") for task in TASKS)] for name, cells in sorted(found.items())]
    return (
        "The share of the challenge set that is answered rightly; for switching as leave, join or none. "
        "At least 5 posts each: a few posts more or less right mean little.\n\n" + _table(["", *TASKS], lines)
    )


def _worst(sets: Found) -> list[str]:
    """Return the phenomena that are got wrong most, as sentences."""
    worst = sorted(_by_phenomenon(sets), key=lambda each: (each[2], -each[3]))[:_WORST]
    return [
        f"{phenomenon.replace('_', ' ').capitalize()}: {task} is right in {round(accuracy * rows)} of {rows} posts."
        for task, phenomenon, accuracy, rows in worst
        if accuracy < 1
    ]


def _confused(sets: Found) -> Iterator[str]:
    """Yield the labels that are taken for another most often, one sentence for each task and set."""
    for task, name, classifiers in _every(sets):
        labels, counts = (classifiers[MODEL]["confusion"][part] for part in ("labels", "counts"))
        wrong = [
            (counts[i][j], sum(counts[i]), true, guess)
            for i, true in enumerate(labels)
            for j, guess in enumerate(labels)
            if i != j and counts[i][j]
        ]
        most = sorted(wrong, key=lambda each: (-each[0], each[2:]))[:_CONFUSIONS]
        if most and name != "challenge":
            said = ", ".join(f"{true} for {guess} ({count:,} of {rows:,})" for count, rows, true, guess in most)
            yield f"{task.capitalize()}, {name}: most often it takes {said}."


def _by_phenomenon(sets: Found) -> Iterator[tuple[str, str, float, int]]:
    for task, _, classifiers in _every(sets):
        for phenomenon, each in classifiers[MODEL]["groups"].get("phenomenon", {}).items():
            yield task, phenomenon, each.get("directions", each)["accuracy"], each["rows"]


def _every(sets: Found) -> Iterator[tuple[str, str, Found]]:
    for task in TASKS:
        for name, classifiers in _of_task(sets, task).items():
            yield task, name, classifiers


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
