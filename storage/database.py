"""The connection to SQLite or PostgreSQL: transactions, migrations, and errors that say what to do."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from domain.errors import StorageError
from storage import stamps
from storage.cipher import cipher_of
from storage.column_types import use_cipher
from storage.failures import explain
from storage.tables import Row

Tx = Session
"""An open transaction. Storage functions take it first and never commit."""

BUSY_SECONDS = 10
"""A writer waits so long for another process to finish."""

_ADDRESS = "[database] url cannot be used: write sqlite:///path/earshot.db or postgresql://user:password@host/name."
_LOG_BUSY_MS = 200
_REWRITE_SECONDS, _REWRITE_RESTS = 3.0, 20
"""Nobody can write while the file is rewritten: it is left alone so many times as long as that took beyond so much."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x6561727368  # any number that every Earshot agrees on
_POOL: Mapping[str, Any] = {"pool_size": 8, "max_overflow": 24, "hide_parameters": True}
"""More connections than threads ever ask for; what goes through them is in no error message."""

_OPTIONS = {"populate_existing": True, "synchronize_session": False}
"""Rows are read anew by every statement: bulk statements pass by the session's own memory of them."""


def open_database(url: str, *, key: bytes | None = None) -> "Database":
    """Connect to `sqlite:///path` or `postgresql://user:password@host/name`, making SQLite's file if need be.

    With a `key`, e-mail addresses, phone numbers, postal addresses and notes of customers are encrypted.

    Raises:
        StorageError: it cannot be reached or used, or a newer Earshot has migrated it.
    """
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError):
        raise StorageError(_ADDRESS) from None
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise StorageError(_ADDRESS)
    database = Database(parsed, key)
    try:
        database.check()
    except StorageError:
        database.close()
        raise
    return database


class Database:
    """One database; threads may share it, transactions they may not."""

    def __init__(self, url: URL, key: bytes | None) -> None:
        """Prepare the engines; `open_database` is the way to get one."""
        self.url = url.render_as_string()
        self._cipher = cipher_of(key)
        with self._explained():
            self._reader, self._writer = _sqlite(url) if url.drivername == "sqlite" else _postgres(url)
        self._one_writer = threading.Lock() if url.drivername == "sqlite" else None
        self._rewrite_due = 0.0
        for engine in (self._reader, self._writer):
            use_cipher(engine.dialect, self._cipher)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Read one unchanging snapshot; writing is refused. Raises StorageError."""
        with self._explained(), _session(self._reader) as tx, tx.begin():
            yield tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """Write: commit at the end, or undo everything when an error leaves the block. Raises StorageError.

        SQLite has one writer at a time: this process's threads queue here, other processes inside SQLite.
        """
        with self._explained(), self._turn(), _session(self._writer) as tx, tx.begin():
            yield tx

    def migrate(self) -> None:
        """Bring the tables to this code's version, in one transaction. Raises StorageError."""
        with self._explained(), self._turn(), self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            if self._awaited(connection):
                _upgrade(connection)
            stamps.stamp_key(connection, self._cipher)

    def awaited(self) -> list[str]:
        """Return the names of the migrations that `migrate` would run now, in their order, and run none.

        Raises:
            StorageError: nothing could be written either.
        """
        with self._explained(), self._turn(), self._writer.begin() as connection:
            return self._awaited(connection)

    def version(self) -> str | None:
        """Return the schema's version, None where nothing has been migrated yet. Raises StorageError."""
        with self._explained(), self._reader.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return version

    def check(self) -> None:
        """Raise StorageError unless the database answers, is no newer than this code and has our key."""
        with self._explained(), self._reader.connect() as connection:
            self._awaited(connection)
            stamps.check_key(connection, self._cipher)

    def scrub(self) -> bool:
        """Overwrite on disk what was erased, the search index and the write-ahead log included.

        Returns False where a reader kept the log from being emptied, or the last time took so long that the next is not
        due: call again. On PostgreSQL the pages of every table are vacuumed, as an erasure cascades far; its own log
        keeps old bytes until it is recycled. Raises StorageError.
        """
        with self._explained():
            if self._writer.dialect.name == "postgresql":
                with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text(f"VACUUM {', '.join(sorted(Row.metadata.tables))}"))
                return True
            if time.monotonic() < self._rewrite_due:
                return False
            with self.write() as tx:
                tx.execute(text("INSERT INTO mentions_fts (mentions_fts) VALUES ('optimize')"))
            took = self._rewrite()
            if not _truncate_log(self._writer):
                return False
            self._rewrite_due = time.monotonic() + _REWRITE_RESTS * max(0.0, took - _REWRITE_SECONDS)
            return True

    def _rewrite(self) -> float:
        """Rewrite SQLite's file; returns the seconds that it took.

        `secure_delete` alone misses the cells of which balancing a tree left a copy in the gap of a page.
        """
        with self._turn(), self._writer.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # what the engine began: VACUUM runs outside of transactions
            began = time.monotonic()
            connection.exec_driver_sql("VACUUM")
            return time.monotonic() - began

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise explain(error, self.url) from error

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._one_writer is None:
            yield
            return
        if not self._one_writer.acquire(timeout=2 * BUSY_SECONDS):
            raise StorageError(
                f"The database {self.url} is kept busy by another job of this process. Try again. "
                "If that goes on, it may be locked by another process. Stop the other program that holds it open."
            )
        try:
            yield
        finally:
            self._one_writer.release()

    def _awaited(self, connection: Connection) -> list[str]:
        """Return the migrations that the schema lacks; raises StorageError for one that we do not know."""
        if not inspect(connection).has_table("alembic_version"):
            return list(_migrations())
        present: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if present is not None and present not in {_version(name) for name in _migrations()}:
            raise StorageError(
                f"The database {self.url} was made by a newer Earshot (schema {present}). "
                "Update Earshot, or restore a backup from before that update."
            )
        return [name for name in _migrations() if _version(name) > (present or "")]


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - takes half a second, and only a migration needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS))
    command.upgrade(config, "head")


def _session(engine: Engine) -> Session:
    return Session(engine, autoflush=False, expire_on_commit=False, execution_options=_OPTIONS)


@cache
def _migrations() -> tuple[str, ...]:
    """List the migrations that this code has, in their order, as in `0001_first_schema`."""
    return tuple(sorted(script.stem for script in (_MIGRATIONS / "versions").glob("[0-9]*.py")))


def _version(migration: str) -> str:
    """Return the schema version that a migration leads to, as alembic keeps it: `0001`."""
    return migration.partition("_")[0]


def _sqlite(url: URL) -> tuple[Engine, Engine]:
    if url.database in {None, "", ":memory:"}:
        raise StorageError("An in-memory database cannot be shared by threads. Use a file, as in sqlite:///earshot.db.")
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} of the database cannot be made ({error.strerror}). Name another in [database] url."
        ) from None
    engines = tuple(
        create_engine(url, poolclass=QueuePool, connect_args={"timeout": BUSY_SECONDS}, **_POOL) for _ in range(2)
    )
    reader, writer = engines
    for engine, begin, only_read in ((reader, "BEGIN", "ON"), (writer, "BEGIN IMMEDIATE", "OFF")):
        event.listen(engine, "connect", _pragmas(only_read))
        event.listen(engine, "begin", _begin(begin))
    return reader, writer


def _pragmas(only_read: str) -> Callable[[DBAPIConnection, ConnectionPoolEntry], None]:
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # or sqlite3 begins where it likes
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # a power cut must not forget that a message was being sent
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA query_only = {only_read}")
        cursor.close()

    return prepare


def _begin(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


def _postgres(url: URL) -> tuple[Engine, Engine]:
    try:
        engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **_POOL)
    except ModuleNotFoundError:
        raise StorageError("PostgreSQL needs one package more: pip install 'psycopg[binary]'.") from None
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), engine


def _truncate_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, without keeping writers waiting for a reader that is slow to finish."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_LOG_BUSY_MS}")
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return not busy
    finally:
        connection.close()
