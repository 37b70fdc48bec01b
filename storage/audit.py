"""The audit log: append-only, each entry chained to the one before by a keyed digest. Surrogate ids only."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update

from domain.audit import AuditEntry
from domain.clock import iso
from storage.database import Tx
from storage.tables import AuditHeadRow, AuditRow


def append(tx: Tx, *, at: datetime, actor: str, action: str, subject: str, detail: str = "", secret: bytes) -> None:
    """Add an entry at the end of the chain."""
    append_all(tx, [subject], at=at, actor=actor, action=action, detail=detail, secret=secret)


def append_all(
    tx: Tx, subjects: Sequence[str], *, at: datetime, actor: str, action: str, detail: str = "", secret: bytes
) -> None:
    """Add an entry for each subject at the end of the chain: the same was done to each."""
    if not subjects:
        return
    head = tx.scalars(select(AuditHeadRow).with_for_update()).one()
    number, mac = head.number, head.mac
    said = {"at": at, "actor": actor, "action": action, "detail": detail}
    entries = []
    for number, subject in enumerate(subjects, head.number + 1):
        mac = _mac(AuditRow(number=number, subject=subject, **said), mac, secret)
        entries.append({"number": number, "subject": subject, "mac": mac, **said})
    tx.execute(insert(AuditRow), entries)
    tx.execute(update(AuditHeadRow).values(number=number, mac=mac))


def verify(tx: Tx, *, secret: bytes) -> list[int]:
    """Return the numbers of entries that were altered, removed, or do not follow from the one before them."""
    broken: list[int] = []
    before, expected = "", 1
    for entry in tx.scalars(select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=1000)):
        broken.extend(range(expected, entry.number))
        if not hmac.compare_digest(entry.mac, _mac(entry, before, secret)):
            broken.append(entry.number)
        before, expected = entry.mac, entry.number + 1
    head = tx.scalars(select(AuditHeadRow)).one()
    broken.extend(range(expected, head.number + 1))
    if not broken and head.mac != before:
        broken.append(head.number)
    return broken


def head(tx: Tx) -> str:
    """Return the digest of the last entry, empty where there is none: kept elsewhere, it vouches for all before it."""
    return tx.scalars(select(AuditHeadRow.mac)).one()


def entries(
    tx: Tx, *, limit: int, offset: int = 0, actor: str | None = None, subject: str | None = None
) -> list[AuditEntry]:
    """Return entries, the latest first: all, those of one person, or those about one subject."""
    chosen = select(AuditRow).where(*_chosen(actor, subject)).order_by(AuditRow.number.desc())
    return [
        AuditEntry(row.number, row.at, row.actor, row.action, row.subject, row.detail)
        for row in tx.scalars(chosen.limit(limit).offset(offset))
    ]


def count(tx: Tx, *, actor: str | None = None, subject: str | None = None) -> int:
    """Count what `entries` would return without a limit."""
    return tx.scalar(select(func.count()).select_from(AuditRow).where(*_chosen(actor, subject))) or 0


def _chosen(actor: str | None, subject: str | None) -> list[ColumnElement[bool]]:
    of_actor = [] if actor is None else [AuditRow.actor == actor]
    return of_actor if subject is None else [*of_actor, AuditRow.subject == subject]


def _mac(entry: AuditRow, before: str, secret: bytes) -> str:
    covered = [before, entry.number, iso(entry.at), entry.actor, entry.action, entry.subject, entry.detail]
    return hmac.new(secret, json.dumps(covered).encode(), hashlib.sha256).hexdigest()
