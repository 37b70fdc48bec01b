"""The brands that the settings have named so far."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.brand import Brand
from storage.database import Tx
from storage.tables import BrandRow
from storage.upserts import upsert


def sync(tx: Tx, brands: Sequence[Brand]) -> None:
    """Remember names and time zones; a brand that left the settings stays, with all that was said about it."""
    rows = [{"name": brand.name, "time_zone": brand.time_zone.key} for brand in brands]
    upsert(tx, BrandRow, rows, update=["time_zone"])


def lock(tx: Tx, names: Sequence[str]) -> None:
    """Let nobody else file posts of these brands until the end of the transaction. SQLite has one writer anyway."""
    rows = select(BrandRow.name).where(BrandRow.name.in_(names)).order_by(BrandRow.name)
    tx.execute(rows.with_for_update()).all()
