from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from domain.errors import StorageError
from storage import customers, records
from storage.database import open_database
from tests.builders import NOON, record

KEY = b"a key that nobody guesses"
PRIVATE = ("jane.canary@example.com", "+49 170 7654321", "1 Canary Street", "likes canaries", "canary-id")
TOLD = record(
    PRIVATE[4], emails=PRIVATE[:1], phones=PRIVATE[1:2], addresses=PRIVATE[2:3], notes=PRIVATE[3], names=("Jane Doe",)
)


def opened(url, key):
    database = open_database(url, key=key)
    database.migrate()
    return database


def test_with_a_key_customers_are_found_and_read_as_before(database_url):
    database = opened(database_url, KEY)
    with database.write() as tx:
        customer_id = records.add_record(tx, TOLD, at=NOON)
        assert records.add_records(tx, [TOLD], at=NOON).unchanged == 1
    with database.read() as tx:
        for text_ in ("JANE.CANARY@example.com", "0170/7654321", "jane doe", "@jane", customer_id):
            (found,) = customers.find(tx, text_)
            assert (found.id, found.emails, found.phones) == (customer_id, TOLD.emails, TOLD.phones)
            assert (found.addresses, found.notes) == (TOLD.addresses, (TOLD.notes,))
    database.close()


@pytest.mark.parametrize("key", [KEY, None])
def test_only_with_a_key_is_no_private_text_in_any_file(sqlite_url, key):
    database = opened(sqlite_url, key)
    with database.write() as tx:
        records.add_record(tx, TOLD, at=NOON)
    folder = Path(make_url(sqlite_url).database).parent
    content = b"".join(f.read_bytes() for f in folder.iterdir())
    assert [private.encode() in content for private in PRIVATE] == [key is None] * len(PRIVATE)
    database.close()


def test_equal_text_is_sealed_differently_each_time(database_url):
    database = opened(database_url, KEY)
    with database.write() as tx:
        records.add_records(tx, [TOLD, record("another", emails=TOLD.emails)], at=NOON)
        one, other = tx.scalars(text("SELECT emails FROM record_versions"))
    assert one != other
    database.close()


@pytest.mark.parametrize(("before", "after"), [(KEY, None), (None, KEY), (KEY, b"another key")])
def test_a_database_is_refused_under_another_key_than_its_customers(database_url, before, after):
    database = opened(database_url, before)
    with database.write() as tx:
        records.add_record(tx, TOLD, at=NOON)
    database.close()
    with pytest.raises(StorageError, match="EARSHOT_KEY is not the key"):
        open_database(database_url, key=after)
    open_database(database_url, key=before).close()


def test_a_key_may_be_set_before_the_first_customer(database_url):
    opened(database_url, None).close()
    database = opened(database_url, KEY)
    with database.write() as tx:
        records.add_record(tx, TOLD, at=NOON)
    database.close()
    with pytest.raises(StorageError, match="EARSHOT_KEY is not the key"):
        open_database(database_url)


def test_a_field_that_was_altered_is_not_read(database_url):
    database = opened(database_url, KEY)
    with database.write() as tx:
        customer_id = records.add_record(tx, TOLD, at=NOON)
        sealed = tx.scalar(text("SELECT emails FROM record_versions"))
        swapped = sealed[:-6] + ("AAAA==" if sealed[-6:] != "AAAA==" else "BBBB==")
        tx.execute(text("UPDATE record_versions SET emails = :swapped"), {"swapped": swapped})
    with pytest.raises(StorageError, match="cannot be decrypted"), database.read() as tx:
        customers.get(tx, customer_id)
    database.close()
