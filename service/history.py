"""Bringing history in: a file with one whole response body of a platform's API per line."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import listeners
from config.secrets import Secrets
from config.settings import Settings
from domain.clock import Clock
from domain.errors import InputError, WrongUse
from domain.mention import Mention, Removal
from flows.ingest import IngestReport, bring_in
from service.assembly import build_classify, build_streams, open_house
from service.progress import counting

_CHUNK = 500


def ingest_file(
    file: Path, *, platform: str, settings: Settings, secrets: Secrets, alert: bool, clock: Clock
) -> dict[str, Any]:
    """Ingest the file; returns JSON counts. Bad lines are named on standard error and left out.

    Raises:
        WrongUse: there is no such platform.
        InputError: the file cannot be read.
    """
    if platform not in listeners.PLATFORMS:
        raise WrongUse(f"There is no platform {platform!r}: use one of {', '.join(listeners.PLATFORMS)}.")
    reader = listeners.load(platform)
    house = open_house(settings, secrets, clock=clock)
    classify = build_classify(settings.model)
    streams = build_streams(settings)
    total, bad = IngestReport(), 0
    found: list[Mention] = []
    removals: list[Removal] = []

    def flush() -> None:
        nonlocal total
        total += bring_in(
            found, removals, platform=platform, listening=streams, alert=alert, classify=classify, house=house
        )
        found.clear()
        removals.clear()

    with _open(file) as lines, counting("lines") as progress:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                posts, gone = reader.mentions_from_response(line, seen_at=clock())
            except InputError as error:
                bad += 1
                print(f"{file}: line {number}: {error}", file=sys.stderr)
                continue
            found += posts
            removals += gone
            if len(found) >= _CHUNK:
                flush()
            progress(number)
        flush()
    house.database.close()
    return _flat(total) | {"bad_lines": bad}


def _open(file: Path) -> Any:
    try:
        return file.open("rb")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}).") from None


def _flat(report: IngestReport) -> dict[str, Any]:
    counts = asdict(report)
    return {"read": counts.pop("read"), **counts.pop("filed"), **counts}
