"""Bulk inserts that both databases understand: what exists is updated or left alone."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Table
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
    if rows:
        tx.execute(_insert(tx.get_bind().dialect.name, table, tuple(update)), list(rows))


def add_up(tx: Tx, table: type[Row], rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert rows; where the primary key exists add to the number in `column`."""
    if rows:
        kept = _table(table)
        insert = (sqlite.insert if tx.get_bind().dialect.name == "sqlite" else postgresql.insert)(kept)
        summed = {column: kept.c[column] + insert.excluded[column]}
        added = insert.on_conflict_do_update(index_elements=list(kept.primary_key), set_=summed)
        tx.execute(added, list(rows))


def insert_new(tx: Tx, table: type[Row], row: Mapping[str, Any]) -> bool:
    """Insert one row; False where one with a key of its own is there already."""
    statement = _insert(tx.get_bind().dialect.name, table, ()).returning(*_table(table).primary_key)
    return tx.execute(statement, [row]).first() is not None


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces that fit an IN list."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


@cache
def _insert(dialect: str, table: type[Row], update: tuple[str, ...]) -> sqlite.Insert | postgresql.Insert:
    """Build a statement once: SQLAlchemy finds what it compiled for it by walking through it anew for each new one."""
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_table(table))
    if not update:
        return insert.on_conflict_do_nothing()
    changes = {name: insert.excluded[name] for name in update}
    return insert.on_conflict_do_update(index_elements=list(_table(table).primary_key), set_=changes)


def _table(table: type[Row]) -> Table:
    return cast("Table", table.__table__)
