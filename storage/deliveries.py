"""Which of Slack's deliveries have had their effect: it sends some more than once."""

from datetime import datetime

from sqlalchemy import delete

from storage.database import Tx
from storage.tables import DeliveryRow
from storage.upserts import insert_new


def first_time(tx: Tx, key: str, *, at: datetime) -> bool:
    """Tell whether this delivery is new, and remember it in the transaction of its effect."""
    return insert_new(tx, DeliveryRow, {"key": key, "at": at})


def purge(tx: Tx, *, before: datetime) -> None:
    """Forget deliveries that Slack will not repeat any more."""
    tx.execute(delete(DeliveryRow).where(DeliveryRow.at < before))
