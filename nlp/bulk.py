"""Classifies whole files: streams from input to output in order, and reports bad lines without stopping."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.errors import InputError, WrongUse
from domain.prediction import Prediction, Predictions
from domain.seams import Classify
from nlp import files
from nlp.files import BadLine, Row
from nlp.tasks import TASKS

CHUNK = 512  # rows in memory at once

Write = Callable[[Row, Predictions], None]


@dataclass(frozen=True, slots=True)
class BulkReport:
    """How many rows were written, and how many lines were bad and left out."""

    classified: int
    bad: int


def classify_file(source: Path, output: Path, *, classify: Classify) -> BulkReport:
    """Classify every row of `source` into `output`; the formats go by the endings .jsonl and .csv.

    `output` appears only when all is written; bad lines are named by number on stderr.

    Raises:
        WrongUse: a format is unknown, or the output is the input, whose bad lines would be lost.
        InputError: the input cannot be read, or the output not written.
    """
    from_csv, to_csv = files.is_csv(source), files.is_csv(output)
    if _same_file(source, output):
        raise WrongUse(f"{output} is the input; name another file for the output.")
    console = Console(stderr=True)
    partial = output.with_name(f"{output.name}.partial")
    try:
        with ExitStack() as stack:
            progress = stack.enter_context(_progress(console))
            bar = progress.add_task("classified", total=None)
            stream = stack.enter_context(source.open("rb"))
            # A lone surrogate, which JSON can hold and UTF-8 cannot, is written as its escape.
            target = stack.enter_context(
                partial.open("w", encoding="utf-8", errors="backslashreplace", newline="" if to_csv else "\n")
            )
            rows = _Rows(files.read(stream, csv_format=from_csv, name=str(source)), console)
            good = iter(rows)
            write = _csv_writer(target) if to_csv else _json_writer(target)
            done = 0
            while chunk := list(islice(good, CHUNK)):
                for row, predictions in zip(chunk, classify([row.reading for row in chunk]), strict=True):
                    write(row, predictions)
                done += len(chunk)
                progress.update(bar, completed=done)
        partial.replace(output)
    except OSError as error:
        raise InputError(
            f"{error.filename2 or error.filename or output} cannot be used: {error.strerror or error}."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return BulkReport(done, rows.bad)


def _same_file(source: Path, output: Path) -> bool:
    try:
        return output.samefile(source)
    except OSError:
        return False


class _Rows:
    """Good rows only; counts and reports the bad ones on its way."""

    def __init__(self, rows: Iterable[Row | BadLine], console: Console) -> None:
        self._rows = rows
        self._console = console
        self.bad = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if isinstance(row, Row):
                yield row
            else:
                self.bad += 1
                self._console.print(f"line {row.line}: {escape(row.reason)}; left out", soft_wrap=True)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


def as_dict(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as `classify` prints it."""
    found: dict[str, Any] = {
        "label": prediction.label,
        "score": round(prediction.score, 4),
        "probabilities": {label: round(p, 4) for label, p in prediction.probabilities.items()},
        "unsure": prediction.unsure,
    }
    if TASKS[prediction.task].names_rival:
        found["rival"] = prediction.rival
    return found


def _added(predictions: Predictions) -> dict[str, Any]:
    return {
        **{item.task: as_dict(item) for item in predictions.items},
        "language": predictions.language,
        "language_supported": predictions.language_supported,
        "model": ", ".join(dict.fromkeys(item.model for item in predictions.items)),
    }


def _json_writer(target: TextIO) -> Write:
    def write(row: Row, predictions: Predictions) -> None:
        target.write(json.dumps({**row.fields, **_added(predictions)}, ensure_ascii=False) + "\n")

    return write


def _csv_writer(target: TextIO) -> Write:
    """Return a writer whose columns are those of the first row and the added ones, `sentiment_label` and so on."""
    writer: csv.DictWriter[str] | None = None

    def write(row: Row, predictions: Predictions) -> None:
        nonlocal writer
        cells = {**row.fields, **_flat(_added(predictions))}
        if writer is None:
            writer = csv.DictWriter(target, list(cells), restval="", extrasaction="ignore")
            writer.writeheader()
        writer.writerow({name: _harmless(value) for name, value in cells.items()})

    return write


def _flat(added: dict[str, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, value in added.items():
        if isinstance(value, dict):
            cells.update({f"{name}_{part}": v for part, v in value.items()})
        else:
            cells[name] = value
    return cells


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from running a stranger's text as a formula."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
