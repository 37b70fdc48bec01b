"""Who is writing a reply to which case: one person at a time, for as long as she goes on."""

from datetime import datetime

from sqlalchemy import or_, select, update

from domain.reply import Hold
from storage.database import Tx
from storage.tables import ReplyHoldRow
from storage.upserts import insert_new


def take(tx: Tx, case_id: str, *, by: str, at: datetime, until: datetime) -> Hold:
    """Let a person write, or go on writing, until a moment; return who writes now, which may be somebody else."""
    fresh = {"case_id": case_id, "holder": by, "since": at, "touched_at": at, "until": until}
    if not insert_new(tx, ReplyHoldRow, fresh):
        of_case = ReplyHoldRow.case_id == case_id
        goes_on = update(ReplyHoldRow).where(of_case, ReplyHoldRow.holder == by, ReplyHoldRow.until > at)
        free = or_(ReplyHoldRow.until <= at, ReplyHoldRow.holder == by)
        if tx.scalar(goes_on.values(touched_at=at, until=until).returning(ReplyHoldRow.case_id)) is None:
            tx.execute(update(ReplyHoldRow).where(of_case, free).values(fresh))
    return _hold(tx.scalars(select(ReplyHoldRow).where(ReplyHoldRow.case_id == case_id)).one())


def release(tx: Tx, case_id: str, *, at: datetime, by: str | None = None) -> None:
    """End a person's writing, or whoever's it is; who wrote last stays known."""
    held = update(ReplyHoldRow).where(ReplyHoldRow.case_id == case_id, ReplyHoldRow.until > at)
    if by is not None:
        held = held.where(ReplyHoldRow.holder == by)
    tx.execute(held.values(until=at))


def last_writer(tx: Tx, case_id: str, *, since: datetime, until: datetime) -> str | None:
    """Return who had a reply to the case open at some time between two moments, both inclusive."""
    row = ReplyHoldRow.case_id == case_id, ReplyHoldRow.touched_at >= since, ReplyHoldRow.since <= until
    return tx.scalar(select(ReplyHoldRow.holder).where(*row))


def _hold(row: ReplyHoldRow) -> Hold:
    return Hold(row.case_id, row.holder, row.since, row.until)
