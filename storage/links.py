"""Links: a social account tied to a customer, with the evidence; how people set and remove them by hand."""

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update

from domain.brand import Account
from domain.customer import Grade, Link, LinkState
from storage import records
from storage.database import Tx
from storage.folding import fold_handle
from storage.tables import AuthorRow, LinkRow, MembershipRow


def get(tx: Tx, link_id: str) -> Link | None:
    """Return one link that may be used or waits, removed ones aside."""
    return next(iter(read(tx, LinkRow.id == link_id)), None)


def of_author(tx: Tx, author_key: str) -> list[Link]:
    """Return the active links of an author, suggested ones too."""
    return read(tx, LinkRow.author_key == author_key, LinkRow.state == LinkState.ACTIVE)


def hold(tx: Tx, author_key: str) -> None:
    """Let nobody else link an author until the transaction ends."""
    tx.execute(select(AuthorRow.key).where(AuthorRow.key == author_key).with_for_update())


def tie(
    tx: Tx,
    customer_id: str,
    account: Account,
    *,
    user_id: str | None,
    grade: Grade,
    evidence: str,
    by: str,
    at: datetime,
) -> str | None:
    """Tie an account to a customer, as active where its user id is known; return the link's id.

    A link of hers to the same account is set anew, also a removed one. None where the customer is not known any more.
    """
    oldest = records.oldest(tx, customer_id)
    if oldest is None:
        return None
    values = {
        "handle": account.handle,
        "author_key": None if user_id is None else f"{account.platform}:{user_id}",
        "grade": grade,
        "state": LinkState.AWAITING if user_id is None else LinkState.ACTIVE,
        "evidence": evidence,
        "since": at,
        "by": by,
    }
    same = LinkRow.platform == account.platform, LinkRow.handle_folded == fold_handle(account.handle)
    hers = select(MembershipRow.record_id).where(MembershipRow.customer_id == customer_id)
    known = tx.scalar(select(LinkRow.id).where(LinkRow.record_id.in_(hers), *same).order_by(LinkRow.since).limit(1))
    if known is not None:
        tx.execute(update(LinkRow).where(LinkRow.id == known).values(**values))
        return known
    new = secrets.token_hex(8)
    place = {"platform": account.platform, "handle_folded": fold_handle(account.handle), "record_id": oldest}
    tx.execute(insert(LinkRow).values(id=new, **place, **values))
    return new


def untie(tx: Tx, link_id: str, *, by: str, at: datetime) -> None:
    """Remove a link; it is kept, so that it can be set again, and no import brings it back."""
    tx.execute(update(LinkRow).where(LinkRow.id == link_id).values(state=LinkState.REMOVED, since=at, by=by))


def read(tx: Tx, *conditions: ColumnElement[bool]) -> list[Link]:
    """Return the links of these conditions, removed ones aside, the oldest first."""
    rows = select(LinkRow, MembershipRow.customer_id).join(MembershipRow, MembershipRow.record_id == LinkRow.record_id)
    these = rows.where(LinkRow.state != LinkState.REMOVED, *conditions)
    return [_link(row, customer_id) for row, customer_id in tx.execute(these.order_by(LinkRow.since, LinkRow.id))]


def _link(row: LinkRow, customer_id: str) -> Link:
    return Link(
        id=row.id,
        customer_id=customer_id,
        account=Account(row.platform, row.handle),
        grade=row.grade,
        state=row.state,
        user_id=None if row.author_key is None else row.author_key.partition(":")[2],
        evidence=row.evidence,
        since=row.since,
        by=row.by,
    )
