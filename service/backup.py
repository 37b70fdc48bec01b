"""`backup` and `restore`: the database in one file, what was erased kept away, and a copy before each migration."""

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from config.secrets import Secrets
from config.settings import Settings
from domain.clock import Clock, iso
from domain.errors import EarshotError, InputError, StorageError
from flows.house import House
from flows.restoring import Replayed, replay
from service.assembly import open_house, reach_database
from service.progress import counting
from service.schedule import LEASE, LEASE_SECONDS
from storage import backups, leases, tombstones
from storage.database import Database

log = structlog.get_logger(__name__)

STONES = "erased.jsonl"
"""In the folder of backups: the keyed digests of everything erased so far, which tell nothing of it."""

RESTORE_SECONDS = 3600.0
"""For so long no bot starts on the database that is being replaced."""


def back_up(file: Path, settings: Settings, secrets: Secrets, *, clock: Clock) -> dict[str, Any]:
    """Copy the database into a new file, and verify the copy; returns JSON counts.

    Raises:
        EarshotError: see storage.backups.
    """
    database = reach_database(settings, secrets)
    keep_stones(database, settings.backup_folder)
    database.close()
    with counting("pages") as progress:
        backups.save(settings.database.url, file, progress=lambda done, _all: progress(done))
    return {"file": str(file), "bytes": file.stat().st_size, "verified": True, "at": iso(clock())}


def restore_from(file: Path, settings: Settings, secrets: Secrets, *, clock: Clock) -> dict[str, Any]:
    """Put a backup in the place of the database: migrated, and without what was erased since; returns JSON counts.

    What was erased is known from the backup, from the database that is replaced where it can still be read, and from
    the list beside the backups. A SQLite database that is replaced stays beside it under another name.

    Raises:
        EarshotError: the backup is no good or of another kind, a bot runs, or the database cannot be written; then
            all is as before.
    """
    url = settings.database.url
    of_sqlite = backups.verify(file)
    if of_sqlite != url.startswith("sqlite:"):
        kinds = ("SQLite", "PostgreSQL") if of_sqlite else ("PostgreSQL", "SQLite")
        raise InputError(
            f"{file} is a backup of {kinds[0]}, and [database] url names {kinds[1]}: give it one of its kind."
        )
    stones = _stones_beside(settings.backup_folder) | _take_over(settings, secrets, clock)
    if of_sqlite:
        replayed, kept = _restore_sqlite(file, settings, secrets, stones, clock)
    else:
        backups.put_back(file, url)
        replayed, kept = _prepare(settings, secrets, stones, clock), None
    return {"from": str(file), "replaced": str(kept) if kept else None, **asdict(replayed)}


def keep_stones(database: Database, folder: Path) -> None:
    """Write down beside the backups what was erased so far, whole or not at all. Raises InputError."""
    if database.version() is None:
        return
    with database.read() as tx:
        stones = tombstones.every(tx)
    part = folder / f"{STONES}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as written:
            written.writelines(json.dumps([digest, iso(at)]) + "\n" for digest, at in stones.items())
            written.flush()
            os.fsync(written.fileno())
        part.replace(folder / STONES)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}. Mend [backup] folder.") from error


def _stones_beside(folder: Path) -> dict[str, datetime]:
    try:
        lines = (folder / STONES).read_text(encoding="utf-8").splitlines()
        return {digest: datetime.fromisoformat(at) for digest, at in map(json.loads, lines)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{folder / STONES} cannot be read ({error}), and what was erased since the backup would come back. Mend "
            "it, or move it away to restore without it."
        ) from error


def _take_over(settings: Settings, secrets: Secrets, clock: Clock) -> dict[str, datetime]:
    """See that no bot works on the database that is replaced, and return what was erased there, as far as it tells."""
    file = Path(settings.database.url.removeprefix("sqlite:///"))
    if settings.database.url.startswith("sqlite:") and not file.exists():
        return {}
    try:
        database = reach_database(settings, secrets)
    except StorageError as error:
        log.warning("replaced_database_unreadable", reason=str(error))
        return {}
    try:
        if database.version() is None:
            return {}
        with database.write() as tx:
            holder = f"restore:{uuid4().hex}"
            if leases.acquire(tx, LEASE, holder=holder, at=clock(), seconds=LEASE_SECONDS) is None:
                raise EarshotError("A bot works on this database: stop it, wait 15 seconds, and restore then.")
            stones = tombstones.every(tx)
            leases.release(tx, LEASE, holder=holder, at=clock())
            return stones
    finally:
        database.close()


def _restore_sqlite(
    file: Path, settings: Settings, secrets: Secrets, stones: dict[str, datetime], clock: Clock
) -> tuple[Replayed, Path | None]:
    """Prepare a copy beside the present database, then put it in its place."""
    url = backups.unpack(file, settings.database.url)
    beside = Path(url.removeprefix("sqlite:///"))
    try:
        copied = settings.model_copy(update={"database": settings.database.model_copy(update={"url": url})})
        replayed = _prepare(copied, secrets, stones, clock)
        return replayed, backups.swap(beside, settings.database.url, at=clock())
    finally:
        for left in ("", "-wal", "-shm"):
            beside.with_name(beside.name + left).unlink(missing_ok=True)


def _prepare(settings: Settings, secrets: Secrets, stones: dict[str, datetime], clock: Clock) -> Replayed:
    """Migrate what was put back, and erase again what was erased since."""
    without = settings.backup.model_copy(update={"before_migration": False})
    house: House = open_house(settings.model_copy(update={"backup": without}), secrets, clock=clock)
    try:
        with house.database.read() as tx:
            stones = tombstones.every(tx) | stones
        with counting("posts") as progress:
            replayed = replay(stones, house=house, progress=progress)
        house.database.scrub()
        return replayed
    finally:
        house.database.close()
