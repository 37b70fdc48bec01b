"""A database as the release of schema 0004 left it: made by its migrations, filled with the rows that it wrote."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url

from storage.database import _MIGRATIONS

ROWS = Path(__file__).parent / "storage" / "released_0004.sql"
SECRET = bytes.fromhex("004cad50f11f621d9c58186797718caec7144dafc8da22bc7e37afeff505c65d")
"""What keyed its audit log and tombstones: the secret of a house without EARSHOT_KEY."""


def release(url: str) -> None:
    """Make an empty database into one of the release."""
    parsed = make_url(url)
    engine = create_engine(parsed if parsed.drivername == "sqlite" else parsed.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(_MIGRATIONS))
        command.upgrade(config, "0004")
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for statement in ROWS.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
