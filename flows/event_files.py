"""Events from a file, CSV or JSON lines: row by row, part by part, so that a large one needs no memory."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from domain.errors import InputError
from domain.event import Event, EventCounts
from flows.behaviour import PART, take_events
from flows.event_rows import FIELDS, event_of
from flows.house import House
from flows.importing import RowError
from storage import audit

SHOWN = 100
"""So many bad rows are told with their reasons; the others are counted."""


@dataclass(frozen=True, slots=True)
class EventReport:
    """What was read: rows, what became of the good ones, how many were bad, and the first of these with reasons."""

    rows: int = 0
    counts: EventCounts = field(default_factory=EventCounts)
    bad: int = 0
    errors: tuple[RowError, ...] = ()
    stored: bool = False


def read_events(
    path: Path, *, source: str, house: House, dry_run: bool = False, progress: Callable[[int], None] = lambda _: None
) -> EventReport:
    """Store the good rows of a file and tell the bad ones; the same file again adds what was mended, and no more.

    `.jsonl` and `.ndjson` are JSON lines, everything else is CSV. `progress` is told how many rows are read.

    Raises:
        InputError: the file cannot be read at all, or not to its end; what came before is stored.
    """
    counts, errors, rows, bad = EventCounts(), list[RowError](), 0, 0
    part: list[Event] = []
    for line, row in _rows(path):
        rows += 1
        try:
            if isinstance(row, str):
                raise ValueError(row)  # noqa: TRY004 - what is wrong with the line
            part.append(event_of(row, source=source, now=house.clock()))
        except ValueError as error:
            bad += 1
            if len(errors) < SHOWN:
                errors.append(RowError(line, str(error)))
        if len(part) == PART:
            counts += EventCounts() if dry_run else take_events(part, house=house)
            part = []
            progress(rows)
    if not dry_run:
        counts += take_events(part, house=house)
        _note(source, counts, house)
    return EventReport(rows, counts, bad, tuple(errors), stored=not dry_run)


def _note(source: str, counts: EventCounts, house: House) -> None:
    now, detail = house.clock(), f"added {counts.added}, known {counts.known}"
    with house.database.write() as tx:
        audit.append(tx, at=now, actor="operator", action="events", subject=source, detail=detail, secret=house.secret)


Row = dict[str, Any] | str
"""The cells of a row, or what is wrong with it."""


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (_json if path.suffix.casefold() in {".jsonl", ".ndjson"} else _csv)(file, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None


def _json(file: TextIO, _path: Path) -> Iterator[tuple[int, Row]]:
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (ValueError, RecursionError):
            yield line, "is no JSON"
            continue
        yield line, row if isinstance(row, dict) else "is no JSON object"


def _csv(file: TextIO, path: Path) -> Iterator[tuple[int, Row]]:
    header = file.readline()
    file.seek(0)
    reader = csv.DictReader(file, delimiter=max(",;\t", key=header.count), strict=True)
    names = [name.strip().casefold() for name in reader.fieldnames or ()]
    if missing := {"id", "kind", "at"} - set(names):
        raise InputError(f"{path}: has no column {', '.join(sorted(missing))}. Columns are {', '.join(FIELDS)}.")
    reader.fieldnames = names
    try:
        for row in reader:
            yield reader.line_num, "has more cells than the header" if None in row else dict(row)
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num} is not valid CSV ({error}); mend it and try again.") from None
