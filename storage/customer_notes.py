"""What our people noted of customers."""

from datetime import datetime

from sqlalchemy import insert, select

from domain.customer import CustomerNote
from storage import records
from storage.database import Tx
from storage.tables import CustomerNoteRow, MembershipRow


def add(tx: Tx, customer_id: str, *, text: str, by: str, at: datetime) -> bool:
    """Keep a note of a customer; False where she is not known any more."""
    record_id = records.oldest(tx, customer_id)
    if record_id is None:
        return False
    tx.execute(insert(CustomerNoteRow).values(record_id=record_id, text=text, by=by, at=at))
    return True


def of_customer(tx: Tx, customer_id: str, *, limit: int) -> list[CustomerNote]:
    """Return the latest notes of a customer, newest first."""
    hers = (
        select(CustomerNoteRow)
        .join(MembershipRow, MembershipRow.record_id == CustomerNoteRow.record_id)
        .where(MembershipRow.customer_id == customer_id)
        .order_by(CustomerNoteRow.at.desc(), CustomerNoteRow.number.desc())
    )
    return [CustomerNote(row.at, row.by, row.text) for row in tx.scalars(hers.limit(limit))]
