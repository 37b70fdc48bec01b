"""A whole database in one file: copied while others write, verified, and put back."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, make_url

from domain.clock import iso
from domain.errors import InputError, StorageError
from storage import stamps

Progress = Callable[[int, int], None]
"""Is told how many pages are done, and of how many."""

_SQLITE, _POSTGRES = b"SQLite format 3\x00", b"PGDMP"
"""How the files of both begin: https://sqlite.org/fileformat.html and pg_dump's custom format."""

_PAGES = 2_000
"""So many pages are copied between two words about the progress."""

_EMPTY = """
DO $$
DECLARE own text;
BEGIN
  FOR own IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('DROP TABLE %I CASCADE', own);
  END LOOP;
  FOR own IN
    SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
  LOOP
    EXECUTE 'DROP ROUTINE ' || own || ' CASCADE';
  END LOOP;
END $$
"""
"""Drops what is there but for extensions: what a copy does not know, as a later Earshot made it, is in its way."""


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
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
            faults = _sqlite_faults(copy)
        if faults:
            raise StorageError(f"{file} is damaged ({faults[0]}): take another backup.")
        return True
    if beginning.startswith(_POSTGRES):
        _run("pg_restore", None, f"--file={os.devnull}", str(file))
        return False
    raise InputError(f"{file} is no backup: neither a SQLite database nor an archive of pg_dump.")


def put_back(file: Path, url: str, *, key: bytes | None) -> None:
    """Put a copy of PostgreSQL in the place of all tables of its database, in one transaction.

    Raises:
        StorageError: it did not work, or the copy was made with another key, and all is as before.
    """
    parsed = make_url(url)
    _find("psql")
    read = [_find("pg_restore"), "--clean", "--if-exists", "--no-owner", "--file=-", str(file)]
    write = ["psql", *_place(parsed), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with tempfile.TemporaryFile("w+") as told, subprocess.Popen(  # noqa: S603  # as in _run
        [*write, f"--command={_EMPTY}", "--file=-", f"--command=RESET search_path; {stamps.key_question(key)}"],
        env=_environment(parsed), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told,
    ) as psql:  # fmt: skip
        read_by = subprocess.run(read, stdout=psql.stdin, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
        if read_by.returncode:
            psql.kill()  # before its input ends, at which it would commit what came so far
        psql.communicate()
        told.seek(0)
        refused = told.read()
    if read_by.returncode and psql.returncode <= 0:
        raise StorageError(f"pg_restore failed: {_fault(read_by.stderr, read_by.returncode)}")
    if psql.returncode:
        raise StorageError(f"psql failed: {_fault(refused, psql.returncode)}")


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
    """Put a copy in the place of a SQLite database that nobody uses; returns where the old one is now.

    At every moment there is a whole one in its place: where there were none, the next start would begin a new one.

    Raises:
        StorageError: somebody uses it, or there is no room; nothing was changed.
    """
    present = Path(str(make_url(url).database))
    kept = present.with_name(f"{present.name}.replaced-{stamp(at)}") if present.exists() else None
    try:
        if kept is not None:
            _empty_log(present)
            _link(present, kept)
        for journal in ("-wal", "-shm"):
            present.with_name(present.name + journal).unlink(missing_ok=True)
        copy.replace(present)
    except OSError as error:
        if kept is not None:
            kept.unlink(missing_ok=True)
        raise StorageError(f"{present} cannot be replaced: {error.strerror}.") from error
    return kept


def _empty_log(database: Path) -> None:
    """Bring everything into the one file; what is no database any more has no log either."""
    with closing(sqlite3.connect(database)) as connection:
        try:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            busy = True
        except sqlite3.DatabaseError:
            return
    if busy:
        raise StorageError(f"{database} is being used: stop every other command of Earshot, and restore then.")


def _link(present: Path, kept: Path) -> None:
    """Give a file a second name; a copy, where the file system has no such names."""
    kept.unlink(missing_ok=True)
    try:
        kept.hardlink_to(present)
    except OSError:
        shutil.copy2(present, kept)


def stamp(at: datetime) -> str:
    """Write a moment as a part of a file's name."""
    return iso(at).replace(":", "").replace("-", "")[:15]


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """Give a place to write to, for us alone, which becomes the file only when all of it is there."""
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # of a copy that was killed
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
        source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        with closing(source), closing(sqlite3.connect(part)) as copy:
            source.execute("BEGIN")  # one snapshot: else SQLite begins anew whenever another process has written
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES, progress=told)
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
    """Run one of PostgreSQL's own programs."""
    done = subprocess.run(  # noqa: S603  # no shell, and the arguments are the operator's own
        [_find(program), *_place(url), *arguments], env=_environment(url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StorageError(f"{program} failed: {_fault(done.stderr, done.returncode)}")


def _find(program: str) -> str:
    if shutil.which(program) is None:
        raise StorageError(
            f"{program} is not installed, and PostgreSQL is copied by its own programs: install the package "
            "postgresql-client in a version that is not older than the server."
        )
    return program


def _environment(url: URL | None) -> dict[str, str]:
    """Return what a program's environment is, the password in it."""
    return os.environ | ({"PGPASSWORD": str(url.password)} if url is not None and url.password else {})


def _fault(told: str, code: int) -> str:
    """Return what a program says is wrong; hints and context come behind."""
    lines = told.strip().splitlines() or [f"exit code {code}"]
    return next((line for line in lines if "error:" in line.lower()), lines[-1])


def _place(url: URL | None) -> Sequence[str]:
    if url is None:
        return ()
    bare = url.set(drivername="postgresql", password=None)
    return (f"--dbname={bare.render_as_string(hide_password=False)}", "--no-password")
