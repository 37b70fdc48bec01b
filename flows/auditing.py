"""The audit log: a page of its entries, whether its chain is whole, and the steps that Earshot itself saw."""

from dataclasses import dataclass
from datetime import datetime

from crm.access import permit
from crm.lifecycle import Step
from domain.audit import AuditEntry, Chain
from domain.person import Action, Person
from flows.house import House
from storage import audit
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries: those of one actor, those about one subject, the `last` so many. None means whichever."""

    actor: str | None = None
    subject: str | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A part of the entries, the latest first; `total` counts all that the filter lets through."""

    entries: tuple[AuditEntry, ...]
    total: int


def read_audit(wanted: AuditFilter, *, person: Person, house: House, limit: int, offset: int = 0) -> AuditPage:
    """Read a page of the log; raises Refused."""
    permit(person, Action.SEE_AUDIT)
    with house.database.read() as tx:
        total = audit.count(tx, actor=wanted.actor, subject=wanted.subject)
        total = total if wanted.last is None else min(total, wanted.last)
        room = max(0, min(limit, total - offset))
        found = audit.entries(tx, actor=wanted.actor, subject=wanted.subject, limit=room, offset=offset)
    return AuditPage(tuple(found), total)


def verify_audit(*, person: Person, house: House) -> Chain:
    """Walk the whole chain for a person; raises Refused."""
    permit(person, Action.SEE_AUDIT)
    with house.database.read() as tx:
        return chain_of(tx, house=house)


def chain_of(tx: Tx, *, house: House) -> Chain:
    """Walk the whole chain."""
    broken = audit.verify(tx, secret=house.secret)
    return Chain(entries=audit.count(tx), head=audit.head(tx), broken=tuple(broken))


def audit_step(tx: Tx, case_id: str, step: Step, *, at: datetime, house: House) -> None:
    """Write a step that Earshot itself saw into the audit log."""
    audit.append(tx, at=at, actor="earshot", action=step.value, subject=case_id, secret=house.secret)
