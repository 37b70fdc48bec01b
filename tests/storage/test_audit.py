import pytest
from sqlalchemy import text

from domain.errors import StorageError
from storage import audit
from storage.database import open_database
from tests.builders import NOON

SECRET = b"a secret"


@pytest.fixture
def chain(database):
    for number in range(1, 6):
        with database.write() as tx:
            audit.append(tx, at=NOON, actor="U0MIA", action="profile read", subject=f"customer{number}", secret=SECRET)
    return database


def unguard(tx):
    """Take the triggers away, as whoever owns the database could."""
    if tx.get_bind().dialect.name == "sqlite":
        for name in tx.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'")):
            tx.execute(text(f"DROP TRIGGER {name}"))
    else:
        tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        tx.execute(text("ALTER TABLE audit_head DISABLE TRIGGER USER"))


def broken(database, *statements, secret=SECRET):
    with database.write() as tx:
        unguard(tx)
        for statement in statements:
            assert tx.execute(text(statement)).rowcount > 0
    with database.read() as tx:
        return audit.verify(tx, secret=secret)


def test_a_chain_that_nobody_touched_is_whole(chain):
    assert broken(chain) == []
    with chain.read() as tx:
        assert len(audit.head(tx)) == 64


def test_an_empty_chain_is_whole_and_has_no_head(database):
    assert broken(database) == []
    with database.read() as tx:
        assert audit.head(tx) == ""


@pytest.mark.parametrize(
    "column",
    ["actor = 'U0EVE'", "action = 'nothing'", "subject = 'x'", "detail = 'x'", "at = '2020-01-01 00:00:00+00'"],
)
def test_an_altered_entry_is_named(chain, column):
    column = column.replace("+00'", "'") if "sqlite" in chain.url else column
    assert broken(chain, f"UPDATE audit SET {column} WHERE number = 3") == [3]


def test_a_removed_entry_is_named_with_the_one_that_no_longer_follows(chain):
    assert broken(chain, "DELETE FROM audit WHERE number = 3") == [3, 4]


def test_entries_cut_off_at_the_end_are_named(chain):
    assert broken(chain, "DELETE FROM audit WHERE number > 3") == [4, 5]


def test_swapped_entries_are_named(chain):
    swap = ["UPDATE audit SET number = -number WHERE number = 2", "UPDATE audit SET number = 2 WHERE number = 3"]
    assert broken(chain, *swap, "UPDATE audit SET number = 3 WHERE number = -2") == [2, 3, 4]


def test_a_head_that_was_put_back_to_another_entry_is_seen(chain):
    assert broken(chain, "UPDATE audit_head SET mac = (SELECT mac FROM audit WHERE number = 2)") == [5]


def test_without_the_secret_nobody_makes_a_whole_chain(chain):
    assert broken(chain, secret=b"another") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'U0EVE' WHERE number = 3",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE number = 5",
        "UPDATE audit_head SET number = 4",
        "UPDATE audit_head SET mac = ''",
        "DELETE FROM audit_head",
    ],
)
def test_a_stray_statement_cannot_touch_what_was_written(chain, statement):
    with pytest.raises(StorageError, match="keeps its audit log as it is"), chain.write() as tx:
        tx.execute(text(statement))
    with chain.read() as tx:
        assert audit.verify(tx, secret=SECRET) == []
        assert audit.count(tx) == 5


def test_a_table_cannot_be_emptied_at_once(postgres_url):
    database = open_database(postgres_url)
    for table in ("audit", "audit_head"):
        with pytest.raises(StorageError, match="keeps its audit log as it is"), database.write() as tx:
            tx.execute(text(f"TRUNCATE {table}"))
    database.close()


def test_entries_are_read_the_latest_first_by_person_and_by_subject(chain):
    with chain.write() as tx:
        audit.append(tx, at=NOON, actor="U0BEN", action="claim", subject="customer2", secret=SECRET)
    with chain.read() as tx:
        assert [entry.number for entry in audit.entries(tx, limit=2, offset=1)] == [5, 4]
        assert [entry.number for entry in audit.entries(tx, subject="customer2", limit=9)] == [6, 2]
        assert [entry.action for entry in audit.entries(tx, actor="U0BEN", limit=9)] == ["claim"]
        assert (audit.count(tx), audit.count(tx, actor="U0MIA")) == (6, 5)
