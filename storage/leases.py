"""Leases: which process runs what, and tokens that tell a late holder from the present one."""

from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update

from storage.database import Tx
from storage.tables import LeaseRow
from storage.upserts import insert_new


def acquire(tx: Tx, name: str, *, holder: str, at: datetime, seconds: float) -> int | None:
    """Take a free or expired lease, or keep our own, for so many seconds from `at`.

    Returns the fencing token, which grows whenever the lease was lost in between; None where somebody else holds it.
    """
    expires = at + timedelta(seconds=seconds)
    if insert_new(tx, LeaseRow, {"name": name, "holder": holder, "token": 1, "expires_at": expires}):
        return 1
    lost = LeaseRow.expires_at <= at
    statement = (
        update(LeaseRow)
        .where(LeaseRow.name == name, or_(lost, LeaseRow.holder == holder))
        .values(holder=holder, expires_at=expires, token=LeaseRow.token + case((lost, 1), else_=0))
        .returning(LeaseRow.token)
    )
    return tx.scalar(statement)


def held(tx: Tx, name: str, *, token: int, at: datetime) -> bool:
    """Tell whether the lease still stands under this token: ask in the transaction of the effect."""
    row = select(LeaseRow.name).where(LeaseRow.name == name, LeaseRow.token == token, LeaseRow.expires_at > at)
    return tx.scalar(row.with_for_update()) is not None


def is_taken(tx: Tx, name: str, *, at: datetime) -> bool:
    """Tell whether anybody holds the lease."""
    return tx.scalar(select(LeaseRow.name).where(LeaseRow.name == name, LeaseRow.expires_at > at)) is not None


def release(tx: Tx, name: str, *, holder: str, at: datetime) -> None:
    """Give our lease back; one that somebody else holds by now is left alone."""
    tx.execute(update(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder).values(expires_at=at))
