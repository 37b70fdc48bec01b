"""Files of readings: CSV or JSON lines with `text`, optional `brand`, its `aliases` and `rivals`, read row by row.

Labelled files that name them `target` and `rival` are understood, too.
"""

import contextlib
import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from domain.errors import InputError, WrongUse
from domain.prediction import BrandName, Reading

MAX_CELL = 1 << 24  # characters of one CSV cell; Python's own limit refuses posts that JSON lines may hold


@dataclass(frozen=True, slots=True)
class Row:
    """One usable row: all of its fields as the file has them, and what they say as a reading."""

    line: int
    fields: dict[str, Any]
    reading: Reading


@dataclass(frozen=True, slots=True)
class BadLine:
    """One row that cannot be used; `line` counts from 1, the header included."""

    line: int
    reason: str


def is_csv(path: Path) -> bool:
    """Tell CSV from JSON lines by the file's ending.

    Raises:
        WrongUse: it is neither.
    """
    if path.suffix.lower() == ".csv":
        return True
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return False
    raise WrongUse(f"{path}: the file must end in .csv or .jsonl, so that its format is known.")


def read(file: BinaryIO, *, csv_format: bool, name: str) -> Iterator[Row | BadLine]:
    """Yield every row of an open file, good or bad, in order.

    Raises:
        InputError: a CSV file without a `text` column.
    """
    # Undecodable bytes become lone surrogates, so that they spoil their own line only.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    for line, fields in _csv(text, name=name) if csv_format else _json_lines(text):
        if isinstance(fields, str):
            yield BadLine(line, fields)
            continue
        try:
            yield Row(line, fields, _reading(fields))
        except ValueError as error:
            yield BadLine(line, str(error))


def _json_lines(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield line numbers with the object there, or the reason why there is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"not JSON: {error}"
            continue
        yield number, fields if isinstance(fields, dict) else "not a JSON object"


def _csv(lines: Iterable[str], *, name: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield the number of each row's first line with its fields, or the reason why there are none."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines, strict=True)  # else a quote that is never closed swallows the rest of the file unnoticed
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise InputError(
            f"{name} has no usable first line: {error}. It must name the columns, `text` among them."
        ) from error
    if "text" not in header:
        raise InputError(f"{name} has no column `text` in its first line; it has: {', '.join(header) or 'nothing'}.")
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"not CSV: {error}"
            continue
        if not values:
            continue
        if len(values) != len(header):
            yield line, f"{len(values)} fields where the header has {len(header)}"
        else:
            yield line, dict(zip(header, values, strict=True))


def _reading(fields: dict[str, Any]) -> Reading:
    text = fields.get("text")
    if not isinstance(text, str):
        raise ValueError("`text` is missing" if text is None else "`text` is not a string")  # noqa: TRY004 - one type
    if any("\udc80" <= c <= "\udcff" for c in text):
        raise ValueError("`text` is not UTF-8")
    brand = fields.get("target") or fields.get("brand") or None
    if brand is not None and not isinstance(brand, str):
        raise ValueError("`brand` is not a string")
    rivals = _names(fields, "rivals" if fields.get("rivals") else "rival")
    name = BrandName(brand, _names(fields, "aliases")) if brand else None
    return Reading(text, name, tuple(BrandName(rival) for rival in rivals))


def _names(fields: dict[str, Any], column: str) -> tuple[str, ...]:
    """Read a list of names, such a list written as JSON, or names with `;` between them."""
    names = fields.get(column) or []
    if isinstance(names, str):
        names = _listed(names)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"`{column}` is not a list of strings")
    return tuple(name.strip() for name in names if name.strip())


def _listed(cell: str) -> Any:
    if cell.lstrip().startswith("["):
        with contextlib.suppress(ValueError):
            return json.loads(cell)
    return cell.split(";")
