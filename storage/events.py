"""What people did, event by event and counted by day; memberships and links say whose it is when it is read."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Subquery, Table, and_, case, delete, exists, func, select, union
from sqlalchemy.dialects import postgresql, sqlite

from domain.customer import Grade, LinkState
from domain.engagement import Actions
from domain.event import DayCount, Deed, Event, EventCounts, EventKind, Subject, SubjectKind
from storage import records, tombstones
from storage.database import Tx
from storage.tables import EventDayRow, EventRow, EventSubjectRow, LinkRow, MembershipRow, RecordRow
from storage.upserts import add_up, chunks, upsert

Returning = Any
"""SQLAlchemy's insert with RETURNING, whose type differs by database."""


def add(tx: Tx, events: Sequence[Event], *, secret: bytes) -> EventCounts:
    """Store events in bulk and count the new ones by day; what is known by its source and id does nothing.

    Events of customers and accounts who were forgotten are left out. Callers give some thousands at most: the order
    that rows are locked in holds within one call.
    """
    keys = {subject: _key(tx, subject) for subject in {event.subject for event in events}}
    stones = {key: _stone(key, secret) for key in keys.values()}
    gone = tombstones.standing(tx, sorted(set(stones.values())))
    kept = [event for event in events if stones[keys[event.subject]] not in gone]
    ids = _subject_ids(tx, sorted({keys[event.subject] for event in kept}))
    rows = [_values(event, ids[keys[event.subject]]) for event in kept]
    rows.sort(key=lambda row: (row["source"], row["source_event_id"]))
    new = tx.execute(_insert(tx.get_bind().dialect.name), rows).all() if rows else []
    days = Counter((subject, at.astimezone(UTC).date(), kind) for subject, kind, at in new)
    counted = [
        {"subject_id": subject, "day": day, "kind": kind, "count": count}
        for (subject, day, kind), count in sorted(days.items())
    ]
    add_up(tx, EventDayRow, counted, "count")
    return EventCounts(added=len(new), known=len(kept) - len(new), forgotten=len(events) - len(kept))


def by_day(tx: Tx, customer_id: str, *, since: date, until: date) -> list[DayCount]:
    """Count what a customer did on the days of UTC in [since, until), oldest first, without days that have nothing."""
    hers = _subjects(MembershipRow.customer_id == customer_id)
    counted = (
        select(EventDayRow.day, EventDayRow.kind, func.sum(EventDayRow.count))
        .join(hers, hers.c.subject_id == EventDayRow.subject_id)
        .where(EventDayRow.day >= since, EventDayRow.day < until)
        .group_by(EventDayRow.day, EventDayRow.kind)
        .order_by(EventDayRow.day, EventDayRow.kind)
    )
    return [DayCount(day, kind, int(count)) for day, kind, count in tx.execute(counted)]


def actions(
    tx: Tx, customer_ids: Sequence[str], *, kinds: Sequence[EventKind], since: date, middle: date, until: date
) -> list[Actions]:
    """Count what customers did of these kinds before `middle` and from it on, over the days of UTC in [since, until).

    `customer_ids` are all that there are from the first to the last of them, in order; who never did anything is not
    in the answer.
    """
    if not customer_ids:
        return []
    page = and_(MembershipRow.customer_id >= customer_ids[0], MembershipRow.customer_id <= customer_ids[-1])
    theirs = _subjects(page)
    day, count = EventDayRow.day, EventDayRow.count
    counted = (
        select(
            theirs.c.customer_id,
            func.min(day),
            func.sum(case((and_(day >= since, day < middle), count), else_=0)),
            func.sum(case((day >= middle, count), else_=0)),
        )
        .join(EventDayRow, EventDayRow.subject_id == theirs.c.subject_id)
        .where(day < until, EventDayRow.kind.in_(kinds))
        .group_by(theirs.c.customer_id)
        .order_by(theirs.c.customer_id)
    )
    return [
        Actions(customer_id, int(before), (middle - max(first, since)).days, int(recent), (until - middle).days)
        for customer_id, first, before, recent in tx.execute(counted)
    ]


def latest(tx: Tx, customer_id: str, *, limit: int, offset: int = 0) -> list[Deed]:
    """Return what a customer did, the newest first."""
    hers = _subjects(MembershipRow.customer_id == customer_id)
    columns = EventRow.at, EventRow.kind, EventRow.source, EventRow.value, EventRow.currency, EventRow.tactic_code
    done = (
        select(*columns)
        .join(hers, hers.c.subject_id == EventRow.subject_id)
        .order_by(EventRow.at.desc(), EventRow.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Deed(*row) for row in tx.execute(done)]


def held(tx: Tx, *, origins: Sequence[str], author_keys: Sequence[str]) -> int:
    """Count the events of these records and accounts."""
    found = 0
    for condition in _conditions(origins, author_keys):
        ids = select(EventSubjectRow.id).where(condition)
        found += tx.scalar(select(func.count()).where(EventRow.subject_id.in_(ids))) or 0
    return found


def erase(tx: Tx, *, origins: Sequence[str], author_keys: Sequence[str]) -> int:
    """Delete the events of these records and accounts and all that was counted of them; return how many there were.

    `keep_away` refuses an account's later ones; a record's are refused by its own tombstone.
    """
    erased = held(tx, origins=origins, author_keys=author_keys)
    for condition in _conditions(origins, author_keys):
        tx.execute(delete(EventSubjectRow).where(condition))  # the rest cascades
    return erased


def keep_away(tx: Tx, author_keys: Sequence[str], *, at: datetime, secret: bytes) -> None:
    """Refuse events of these accounts for ever."""
    tombstones.put(tx, [_stone((SubjectKind.ACCOUNT, key), secret) for key in author_keys], at=at)


def refused_accounts(tx: Tx, *, secret: bytes) -> list[str]:
    """Return the accounts with events that are to be kept away, as a restored backup may hold them."""
    keys = list(tx.scalars(select(EventSubjectRow.key).where(EventSubjectRow.kind == SubjectKind.ACCOUNT)))
    found: list[str] = []
    for some in chunks(keys):
        stones = {_stone((SubjectKind.ACCOUNT, key), secret): key for key in some}
        found += [stones[digest] for digest in tombstones.standing(tx, list(stones))]
    return found


def purge(tx: Tx, *, before: date, limit: int) -> int:
    """Delete what up to `limit` people did before a day of UTC; return of how many something was deleted."""
    old = select(EventDayRow.subject_id).where(EventDayRow.day < before).order_by(EventDayRow.day).limit(limit)
    ids = sorted(set(tx.scalars(old)))
    midnight = datetime.combine(before, time(), UTC)
    for some in chunks(ids):
        tx.execute(delete(EventRow).where(EventRow.subject_id.in_(some), EventRow.at < midnight))
        tx.execute(delete(EventDayRow).where(EventDayRow.subject_id.in_(some), EventDayRow.day < before))
        idle = ~exists().where(EventDayRow.subject_id == EventSubjectRow.id)
        tx.execute(delete(EventSubjectRow).where(EventSubjectRow.id.in_(some), idle))
    return len(ids)


_SubjectKey = tuple[SubjectKind, str]


def _key(tx: Tx, subject: Subject) -> _SubjectKey:
    """Return what a subject is known by; a customer's is that of her record, which is keyed, imported or not."""
    if subject.kind is SubjectKind.CUSTOMER:
        return subject.kind, records.origin_of(tx, subject.source, subject.id)
    return subject.kind, subject.id


def _stone(key: _SubjectKey, secret: bytes) -> str:
    """Return the tombstone of a subject: a customer record's is its origin itself."""
    kind, name = key
    return name if kind is SubjectKind.CUSTOMER else tombstones.of_post(f"events of {kind} {name}", secret)


def _subject_ids(tx: Tx, keys: Sequence[_SubjectKey]) -> dict[_SubjectKey, int]:
    found = _known(tx, keys)
    new = [{"kind": kind, "key": key} for kind, key in keys if (kind, key) not in found]
    if new:
        upsert(tx, EventSubjectRow, new)
        found = _known(tx, keys)
    return found


def _known(tx: Tx, keys: Sequence[_SubjectKey]) -> dict[_SubjectKey, int]:
    found: dict[_SubjectKey, int] = {}
    for kind in sorted({kind for kind, _ in keys}):
        for some in chunks([key for own, key in keys if own is kind]):
            these = EventSubjectRow.kind == kind, EventSubjectRow.key.in_(some)
            for id_, key in tx.execute(select(EventSubjectRow.id, EventSubjectRow.key).where(*these)):
                found[kind, key] = id_
    return found


def _values(event: Event, subject_id: int) -> dict[str, Any]:
    return {
        "source": event.source,
        "source_event_id": event.source_event_id,
        "subject_id": subject_id,
        "kind": event.kind,
        "at": event.at,
        "value": event.value,
        "currency": event.currency,
        "tactic_code": event.tactic_code,
        "verified": event.verified,
    }


@cache
def _insert(dialect: str) -> Returning:
    """Insert what is new and return it: only that is counted, whoever else sends the same at the same time."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    table = cast("Table", EventRow.__table__)
    return insert(table).on_conflict_do_nothing().returning(table.c.subject_id, table.c.kind, table.c.at)


def _subjects(of_customers: ColumnElement[bool]) -> Subquery:
    """Select customers with the subjects that are theirs: their records' and, by active links, their accounts'."""
    records_ = (
        select(MembershipRow.customer_id, EventSubjectRow.id.label("subject_id"))
        .join(RecordRow, RecordRow.id == MembershipRow.record_id)
        .join(EventSubjectRow, _is(SubjectKind.CUSTOMER, RecordRow.origin))
        .where(of_customers)
    )
    counts = LinkRow.state == LinkState.ACTIVE, LinkRow.grade != Grade.SUGGESTED
    accounts = (
        select(MembershipRow.customer_id, EventSubjectRow.id.label("subject_id"))
        .join(LinkRow, LinkRow.record_id == MembershipRow.record_id)
        .join(EventSubjectRow, _is(SubjectKind.ACCOUNT, LinkRow.author_key))
        .where(of_customers, *counts)
    )
    return union(records_, accounts).subquery()


def _is(kind: SubjectKind, key: Any) -> ColumnElement[bool]:
    return and_(EventSubjectRow.kind == kind, EventSubjectRow.key == key)


def _conditions(origins: Sequence[str], author_keys: Sequence[str]) -> list[ColumnElement[bool]]:
    each = ((SubjectKind.CUSTOMER, origins), (SubjectKind.ACCOUNT, author_keys))
    return [
        and_(EventSubjectRow.kind == kind, EventSubjectRow.key.in_(some))
        for kind, keys in each
        for some in chunks(keys)
    ]
