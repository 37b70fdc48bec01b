"""What our people noted of customers."""

from datetime import datetime

from sqlalchemy import insert, select

from domain.customer import CustomerNote
from storage.database import Tx
from storage.tables import CustomerNoteRow, MembershipRow


def add(tx: Tx, customer_id: str, *, text: str, by: str, at: datetime) -> bool:
    """Keep a note of a customer; False where she is not known any more. It hangs on her oldest record."""
    record = select(MembershipRow.record_id).where(MembershipRow.customer_id == customer_id)
    record_id = tx.scalar(record.order_by(MembershipRow.since, MembershipRow.record_id).limit(1))
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
