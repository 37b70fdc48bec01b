"""Bulk inserts that both databases understand: what exists is updated or left alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Tx
from storage.tables import Row

T = TypeVar("T")
CHUNK = 500
"""So many values go into one IN list."""


def upsert(tx: Tx, table: type[Row], rows: Sequence[Mapping[str, Any]], *, update: Sequence[str] = ()) -> None:
    """Insert rows; where the primary key exists set the columns of `update`.

    Without `update` a row that would clash with an existing one in any key is left out.
    """
    if not rows:
        return
    statement = _insert(tx, table)
    if update:
        keys = [column.name for column in inspect(table).primary_key]
        statement = statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in update}
        )
    else:
        statement = statement.on_conflict_do_nothing()
    tx.execute(statement, list(rows))


def insert_new(tx: Tx, table: type[Row], row: Mapping[str, Any]) -> bool:
    """Insert one row; False where one with a key of its own is there already."""
    statement = _insert(tx, table).values(**row).on_conflict_do_nothing()
    return tx.execute(statement.returning(*inspect(table).primary_key)).first() is not None


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces that fit an IN list."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _insert(tx: Tx, table: type[Row]) -> sqlite.Insert | postgresql.Insert:
    insert = sqlite.insert if tx.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(table)
