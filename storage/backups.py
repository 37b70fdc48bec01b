"""A whole database in one file: copied while others write, verified, and put back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, make_url

from domain.clock import iso
from domain.errors import InputError, StorageError

Progress = Callable[[int, int], None]
"""Is told how many pages are done, and of how many."""

_SQLITE, _POSTGRES = b"SQLite format 3\x00", b"PGDMP"
"""How the files of both begin: https://sqlite.org/fileformat.html and pg_dump's custom format."""

_PAGES = 2_000
"""So many pages are copied at once; others write in between, and the copy takes that over."""


def save(url: str, file: Path, *, progress: Progress = lambda _done, _all: None) -> None:
    """Copy a database into a new file, and verify it: a SQLite database, or an archive of pg_dump.

    Raises:
        InputError: the file exists already, or cannot be written.
        StorageError: the database cannot be copied, or the copy is not sound.
    """
    if file.exists():
        raise InputError(f"{file} exists already: name another file.")
    parsed = make_url(url)
    with _unfinished(file) as part:
        if parsed.drivername == "sqlite":
            _copy(Path(str(parsed.database)), part, progress)
        else:
            _run("pg_dump", parsed, "--format=custom", f"--file={part}")
        verify(part)


def verify(file: Path) -> bool:
    """Read a copy through; returns whether it is one of SQLite.

    Raises:
        InputError: it cannot be read, or is no copy of a database.
        StorageError: it is damaged.
    """
    try:
        with file.open("rb") as opened:
            beginning = opened.read(len(_SQLITE))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    if beginning == _SQLITE:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as copy:
            faults = _sqlite_faults(copy)
        if faults:
            raise StorageError(f"{file} is damaged ({faults[0]}): take another backup.")
        return True
    if beginning.startswith(_POSTGRES):
        _run("pg_restore", None, "--list", str(file))
        return False
    raise InputError(f"{file} is no backup: neither a SQLite database nor an archive of pg_dump.")


def put_back(file: Path, url: str) -> None:
    """Bring a copy of PostgreSQL back into its database, in one transaction.

    Raises:
        StorageError: it did not work, and all is as before.
    """
    _run("pg_restore", make_url(url), "--clean", "--if-exists", "--single-transaction", "--no-owner", str(file))


def unpack(file: Path, url: str) -> str:
    """Copy a SQLite database beside the one of `url`, and return the copy's own url, to prepare it before `swap`."""
    present = Path(str(make_url(url).database))
    beside = present.with_name(f"{present.name}.restoring")
    try:
        present.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, beside)
        beside.chmod(0o600)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"{file} cannot be copied to {beside}: {error.strerror}.") from error
    return f"sqlite:///{beside}"


def swap(copy: Path, url: str, *, at: datetime) -> Path | None:
    """Put a copy in the place of a SQLite database that nobody uses; returns where the old one is now."""
    present = Path(str(make_url(url).database))
    kept = present.with_name(f"{present.name}.replaced-{stamp(at)}") if present.exists() else None
    if kept is not None:
        with closing(sqlite3.connect(present)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        present.rename(kept)
    for journal in ("-wal", "-shm"):
        present.with_name(present.name + journal).unlink(missing_ok=True)
    copy.replace(present)
    return kept


def stamp(at: datetime) -> str:
    """Write a moment as a part of a file's name."""
    return iso(at).replace(":", "").replace("-", "")[:15]


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """Give a place to write to, for us alone, which becomes the file only when all of it is there."""
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):  # where not even the folder is one, nothing is left either
            part.unlink(missing_ok=True)


def _copy(database: Path, part: Path, progress: Progress) -> None:
    def told(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)

    try:
        source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(part)) as copy:
            source.backup(copy, pages=_PAGES, progress=told, sleep=0.01)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise StorageError(f"The database {database} cannot be copied to {part}: {error}.") from error


def _sqlite_faults(copy: sqlite3.Connection) -> list[str]:
    try:
        found = [text for (text,) in copy.execute("PRAGMA integrity_check")]
        found += [f"{table} refers to what is not there" for table, *_ in copy.execute("PRAGMA foreign_key_check")]
    except sqlite3.Error as error:
        return [str(error)]
    return [text for text in found if text != "ok"]


def _run(program: str, url: URL | None, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs, the password in its environment."""
    if shutil.which(program) is None:
        raise StorageError(
            f"{program} is not installed, and PostgreSQL is copied by its own programs: install the package "
            "postgresql-client in a version that is not older than the server."
        )
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url is not None and url.password else {})
    done = subprocess.run(  # noqa: S603  # no shell, and the arguments are the operator's own
        [program, *_place(url), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise StorageError(f"{program} failed: {lines[-1]}")


def _place(url: URL | None) -> Sequence[str]:
    if url is None:
        return ()
    bare = url.set(drivername="postgresql", password=None)
    return (f"--dbname={bare.render_as_string(hide_password=False)}", "--no-password")
