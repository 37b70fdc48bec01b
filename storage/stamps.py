"""The fingerprint of the key that a database was made with, so that no second key ever writes into it."""

from sqlalchemy import Connection, delete, exists, insert, inspect, select

from domain.errors import StorageError
from storage.cipher import Cipher
from storage.tables import AuditRow, RecordRow, StampRow, TombstoneRow

_KEY = "key"
_KEYED = (RecordRow, AuditRow, TombstoneRow)


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
    raise StorageError(
        "EARSHOT_KEY is not the key that this database was begun with (set, unset or changed since): its customers, "
        "its audit log and the marks of deleted posts depend on it. Set it as it was, or begin a new database."
    )
