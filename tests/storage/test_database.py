import multiprocessing
import os
import signal
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from domain.case import CaseState
from domain.errors import StorageError
from storage import cases, deliveries, mentions, streams
from storage.database import open_database
from tests.builders import NOON, mention
from tests.storage.values import SECRET, case, seen, store


def file_of(url) -> Path:
    return Path(make_url(url).database)


def stored(database):
    with database.read() as tx:
        return tx.scalar(text("SELECT count(*) FROM deliveries"))


class Stop(Exception):
    """Ends a block from inside."""


def test_a_block_that_ends_is_committed_and_one_that_fails_is_undone(database):
    with database.write() as tx:
        deliveries.first_time(tx, "kept", at=NOON)
    with pytest.raises(Stop), database.write() as tx:  # noqa: PT012
        deliveries.first_time(tx, "undone", at=NOON)
        raise Stop
    assert stored(database) == 1


def test_a_reader_sees_one_moment(database):
    with database.read() as reader:
        assert reader.scalar(text("SELECT count(*) FROM deliveries")) == 0
        with database.write() as writer:
            deliveries.first_time(writer, "new", at=NOON)
        assert reader.scalar(text("SELECT count(*) FROM deliveries")) == 0
    assert stored(database) == 1


def test_a_reader_may_not_write(database):
    with pytest.raises(StorageError, match="read-only"), database.read() as tx:
        deliveries.first_time(tx, "key", at=NOON)
    assert stored(database) == 0


def test_a_transaction_sees_what_it_has_just_changed(database):
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        before = cases.get(tx, "case1")
        cases.move(tx, before, state=CaseState.CLAIMED, owner="U0MIA")
        assert (before.owner, cases.get(tx, "case1").owner) == (None, "U0MIA")


def test_many_threads_write_without_getting_in_each_others_way(database):
    def write(number):
        for turn in range(10):
            with database.write() as tx:
                streams.save_cursor(tx, f"stream {turn}", f"{number}", brand="Lumora", at=NOON)
                deliveries.first_time(tx, f"{number} {turn}", at=NOON)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored(database) == 120


def write_and_die(url) -> None:
    database = open_database(url)
    with database.write() as tx:
        store(tx, *(seen(mention(number=n)) for n in range(1, 201)))
    with database.write() as tx:
        store(tx, *(seen(mention(number=n)) for n in range(201, 801)))
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_leaves_what_it_committed_and_nothing_half(database_url):
    process = multiprocessing.get_context("fork").Process(target=write_and_die, args=(database_url,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    database = open_database(database_url)
    with database.write() as tx:
        for table in ("mentions", "sightings", "predictions"):
            rows = tx.scalar(text(f"SELECT count(*) FROM {table}"))
            assert rows == (400 if table == "predictions" else 200)
        assert len(mentions.search(tx, "lumora", limit=1000)) == 200
        posts = [mention(number=n) for n in (200, 201)]
        assert mentions.unseen(tx, posts, brand="Lumora", secret=SECRET) == posts[1:]
        store(tx, seen(posts[1]))
    database.close()


def test_the_password_is_never_shown(postgres_url):
    url = make_url(postgres_url).set(password="hunter2")
    database = open_database(url.render_as_string(hide_password=False))
    database.close()
    assert "hunter2" not in database.url


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_usual_way_to_name_postgresql_is_understood(postgres_url, scheme):
    open_database(postgres_url.replace("postgresql", scheme, 1)).close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://user:hunter2@host/name", "url cannot be used: write sqlite"),
        ("postgresql://user:hunter2@host:port/name", "url cannot be used: write sqlite"),
        ("hunter2.db", "url cannot be used: write sqlite"),
        ("sqlite://", "in-memory"),
        ("sqlite:///:memory:", "in-memory"),
        ("sqlite:////proc/no/such/folder/e.db", "cannot be made"),
        ("postgresql://user:hunter2@127.0.0.1:1/name", "cannot be reached"),
    ],
)
def test_an_address_that_cannot_work_says_why_and_hides_the_password(url, says):
    with pytest.raises(StorageError, match=says) as caught:
        open_database(url)
    assert "hunter2" not in str(caught.value)


def test_an_error_names_no_value_that_was_to_be_stored(database):
    post = mention("hunter2 is my password", posted_at="not a moment")
    with pytest.raises(StorageError, match="something impossible") as caught, database.write() as tx:
        store(tx, seen(post))
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"


def test_a_database_that_the_server_does_not_have_is_named(postgres_url):
    with pytest.raises(StorageError, match=r"missing. does not exist.. Check user, password and database"):
        open_database(make_url(postgres_url).set(database="missing").render_as_string(hide_password=False))


def test_a_folder_that_is_missing_is_made(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/var/data/earshot.db")
    database.migrate()
    database.close()
    assert (tmp_path / "var/data/earshot.db").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("these are notes, not a database\n" * 50)
    with pytest.raises(StorageError, match=r"notes.txt is not a database. Name another file"):
        open_database(f"sqlite:///{tmp_path}/notes.txt")


def test_a_folder_instead_of_a_file_is_refused(tmp_path):
    with pytest.raises(StorageError, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_damaged_file_is_called_damaged(sqlite_url):
    database = open_database(sqlite_url)
    with database.write() as tx:
        store(tx, *(seen(mention(number=n)) for n in range(1, 300)))
    assert database.scrub()
    database.close()
    path = file_of(sqlite_url)
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"is damaged\. Stop Earshot and restore a backup"):
        open_database(sqlite_url)


def test_a_file_that_another_program_keeps_locked_is_called_locked(sqlite_url, monkeypatch):
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.1)
    database = open_database(sqlite_url)
    other = sqlite3.connect(file_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match=r"is locked by another process\. Stop the other"), database.write() as tx:
        deliveries.first_time(tx, "meanwhile", at=NOON)
    other.rollback()
    other.close()
    with database.write() as tx:
        assert deliveries.first_time(tx, "afterwards", at=NOON)
    database.close()


def test_a_writer_inside_a_writer_is_told_rather_than_kept_waiting_for_ever(sqlite_url, monkeypatch):
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.1)
    database = open_database(sqlite_url)
    with database.write(), pytest.raises(StorageError, match="busy by another job"), database.write():
        pass
    database.close()


def test_a_full_disk_stores_nothing_and_says_so_and_goes_on_when_there_is_space(sqlite_url):
    database = open_database(sqlite_url)
    with database.write() as tx:
        pages = tx.scalar(text("PRAGMA page_count"))
        tx.execute(text(f"PRAGMA max_page_count = {pages + 5}"))
    with pytest.raises(StorageError, match=r"no space left on its disk\. Free some space"), database.write() as tx:
        store(tx, *(seen(mention("x" * 400, number=n)) for n in range(1, 1000)))
    with database.write() as tx:
        assert tx.scalar(text("SELECT count(*) FROM mentions")) == 0
        tx.execute(text("PRAGMA max_page_count = 1000000"))
        store(tx, *(seen(mention("x" * 400, number=n)) for n in range(1, 1000)))
    database.close()


def test_a_server_that_drops_a_connection_is_explained_and_used_again(postgres_url):
    database = open_database(postgres_url)
    with pytest.raises(StorageError, match="is shutting down or starting"), database.write() as tx:
        cut_off(tx, database)
    with database.write() as tx:
        assert deliveries.first_time(tx, "lost", at=NOON)
    database.close()


def cut_off(tx, database):
    deliveries.first_time(tx, "lost", at=NOON)
    process = tx.scalar(text("SELECT pg_backend_pid()"))
    with database.write() as other:
        other.execute(text(f"SELECT pg_terminate_backend({process})"))
    tx.execute(text("SELECT 1"))


def test_sqlite_is_set_up_to_lose_nothing(sqlite_url):
    database = open_database(sqlite_url)
    with database.write() as tx:
        found = {name: tx.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert tx.scalar(text("PRAGMA secure_delete")) == 1
    database.close()
