"""Drastic changes of what customers do, as they were found week by week."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from domain.engagement import Change, Flag
from storage import records
from storage.database import Tx
from storage.tables import CustomerRow, FlagRow, MembershipRow, StampRow
from storage.upserts import chunks, insert_new, upsert

_LOOKED = "engagement looked"


def add(tx: Tx, flags: Sequence[Flag]) -> int:
    """Keep flags, one for each customer and day; return how many were new. Who is not known any more has none."""
    return sum(_add(tx, flag) for flag in flags)


def _add(tx: Tx, flag: Flag) -> bool:
    record_id = records.oldest(tx, flag.customer_id)
    if record_id is None:
        return False
    values: dict[str, Any] = {
        "record_id": record_id,
        "kind": flag.change.kind,
        "since": flag.since,
        "found_on": flag.on,
        "usual": flag.change.usual,
        "recent": flag.change.recent,
        "days": flag.change.days,
        "chance": flag.change.chance,
        "what": flag.what,
    }
    return insert_new(tx, FlagRow, values)


def last_since(tx: Tx, customer_ids: Sequence[str]) -> dict[str, date]:
    """Return of those customers who have a flag since which day the change of the last one was there."""
    found: dict[str, date] = {}
    for some in chunks(customer_ids):
        last = select(MembershipRow.customer_id, func.max(FlagRow.since)).join(
            FlagRow, FlagRow.record_id == MembershipRow.record_id
        )
        theirs = last.where(MembershipRow.customer_id.in_(some)).group_by(MembershipRow.customer_id)
        found.update(dict(tx.execute(theirs).all()))
    return found


def of_customer(tx: Tx, customer_id: str, *, limit: int) -> list[Flag]:
    """Return a customer's flags, the newest first."""
    hers = _flags().where(MembershipRow.customer_id == customer_id)
    newest = hers.order_by(FlagRow.found_on.desc(), FlagRow.number.desc()).limit(limit)
    return [_flag(row, customer) for row, customer, _ in tx.execute(newest)]


def found_on(tx: Tx, day: date) -> list[tuple[Flag, Decimal | None]]:
    """Return the flags that were found on a day, each with its customer's value."""
    rows = tx.execute(_flags().where(FlagRow.found_on == day).order_by(FlagRow.number))
    return [(_flag(row, customer), value) for row, customer, value in rows]


def is_looked(tx: Tx, day: date) -> bool:
    """Tell whether everybody has been judged by what was known on a day."""
    return tx.scalar(select(StampRow.value).where(StampRow.name == _LOOKED)) == day.isoformat()


def looked(tx: Tx, day: date) -> None:
    """Note that everybody has been judged by what was known on a day."""
    upsert(tx, StampRow, [{"name": _LOOKED, "value": day.isoformat()}], update=["value"])


def days_of(tx: Tx, record_ids: Sequence[str]) -> list[date]:
    """Return the days on which flags of these records were found."""
    return list(tx.scalars(select(FlagRow.found_on).where(FlagRow.record_id.in_(record_ids)).distinct()))


def _flags() -> Select[FlagRow, str, Decimal | None]:
    return (
        select(FlagRow, MembershipRow.customer_id, CustomerRow.value)
        .join(MembershipRow, MembershipRow.record_id == FlagRow.record_id)
        .join(CustomerRow, CustomerRow.id == MembershipRow.customer_id)
    )


def _flag(row: FlagRow, customer_id: str) -> Flag:
    change = Change(row.kind, row.usual, row.recent, row.days, row.chance)
    return Flag(customer_id, change, row.since, row.found_on, row.what)
