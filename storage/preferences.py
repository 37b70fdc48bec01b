"""What people want to be told directly."""

from sqlalchemy import select

from domain.preference import DirectKind, Preferences
from storage.database import Tx
from storage.tables import PreferenceRow
from storage.upserts import upsert


def of(tx: Tx, user_id: str) -> Preferences:
    """Return a person's choice; whoever never chose is told of everything."""
    row = tx.scalar(select(PreferenceRow).where(PreferenceRow.user_id == user_id))
    if row is None:
        return Preferences()
    return Preferences(frozenset(DirectKind(kind) for kind in row.off), row.open_hours_only)


def put(tx: Tx, user_id: str, chosen: Preferences) -> None:
    """Keep a person's choice."""
    row = {"user_id": user_id, "off": sorted(chosen.off), "open_hours_only": chosen.open_hours_only}
    upsert(tx, PreferenceRow, [row], update=["off", "open_hours_only"])
