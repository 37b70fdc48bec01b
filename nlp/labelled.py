"""Labelled readings: the rows of a file that somebody labelled, with the right answers in our words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from domain.errors import InputError, WrongUse
from domain.prediction import Reading
from nlp import files
from nlp.files import BadLine, Row
from nlp.tasks import TASKS, Task

GROUPS: Mapping[str, tuple[str, ...]] = {
    "brand": ("brand", "target"),
    "domain": ("domain",),
    "industry": ("industry",),
    "language": ("language", "lang"),
    "source": ("source",),
    "phenomenon": ("phenomenon",),
}
"""By what figures are also given apart: the columns that tell, the first that says something wins."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A reading with its right label of some tasks.

    `groups` holds values of `GROUPS`. `rival` is the name that the model should give ("" for none); None: unknown.
    """

    reading: Reading
    labels: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)
    rival: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """The usable rows of a file.

    By task: how many lines were left out because they or their label cannot be read, and how many have no label.
    """

    rows: tuple[Labelled, ...]
    bad_lines: Mapping[str, int]
    unlabelled: Mapping[str, int]


def read(data: Path, *, task: str | None = None) -> LabelledFile:
    """Read a CSV or JSON-lines file; what is left out is named by line on stderr.

    With `task`, the labels are in the column `label` or that of the task's name, and a row without one is bad.
    Without, each task's labels are in the column of its name, and a row may have labels of some tasks only.

    Raises:
        WrongUse: the task is unknown, or must be named because there is only a column `label`.
        InputError: the file cannot be read, or has no usable row.
    """
    if task is not None and task not in TASKS:
        raise WrongUse(f"There is no task {task!r}; choose one of {', '.join(TASKS)}.")
    console = Console(stderr=True)
    rows, unreadable = _rows(data, console)
    columns = _columns(data, [row.fields for row in rows], task=task)
    found, bad, unlabelled = list[Labelled](), Counter[str](), Counter[str]()
    for row in rows:
        labels: dict[str, str] = {}
        for name, column in columns.items():
            said = row.fields.get(column)
            if task is None and not _is_label(said):
                unlabelled[name] += 1
            elif (label := _spelled(said, TASKS[name])) is not None:
                labels[name] = label
            else:
                bad[name] += 1
                _report(console, row.line, _fault(column, said, TASKS[name]))
        if labels:
            found.append(Labelled(row.reading, labels, _groups(row.fields), _expected_rival(row.fields)))
    for name in columns:
        if unlabelled[name]:
            console.print(f"{name}: {unlabelled[name]} of {len(rows)} rows have no label", markup=False, soft_wrap=True)
    if not found:
        raise InputError(f"{data} has no usable row: each needs `text` and {_column_names(columns)}.")
    return LabelledFile(
        tuple(found),
        bad_lines={name: unreadable + bad[name] for name in columns},
        unlabelled={name: unlabelled[name] for name in columns},
    )


def _rows(data: Path, console: Console) -> tuple[list[Row], int]:
    """Return the readable rows and how many lines are not; those are reported."""
    rows, unreadable = list[Row](), 0
    try:
        with data.open("rb") as file:
            for row in files.read(file, csv_format=files.is_csv(data), name=str(data)):
                if isinstance(row, BadLine):
                    unreadable += 1
                    _report(console, row.line, row.reason)
                else:
                    rows.append(row)
    except OSError as error:
        raise InputError(f"{data} cannot be read: {error.strerror or error}.") from error
    return rows, unreadable


def _columns(data: Path, rows: Sequence[Mapping[str, Any]], *, task: str | None) -> dict[str, str]:
    """Return the column of each task that the file has labels of."""
    plain = any(_is_label(fields.get("label")) for fields in rows)
    if task is not None:
        own = any(_is_label(fields.get(task)) for fields in rows)
        return {task: task if own and not plain else "label"}
    columns = {name: name for name in TASKS if any(_is_label(fields.get(name)) for fields in rows)}
    if not columns and plain:
        raise WrongUse(f"{data} has labels in the column `label`: say with --task of what ({', '.join(TASKS)}).")
    return columns


def _column_names(columns: Mapping[str, str]) -> str:
    return " or ".join(f"`{column}`" for column in columns.values() or TASKS)


def _is_label(said: Any) -> bool:
    """Whether a cell says anything; what `classify` wrote into a column of this name is no label."""
    return isinstance(said, str | int) and bool(str(said).strip())


def _spelled(said: Any, task: Task) -> str | None:
    """Return the label that is meant, in any case, or None."""
    if not _is_label(said):
        return None
    word = "_".join(str(said).casefold().split())
    label = task.spellings.get(word, word)
    return label if label in task.labels else None


def _fault(column: str, said: Any, task: Task) -> str:
    if not _is_label(said):
        return f"`{column}` is missing"
    return f"`{column}` is {said!r}, not one of {', '.join(task.labels)}"


def _report(console: Console, line: int, reason: str) -> None:
    console.print(f"line {line}: {reason}; left out", markup=False, highlight=False, soft_wrap=True)


def _groups(fields: Mapping[str, Any]) -> dict[str, str]:
    said = {name: next((str(fields[c]) for c in columns if fields.get(c)), "") for name, columns in GROUPS.items()}
    return {name: value for name, value in said.items() if value}


def _expected_rival(fields: Mapping[str, Any]) -> str | None:
    """Return what `rival` says beside `rivals`; alone, it is a rival to look for like those."""
    if not fields.get("rivals") or "rival" not in fields:
        return None
    return str(fields["rival"] or "").strip()
