"""`backup` and `restore`: the database in one file, what was erased kept away, and a copy before each migration."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
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
from service.assembly import key_of_fields, open_house, reach_database
from service.progress import counting
from service.schedule import LEASE, LEASE_SECONDS
from storage import backups, leases, tombstones
from storage.database import Database

log = structlog.get_logger(__name__)

STONES = "erased.jsonl"
"""In the folder of backups: the keyed digests of everything erased so far, which tell nothing of it."""


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
    the list beside the backups, which holds all of it before anything is replaced: a restore that is cut short is run
    again, or finished by the next start. A SQLite database that is replaced stays beside it under another name.

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
    with ExitStack() as cleared:
        with _taken_over(settings, secrets, clock) as erased:
            stones = _add_stones(erased, settings.backup_folder)
            if of_sqlite:
                prepared = cleared.enter_context(_unpacked(file, settings))
                replayed = _prepare(prepared, secrets, stones, clock)
            else:
                backups.put_back(file, url, key=key_of_fields(secrets))
                replayed, kept = _prepare(settings, secrets, stones, clock), None
        if of_sqlite:
            kept = backups.swap(Path(prepared.database.url.removeprefix("sqlite:///")), url, at=clock())
    return {"from": str(file), "replaced": str(kept) if kept else None, **asdict(replayed)}


def keep_stones(database: Database, folder: Path) -> None:
    """Write down beside the backups what was erased so far. Raises InputError."""
    if database.version() is None:
        return
    with database.read() as tx:
        stones = tombstones.every(tx)
    _add_stones(stones, folder)


def keep_away(folder: Path, *, house: House) -> None:
    """Erase what the list beside the backups knows as erased and the database does not.

    So it is after a restore that was cut short, or after a copy that somebody put back by hand. Raises InputError.
    """
    stones = _stones_beside(folder)
    with house.database.read() as tx:
        known = tombstones.standing(tx, list(stones))
    if missing := {digest: at for digest, at in stones.items() if digest not in known}:
        replay(missing, house=house)
        house.database.scrub()


def _add_stones(stones: Mapping[str, datetime], folder: Path) -> dict[str, datetime]:
    """Add to the list beside the backups, whole or not at all; returns the list. Nothing ever leaves it."""
    before = _stones_beside(folder)
    listed = {**stones, **before}
    if (folder / STONES).exists() and len(listed) == len(before):
        return listed
    part = folder / f"{STONES}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as written:
            written.writelines(json.dumps([digest, iso(at)]) + "\n" for digest, at in listed.items())
            written.flush()
            os.fsync(written.fileno())
        part.replace(folder / STONES)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}. Mend [backup] folder.") from error
    return listed


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


@contextmanager
def _taken_over(settings: Settings, secrets: Secrets, clock: Clock) -> Iterator[dict[str, datetime]]:
    """Keep every bot away from the database that is replaced; gives what was erased there, as far as it tells."""
    file = Path(settings.database.url.removeprefix("sqlite:///"))
    if settings.database.url.startswith("sqlite:") and not file.exists():
        yield {}
        return
    try:
        database = reach_database(settings, secrets)
    except StorageError as error:
        log.warning("replaced_database_unreadable", reason=str(error))
        yield {}
        return
    with closing(database):
        if database.version() is None:
            yield {}
            return
        with _leased(database, clock):
            with database.read() as tx:
                stones = tombstones.every(tx)
            yield stones


@contextmanager
def _leased(database: Database, clock: Clock) -> Iterator[None]:
    """Hold the lease of the schedule, and renew it: in PostgreSQL that of what was put back as well."""
    holder, over = f"restore:{uuid4().hex}", threading.Event()

    def acquire() -> bool:
        with database.write() as tx:
            return leases.acquire(tx, LEASE, holder=holder, at=clock(), seconds=LEASE_SECONDS) is not None

    def renew() -> None:
        while not over.wait(LEASE_SECONDS / 3):
            try:
                acquire()
            except StorageError as error:  # its tables are being replaced
                log.warning("lease_not_renewed", reason=str(error))

    if not acquire():
        raise EarshotError("A bot works on this database: stop it, wait 15 seconds, and restore then.")
    renewing = threading.Thread(target=renew, name="lease", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()
        with database.write() as tx:
            leases.release(tx, LEASE, holder=holder, at=clock())


@contextmanager
def _unpacked(file: Path, settings: Settings) -> Iterator[Settings]:
    """Copy a backup of SQLite beside the present database; gives settings for the copy."""
    url = backups.unpack(file, settings.database.url)
    beside = Path(url.removeprefix("sqlite:///"))
    try:
        yield settings.model_copy(update={"database": settings.database.model_copy(update={"url": url})})
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
