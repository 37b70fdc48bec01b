"""How alembic reaches the database: through the connection that it is handed, in that connection's transaction."""

from alembic import context

from storage.tables import Row


def is_mapped(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the search index out of comparisons: migrations write it by hand, as each database has its own."""
    return not (kind == "table" and str(name).startswith("mentions_fts")) and name != "ix_mentions_words"


context.configure(
    connection=context.config.attributes["connection"], target_metadata=Row.metadata, include_name=is_mapped
)
context.run_migrations()
