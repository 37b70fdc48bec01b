"""Cases: opened once for each author, thread and brand, claimed by one person, listed by how pressing they are."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, case, cast, func, insert, select, update

from domain.case import OPEN_STATES, Case, CaseFile, CaseKind, CaseState, CustomerSummary, HistoryLine, Response
from domain.customer import CustomerMatch, LinkState
from domain.mention import Author
from domain.queue import EVERYTHING, QueueFilter
from storage import approaches, contexts, copies, labels, mentions, outcomes, replies
from storage.customers import active_accounts, match_keys
from storage.database import Tx
from storage.responses import to_response
from storage.sightings import to_author
from storage.tables import (
    OPEN,
    SNOOZED,
    AuthorRow,
    CaseRow,
    CustomerRow,
    HistoryRow,
    LinkRow,
    MembershipRow,
    ResponseRow,
)
from storage.upserts import chunks

ValueBand = Callable[[Decimal | None], str]
"""Names a customer's value coarsely; the thresholds are the caller's business."""

_FIELDS = [field.name for field in fields(Case)]
_OPEN_CASE = insert(CaseRow)  # built once, so that its compiled form is found at once


def find(tx: Tx, *, brand: str, author_key: str, thread_id: str) -> Case | None:
    """Return the one case of this author in this thread about this brand."""
    place = CaseRow.brand == brand, CaseRow.author_key == author_key, CaseRow.thread_id == thread_id
    return next(iter(read(tx, select(CaseRow).where(*place))), None)


def threads_with_any(tx: Tx, thread_ids: Sequence[str], *, brand: str) -> set[str]:
    """Return those of the threads that have a case of the brand, in whatever state."""
    found: set[str] = set()
    for some in chunks(thread_ids):
        found.update(tx.scalars(select(CaseRow.thread_id).where(CaseRow.thread_id.in_(some), CaseRow.brand == brand)))
    return found


def get(tx: Tx, case_id: str) -> Case | None:
    """Return one case."""
    return next(iter(read(tx, select(CaseRow).where(CaseRow.id == case_id))), None)


def of_customer(tx: Tx, customer_id: str, *, limit: int) -> list[Case]:
    """Return the cases of a customer's known accounts, newest first."""
    theirs = select(CaseRow).where(CaseRow.author_key.in_(active_accounts(customer_id)))
    return read(tx, theirs.order_by(CaseRow.posted_at.desc(), CaseRow.id).limit(limit))


def open_case(tx: Tx, new: Case) -> None:
    """Store a new case."""
    tx.execute(_OPEN_CASE, [asdict(new)])


def change(tx: Tx, case_id: str, *, states: Collection[CaseState], **values: Any) -> bool:
    """Set fields of a case that is in one of these states; False where it is not, and nothing has changed."""
    statement = update(CaseRow).where(CaseRow.id == case_id, CaseRow.state.in_(states)).values(**values)
    changed = tx.scalar(statement.returning(CaseRow.id)) is not None
    if changed and "state" in values and CaseState.DISMISSED in {values["state"], *states}:
        labels.settle_case(tx, case_id)
    return changed


def move(tx: Tx, seen: Case, *, state: CaseState, **values: Any) -> bool:
    """Bring a case into a state, if it still stands as it was seen: same state, same owner. One of several wins."""
    as_seen = CaseRow.id == seen.id, CaseRow.state == seen.state, CaseRow.owner.is_not_distinct_from(seen.owner)
    moved = update(CaseRow).where(*as_seen).values(state=state, **values)
    has_moved = tx.scalar(moved.returning(CaseRow.id)) is not None
    if has_moved and CaseState.DISMISSED in {state, seen.state}:
        labels.settle_case(tx, seen.id)
    return has_moved


def remove(tx: Tx, case_ids: Sequence[str], *, at: datetime) -> list[str]:
    """Close cases whose posts are gone, whatever their state, and return those that were not removed before."""
    removed: list[str] = []
    for some in chunks(case_ids):
        standing = update(CaseRow).where(CaseRow.id.in_(some), CaseRow.state != CaseState.REMOVED)
        closed_at = func.coalesce(CaseRow.closed_at, at)
        closed = standing.values(state=CaseState.REMOVED, closed_at=closed_at, snoozed_until=None)
        removed += tx.scalars(closed.returning(CaseRow.id))
    return sorted(removed)


def note(tx: Tx, case_id: str, line: HistoryLine) -> None:
    """Add a line to the case's history."""
    tx.execute(insert(HistoryRow).values(case_id=case_id, **asdict(line)))


def note_all(tx: Tx, case_ids: Sequence[str], line: HistoryLine) -> None:
    """Add the same line to the histories of several cases."""
    if case_ids:
        tx.execute(insert(HistoryRow), [{"case_id": case_id, **asdict(line)} for case_id in case_ids])


def file(tx: Tx, case_id: str, *, value_band: ValueBand) -> CaseFile | None:
    """Return a case with all that its card shows; an author who was erased is called `removed`."""
    found = get(tx, case_id)
    return None if found is None else _files(tx, [found], value_band)[0]


def history(tx: Tx, case_id: str) -> tuple[HistoryLine, ...]:
    """Return what happened to a case, oldest first."""
    return tuple(_history(tx, [case_id]).get(case_id, ()))


def queue(
    tx: Tx, *, wanted: QueueFilter = EVERYTHING, limit: int, offset: int = 0, value_band: ValueBand
) -> list[CaseFile]:
    """Return the open cases, those due first at the top; of those due together, by customer value."""
    value = (
        select(func.max(cast(CustomerRow.value, Float)))
        .join(MembershipRow, MembershipRow.customer_id == CustomerRow.id)
        .join(LinkRow, LinkRow.record_id == MembershipRow.record_id)
        .where(LinkRow.author_key == CaseRow.author_key, LinkRow.state == LinkState.ACTIVE)
        .scalar_subquery()
    )
    waiting = select(CaseRow).where(OPEN, *_chosen(wanted))
    pressing = waiting.order_by(CaseRow.due_at, func.coalesce(value, 0).desc(), CaseRow.id)
    return _files(tx, read(tx, pressing.limit(limit).offset(offset)), value_band)


def counts(tx: Tx, *, at: datetime, wanted: QueueFilter = EVERYTHING) -> tuple[int, int]:
    """Return how many of the wanted cases are open, and how many of them are overdue."""
    overdue = func.count(case((CaseRow.due_at < at, 1)))
    chosen = select(func.count(), overdue).select_from(CaseRow).where(OPEN, *_chosen(wanted))
    opened, late = tx.execute(chosen).one()
    return opened, late


def unowned(tx: Tx, *, brand: str) -> int:
    """Return how many open cases of a brand nobody has taken."""
    free = select(func.count()).select_from(CaseRow).where(OPEN, CaseRow.brand == brand, CaseRow.owner.is_(None))
    return tx.scalar(free) or 0


def several(tx: Tx, case_ids: Sequence[str]) -> dict[str, Case]:
    """Return cases by their ids."""
    found: dict[str, Case] = {}
    for some in chunks(case_ids):
        found |= {one.id: one for one in read(tx, select(CaseRow).where(CaseRow.id.in_(some)))}
    return found


def _chosen(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    asked = {
        CaseRow.brand: wanted.brand,
        CaseRow.owner: wanted.owner,
        CaseRow.kind: wanted.kind,
        CaseRow.platform: wanted.platform,
    }
    return [column == value for column, value in asked.items() if value is not None]


def to_wake(tx: Tx, *, at: datetime) -> list[Case]:
    """Return the snoozed cases whose time has come, the longest due first."""
    over = select(CaseRow).where(SNOOZED, CaseRow.snoozed_until <= at)
    return read(tx, over.order_by(CaseRow.snoozed_until, CaseRow.id))


def open_of_author(tx: Tx, author_key: str) -> list[Case]:
    """Return an author's open cases of every brand, oldest first."""
    theirs = select(CaseRow).where(CaseRow.author_key == author_key, CaseRow.state.in_(OPEN_STATES))
    return read(tx, theirs.order_by(CaseRow.posted_at, CaseRow.id))


def read(tx: Tx, statement: Select[CaseRow]) -> list[Case]:
    """Run a selection of cases."""
    return [Case(**{name: getattr(row, name) for name in _FIELDS}) for row in tx.scalars(statement)]


def _files(tx: Tx, found: Sequence[Case], value_band: ValueBand) -> list[CaseFile]:
    ids = [one.id for one in found]
    seen = mentions.of_cases(tx, ids)
    authors = _authors(tx, [one.author_key for one in found])
    responses = _responses(tx, ids)
    history = _history(tx, ids)
    customers = match_keys(tx, [one.author_key for one in found])
    uncounted = outcomes.ineligible(tx, ids)
    copied = copies.counts(tx, ids)
    drafts = replies.latest(tx, ids)
    approached = approaches.of_cases(tx, [one.id for one in found if one.kind is CaseKind.POACHING])
    answered = contexts.answered(tx, [posts[0].mention for posts in seen.values()])
    return [
        CaseFile(
            case=one,
            author=authors.get(one.author_key, Author(one.platform, user_id="", handle="removed")),
            mentions=tuple(seen.get(one.id, ())),
            responses=tuple(responses.get(one.id, ())),
            history=tuple(history.get(one.id, ())),
            customer=_summary(tx, one, customers.get(one.author_key), value_band),
            counted=one.id not in uncounted,
            copies=copied.get(one.id),
            draft=drafts.get(one.id),
            approached=tuple(
                replace(person, value_band=value_band(person.value)) for person in approached.get(one.id, ())
            ),
            context=answered.get(seen[one.id][0].mention.id) if one.id in seen else None,
        )
        for one in found
    ]


def _summary(tx: Tx, one: Case, match: CustomerMatch | None, value_band: ValueBand) -> CustomerSummary | None:
    if match is None:
        return None
    accounts = active_accounts(match.customer_id)
    earlier = select(func.count()).where(CaseRow.author_key.in_(accounts), CaseRow.posted_at < one.posted_at)
    return CustomerSummary(
        customer_id=match.customer_id,
        grade=match.grade.value,
        value_band=value_band(match.value),
        earlier_cases=tx.scalar(earlier.where(CaseRow.id != one.id)) or 0,
    )


def _authors(tx: Tx, keys: Sequence[str]) -> dict[str, Author]:
    return {row.key: to_author(row) for row in tx.scalars(select(AuthorRow).where(AuthorRow.key.in_(keys)))}


def _responses(tx: Tx, ids: Sequence[str]) -> dict[str, list[Response]]:
    found: dict[str, list[Response]] = {}
    rows = select(ResponseRow).where(ResponseRow.case_id.in_(ids)).order_by(ResponseRow.at)
    for row in tx.scalars(rows):
        found.setdefault(row.case_id, []).append(to_response(row))
    return found


def _history(tx: Tx, ids: Sequence[str]) -> dict[str, list[HistoryLine]]:
    found: dict[str, list[HistoryLine]] = {}
    rows = select(HistoryRow).where(HistoryRow.case_id.in_(ids)).order_by(HistoryRow.at, HistoryRow.number)
    for row in tx.scalars(rows):
        found.setdefault(row.case_id, []).append(HistoryLine(row.at, row.actor, row.action, row.whom))
    return found
