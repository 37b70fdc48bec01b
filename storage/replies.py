"""Replies that people handed in: one at work per case, each with what became of sending it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, update

from domain.case import OPEN_STATES, CaseState
from domain.mention import MentionId
from domain.reply import Draft, ReplyState, Risk, RiskKind
from storage.database import Tx
from storage.tables import ACTIVE_REPLY, OPEN, CaseRow, ReplyRow
from storage.upserts import chunks, insert_new

_FIELDS = [field.name for field in fields(Draft)]
_OPEN = CaseRow.state.in_(OPEN_STATES)


def add(tx: Tx, draft: Draft) -> bool:
    """Store a draft; False where another one of its case is at work."""
    return insert_new(tx, ReplyRow, asdict(draft) | {"risks": [[risk.kind.value, risk.detail] for risk in draft.risks]})


def get(tx: Tx, draft_id: str) -> Draft | None:
    """Return one draft."""
    return next(iter(_read(tx, select(ReplyRow).where(ReplyRow.id == draft_id))), None)


def latest(tx: Tx, case_ids: Sequence[str]) -> dict[str, Draft]:
    """Return the latest draft of each case that has any."""
    found: dict[str, Draft] = {}
    for some in chunks(case_ids):
        theirs = select(ReplyRow).where(ReplyRow.case_id.in_(some)).order_by(ReplyRow.number)
        found |= {draft.case_id: draft for draft in _read(tx, theirs)}
    return found


def change(tx: Tx, draft_id: str, *, states: Collection[ReplyState], **values: Any) -> bool:
    """Set fields of a draft that is in one of these states; False where it is not, and nothing has changed."""
    return _change(tx, draft_id, ReplyRow.state.in_(states), **values)


def due(tx: Tx, *, at: datetime) -> list[Draft]:
    """Return what may be sent now, oldest first."""
    return _underway(tx, ReplyState.APPROVED, at)


def start(tx: Tx, draft_id: str, *, at: datetime) -> Draft | None:
    """Take a draft for sending; None where it was taken, or its case is over. Commit before the call."""
    case_is_open = exists(select(CaseRow.id).where(CaseRow.id == ReplyRow.case_id, _OPEN))
    taken = _change(
        tx,
        draft_id,
        ReplyRow.state == ReplyState.APPROVED,
        case_is_open,
        state=ReplyState.SENDING,
        attempts=ReplyRow.attempts + 1,
        attempted_at=at,
        not_before=None,
    )
    return get(tx, draft_id) if taken else None


def unknowns(tx: Tx, *, at: datetime) -> list[Draft]:
    """Return the drafts of unknown fate that are to be looked for now, oldest first."""
    return _underway(tx, ReplyState.UNKNOWN, at)


def recover(tx: Tx, *, before: datetime) -> int:
    """Call what somebody began to send before a moment, and never finished, unknown; return how many that were."""
    statement = (
        update(ReplyRow)
        .where(ACTIVE_REPLY, ReplyRow.state == ReplyState.SENDING, ReplyRow.attempted_at <= before)
        .values(state=ReplyState.UNKNOWN, not_before=ReplyRow.attempted_at)
        .returning(ReplyRow.id)
    )
    return len(tx.scalars(statement).all())


def overtaken(tx: Tx) -> list[Draft]:
    """Return the drafts that nobody has begun to send and whose case is over."""
    not_begun = ReplyRow.state.in_((ReplyState.WAITING, ReplyState.APPROVED))
    over = exists(select(CaseRow.id).where(CaseRow.id == ReplyRow.case_id, ~_OPEN))
    return _read(tx, select(ReplyRow).where(ACTIVE_REPLY, not_begun, over))


def waiting_for_nothing(tx: Tx) -> list[str]:
    """Return the cases that wait for the approval of a draft that is no more: it went with its post."""
    waits = CaseRow.state == CaseState.WAITING_APPROVAL
    has_draft = exists(select(ReplyRow.id).where(ReplyRow.case_id == CaseRow.id, ReplyRow.state == ReplyState.WAITING))
    return list(tx.scalars(select(CaseRow.id).where(OPEN, waits, ~has_draft)))


def _underway(tx: Tx, state: ReplyState, at: datetime) -> list[Draft]:
    ripe = or_(ReplyRow.not_before.is_(None), ReplyRow.not_before <= at)
    found = select(ReplyRow).where(ACTIVE_REPLY, ReplyRow.state == state, ripe)
    return _read(tx, found.order_by(ReplyRow.number))


def _change(tx: Tx, draft_id: str, *conditions: ColumnElement[bool], **values: Any) -> bool:
    statement = update(ReplyRow).where(ReplyRow.id == draft_id, *conditions).values(**values)
    return tx.scalar(statement.returning(ReplyRow.id)) is not None


def _read(tx: Tx, statement: Select[ReplyRow]) -> list[Draft]:
    return [_draft(row) for row in tx.scalars(statement)]


def _draft(row: ReplyRow) -> Draft:
    values = {name: getattr(row, name) for name in _FIELDS}
    risks = tuple(Risk(RiskKind(kind), detail) for kind, detail in row.risks)
    return Draft(**values | {"risks": risks, "mention_id": MentionId(row.mention_id)})
