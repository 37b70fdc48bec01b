"""The fingerprint of the key that a database was made with, so that no second key ever writes into it."""

from sqlalchemy import Connection, delete, exists, insert, inspect, select

from domain.errors import StorageError
from storage.cipher import Cipher, cipher_of
from storage.tables import AuditRow, RecordRow, StampRow, TombstoneRow

_KEY = "key"
_KEYED = (RecordRow, AuditRow, TombstoneRow)
_OTHER_KEY = (
    "EARSHOT_KEY is not the key that this database was begun with (set, unset or changed since): its customers, "
    "its audit log and the marks of deleted posts depend on it. Set it as it was, or begin a new database."
)


def stamp_key(connection: Connection, cipher: Cipher) -> None:
    """Remember the key; raises StorageError where customers were stored under another one."""
    check_key(connection, cipher)
    connection.execute(delete(StampRow).where(StampRow.name == _KEY))
    connection.execute(insert(StampRow).values(name=_KEY, value=cipher.blind(_KEY)))


def check_key(connection: Connection, cipher: Cipher) -> None:
    """Raise StorageError where customers were stored under another key, or with a key where there is none now."""
    if not inspect(connection).has_table(StampRow.__tablename__):
        return
    known = connection.scalar(select(StampRow.value).where(StampRow.name == _KEY))
    if known in {None, cipher.blind(_KEY)}:
        return
    if not any(connection.scalar(select(exists().select_from(table))) for table in _KEYED):
        return
    raise StorageError(_OTHER_KEY)


def key_question(key: bytes | None) -> str:
    """Return what PostgreSQL itself has to run to refuse a database as `check_key` does."""
    keyed = " OR ".join(f"EXISTS (SELECT FROM {table.__tablename__})" for table in _KEYED)
    return f"""
DO $$ BEGIN
  IF to_regclass('{StampRow.__tablename__}') IS NOT NULL THEN
    IF EXISTS (SELECT FROM stamps WHERE name = '{_KEY}' AND value <> '{cipher_of(key).blind(_KEY)}') AND ({keyed}) THEN
      RAISE EXCEPTION '{_OTHER_KEY}';
    END IF;
  END IF;
END $$"""  # of names of ours and a digest
