"""People who are being forgotten: offered, confirmed once, and taken up again after a stop."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from domain.forgetting import Forgetting, ForgettingState, Holdings
from storage.database import Tx
from storage.tables import ForgettingRow


def add(tx: Tx, offer_id: str, *, by: str, at: datetime, customer_id: str | None, author_keys: Sequence[str]) -> None:
    """Keep whom an offer means until it is confirmed, cancelled or purged."""
    tx.execute(
        insert(ForgettingRow).values(
            id=offer_id,
            state=ForgettingState.OFFERED,
            by=by,
            offered_at=at,
            customer_id=customer_id,
            author_keys=list(author_keys),
            gone={},
        )
    )


def get(tx: Tx, forgetting_id: str) -> Forgetting | None:
    """Return one, kept from other writers until the commit."""
    row = tx.scalar(select(ForgettingRow).where(ForgettingRow.id == forgetting_id).with_for_update())
    return None if row is None else _read(row)


def see(tx: Tx, forgetting_id: str) -> Forgetting | None:
    """Return one for reading."""
    row = tx.scalar(select(ForgettingRow).where(ForgettingRow.id == forgetting_id))
    return None if row is None else _read(row)


def start(tx: Tx, forgetting_id: str, *, at: datetime, gone: Holdings) -> bool:
    """Confirm an offer; False where that was done before."""
    offered = ForgettingRow.id == forgetting_id, ForgettingRow.state == ForgettingState.OFFERED
    started = update(ForgettingRow).where(*offered)
    started = started.values(state=ForgettingState.RUNNING, confirmed_at=at, gone=asdict(gone))
    return tx.scalar(started.returning(ForgettingRow.id)) is not None


def advance(tx: Tx, forgetting_id: str, *, gone: Holdings) -> None:
    """Note what has gone so far."""
    tx.execute(update(ForgettingRow).where(ForgettingRow.id == forgetting_id).values(gone=asdict(gone)))


def finish(tx: Tx, forgetting_id: str, *, at: datetime, gone: Holdings) -> None:
    """Note that all has gone, and forget whom it meant."""
    done = update(ForgettingRow).where(ForgettingRow.id == forgetting_id)
    blank: dict[str, Any] = {"customer_id": None, "author_keys": []}
    tx.execute(done.values(state=ForgettingState.ERASED, erased_at=at, gone=asdict(gone), **blank))


def cancel(tx: Tx, forgetting_id: str) -> bool:
    """Drop an offer; False where there is none to drop any more."""
    offered = ForgettingRow.id == forgetting_id, ForgettingRow.state == ForgettingState.OFFERED
    return tx.scalar(delete(ForgettingRow).where(*offered).returning(ForgettingRow.id)) is not None


def purge(tx: Tx, *, before: datetime) -> None:
    """Drop the offers made before a moment: nobody confirmed them."""
    stale = ForgettingRow.state == ForgettingState.OFFERED, ForgettingRow.offered_at < before
    tx.execute(delete(ForgettingRow).where(*stale))


def in_state(tx: Tx, state: ForgettingState) -> list[str]:
    """Return the ids of those that are so far, those confirmed first at the top."""
    so_far = select(ForgettingRow.id).where(ForgettingRow.state == state)
    return list(tx.scalars(so_far.order_by(ForgettingRow.confirmed_at, ForgettingRow.id)))


def scrubbed(tx: Tx, ids: Sequence[str]) -> None:
    """Note that their bytes have been overwritten on disk."""
    erased = ForgettingRow.id.in_(ids), ForgettingRow.state == ForgettingState.ERASED
    tx.execute(update(ForgettingRow).where(*erased).values(state=ForgettingState.SCRUBBED))


def _read(row: ForgettingRow) -> Forgetting:
    return Forgetting(
        id=row.id,
        state=row.state,
        by=row.by,
        offered_at=row.offered_at,
        confirmed_at=row.confirmed_at,
        erased_at=row.erased_at,
        customer_id=row.customer_id,
        author_keys=tuple(row.author_keys),
        gone=Holdings(**row.gone),
    )
