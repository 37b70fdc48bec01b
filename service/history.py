"""Bringing history in: a file with one whole response body of a platform's API per line."""

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import listeners
from config.secrets import Secrets
from config.settings import Settings
from domain.clock import Clock
from domain.errors import InputError, WrongUse
from domain.mention import Mention, Removal
from flows.forgetting import scrub
from flows.ingest import IngestReport, Threads, bring_in
from service.assembly import build_model, build_streams, open_house
from service.outlet import open_outlet, send_waiting
from service.progress import counting

_CHUNK = 500


def ingest_file(
    file: Path, *, platform: str, settings: Settings, secrets: Secrets, alert: bool, clock: Clock
) -> dict[str, Any]:
    """Ingest the file; returns JSON counts. Bad lines are named on standard error and left out.

    With `alert`, the cards of what is found are posted before this ends, or left to the bot where one runs.

    Raises:
        WrongUse: there is no such platform.
        EarshotError: the file cannot be read, or something in settings, secrets, model or database needs a person.
    """
    if platform not in listeners.PLATFORMS:
        raise WrongUse(f"There is no platform {platform!r}: use one of {', '.join(listeners.PLATFORMS)}.")
    outlet = open_outlet(settings, secrets, clock=clock) if alert else None
    channels, workspace_url = (outlet.channels, outlet.workspace_url) if outlet else (None, "")
    house = open_house(settings, secrets, clock=clock, channels=channels, workspace_url=workspace_url)
    classify, explain = build_model(settings.model)
    streams = build_streams(settings, channels, database=house.database)
    total, bad = IngestReport(), 0
    threads: Threads = {}
    for found in _read(file, platform=platform, clock=clock):
        total += bring_in(
            found.posts,
            found.removals,
            platform=platform,
            listening=streams,
            alert=alert,
            classify=classify,
            explain=explain,
            house=house,
            threads=threads,
        )
        bad += found.bad
    if outlet:
        with counting("messages") as progress:
            sent = send_waiting(outlet, house=house, progress=progress)
        print("Posted." if sent else "The bot that runs posts them.", file=sys.stderr)
    if total.removed and not scrub(house=house):
        print(
            "What was deleted is overwritten on disk by the bot at its next start, or within a minute.", file=sys.stderr
        )
    house.database.close()
    return _flat(total) | {"bad_lines": bad}


@dataclass(slots=True)
class _Found:
    """What some lines of the file hold, and how many of them were bad."""

    posts: list[Mention] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    bad: int = 0


def _read(file: Path, *, platform: str, clock: Clock) -> Iterator[_Found]:
    """Read the file a few hundred posts at a time."""
    reader = listeners.load(platform)
    found = _Found()
    with _open(file) as lines, counting("lines") as progress:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                posts, gone = reader.mentions_from_response(line, seen_at=clock())
            except InputError as error:
                found.bad += 1
                print(f"{file}: line {number}: {error}", file=sys.stderr)
                continue
            found.posts += posts
            found.removals += gone
            progress(number)
            if len(found.posts) >= _CHUNK:
                yield found
                found = _Found()
    yield found


def _open(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}).") from None


def _flat(report: IngestReport) -> dict[str, Any]:
    counts = asdict(report)
    return {"read": counts.pop("read"), **counts.pop("filed"), **counts}
