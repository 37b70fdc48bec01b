"""Customers: the union of the records that belong together, how to find them, and the accounts tied to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, case, distinct, func, literal, or_, select, update

from domain.customer import Coverage, Customer, CustomerMatch, Grade, Link, LinkState
from domain.mention import Author
from storage import links
from storage.database import Tx
from storage.folding import fold_handle, fold_name
from storage.records import blinds_of, from_list
from storage.tables import LINKED, ContactRow, CustomerRow, LinkRow, MembershipRow, NameRow, RecordRow, RecordVersionRow
from storage.upserts import chunks

_COUNTS = and_(LinkRow.state == LinkState.ACTIVE, LinkRow.grade != Grade.SUGGESTED)
"""Suggestions never count."""

_Record = tuple[RecordRow, RecordVersionRow]


def get(tx: Tx, customer_id: str) -> Customer | None:
    """Return one customer."""
    return next(iter(_read(tx, [customer_id])), None)


def find(tx: Tx, text: str, *, limit: int = 10) -> list[Customer]:
    """Find customers by id, e-mail address, `@handle` of any platform or phone number exactly, else by name.

    The id may be ours or that of a source system. Names have all the words, at the start of a word first. A bare word
    may also be a handle: those come before names.
    """
    wanted = text.strip()
    exact = list(dict.fromkeys(_exactly(tx, wanted)))
    if "@" in wanted or (exact and not wanted.isalpha()):
        return _read(tx, exact[:limit])
    return _read(tx, list(dict.fromkeys([*exact, *_by_name(tx, wanted, limit)]))[:limit])


def page(tx: Tx, *, after: str, limit: int) -> list[str]:
    """Return the ids of the next customers, in order; "" begins."""
    return list(tx.scalars(select(CustomerRow.id).where(CustomerRow.id > after).order_by(CustomerRow.id).limit(limit)))


def coverage(tx: Tx) -> Coverage:
    """Count the customers, and those with an account that was seen and is verified or supplied."""
    verified = func.max(case((LinkRow.grade == Grade.VERIFIED, 1), else_=0)).label("verified")
    best = (
        select(MembershipRow.customer_id, verified)
        .join(LinkRow, LinkRow.record_id == MembershipRow.record_id)
        .where(LINKED)
        .group_by(MembershipRow.customer_id)
        .subquery()
    )
    everybody = tx.scalar(select(func.count(distinct(MembershipRow.customer_id)))) or 0
    linked, proved = tx.execute(
        select(func.count(), func.coalesce(func.sum(best.c.verified), 0)).select_from(best)
    ).one()
    return Coverage(customers=everybody, verified=proved, supplied=linked - proved)


def active_accounts(customer_id: str) -> Select[str | None]:
    """Select the author keys of a customer's active links."""
    return (
        select(LinkRow.author_key)
        .join(MembershipRow, MembershipRow.record_id == LinkRow.record_id)
        .where(MembershipRow.customer_id == customer_id, LinkRow.author_key.is_not(None), _COUNTS)
    )


def author_keys(tx: Tx, customer_id: str) -> list[str]:
    """Return the keys of the authors that a customer is known to be."""
    return sorted({key for key in tx.scalars(active_accounts(customer_id)) if key is not None})


def links_for(tx: Tx, *, platform: str, user_id: str, handle: str) -> list[Link]:
    """Return the platform's links that are pinned to this user id or name this handle, removed ones aside."""
    named = or_(LinkRow.author_key == f"{platform}:{user_id}", LinkRow.handle_folded == fold_handle(handle))
    return links.read(tx, LinkRow.platform == platform, named)


def named(tx: Tx, authors: Sequence[Author]) -> set[str]:
    """Return the keys of those authors whom a link names, by user id or handle: most posts are by nobody we know."""
    keys: set[str | None] = set()
    handles: set[tuple[str, str]] = set()
    for some in chunks(authors):
        these = or_(
            LinkRow.author_key.in_([author.key for author in some]),
            LinkRow.handle_folded.in_([fold_handle(author.handle) for author in some]),
        )
        for platform, key, handle in tx.execute(
            select(LinkRow.platform, LinkRow.author_key, LinkRow.handle_folded).where(these)
        ):
            keys.add(key)
            handles.add((platform, handle))
    return {a.key for a in authors if a.key in keys or (a.platform, fold_handle(a.handle)) in handles}


def pin(tx: Tx, link_id: str, *, user_id: str, at: datetime) -> None:
    """Tie a link to the lasting id of its account, which makes it active."""
    key = LinkRow.platform.concat(":").concat(user_id)
    tx.execute(update(LinkRow).where(LinkRow.id == link_id).values(author_key=key, state=LinkState.ACTIVE, since=at))


def suspend(tx: Tx, link_id: str, *, at: datetime) -> None:
    """Stop using a link until a person has looked at it."""
    tx.execute(update(LinkRow).where(LinkRow.id == link_id).values(state=LinkState.SUSPENDED, since=at))


def match(tx: Tx, author: Author) -> CustomerMatch | None:
    """Return the customer that the author is, known by user id."""
    return match_keys(tx, [author.key]).get(author.key)


def match_many(tx: Tx, authors: Sequence[Author]) -> dict[str, CustomerMatch]:
    """Return the customers that these authors are, by author key."""
    return match_keys(tx, [author.key for author in authors])


def match_keys(tx: Tx, keys: Sequence[str]) -> dict[str, CustomerMatch]:
    """Return the customers of these author keys; of several the best grade wins, then the link that is oldest."""
    found: dict[str, CustomerMatch] = {}
    verified_first = case((LinkRow.grade == Grade.VERIFIED, 0), else_=1)
    for some in chunks(keys):
        rows = (
            select(LinkRow, CustomerRow)
            .join(MembershipRow, MembershipRow.record_id == LinkRow.record_id)
            .join(CustomerRow, CustomerRow.id == MembershipRow.customer_id)
            .where(LinkRow.author_key.in_(some), _COUNTS)
            .order_by(verified_first, LinkRow.since, LinkRow.id)
        )
        for link, customer in tx.execute(rows):
            known = CustomerMatch(customer.id, link.id, link.grade, customer.value)
            found.setdefault(link.author_key or "", known)
    return found


def _exactly(tx: Tx, text: str) -> list[str]:
    """Find customer ids by what identifies a person."""
    member = select(MembershipRow.customer_id)
    ways = (
        member.where(MembershipRow.customer_id == text),
        member.join(ContactRow, ContactRow.record_id == MembershipRow.record_id).where(
            ContactRow.blind.in_(blinds_of(tx, text))
        ),
        member.join(LinkRow, LinkRow.record_id == MembershipRow.record_id).where(
            LinkRow.handle_folded == fold_handle(text), LinkRow.state != LinkState.REMOVED
        ),
    )
    return [customer_id for way in ways for customer_id in tx.scalars(way)]


def _by_name(tx: Tx, text: str, limit: int) -> list[str]:
    """Find customer ids by the parts of a name. Reads every name, and nothing else."""
    words = fold_name(text).split()
    if not words:
        return []
    place = func.instr if tx.get_bind().dialect.name == "sqlite" else func.strpos
    starts = sum((case((place(NameRow.folded, f" {word}") > 0, 1), else_=0) for word in words), start=literal(0))
    named = select(NameRow.record_id).where(*(place(NameRow.folded, word) > 0 for word in words))
    best = tx.scalars(named.order_by(starts.desc(), NameRow.folded, NameRow.record_id).limit(limit)).all()
    belongs = select(MembershipRow.record_id, MembershipRow.customer_id).where(MembershipRow.record_id.in_(best))
    customer_of = dict(tx.execute(belongs).all())
    return [customer_of[record_id] for record_id in best]


def _read(tx: Tx, ids: Sequence[str]) -> list[Customer]:
    """Return these customers in this order, each the union of its records' latest versions."""
    versions: dict[str, list[_Record]] = {}
    latest = and_(RecordVersionRow.record_id == RecordRow.id, RecordVersionRow.version == RecordRow.version)
    rows = (
        select(MembershipRow.customer_id, RecordRow, RecordVersionRow)
        .join(RecordRow, RecordRow.id == MembershipRow.record_id)
        .join(RecordVersionRow, latest)
        .where(MembershipRow.customer_id.in_(ids))
        .order_by(MembershipRow.since, RecordRow.id)
    )
    for customer_id, record, version in tx.execute(rows):
        versions.setdefault(customer_id, []).append((record, version))
    tied = _links(tx, ids)
    values = {row.id: row for row in tx.scalars(select(CustomerRow).where(CustomerRow.id.in_(ids)))}
    return [_customer(values[i], versions[i], tied.get(i, [])) for i in ids if i in versions]


def _links(tx: Tx, ids: Sequence[str]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for link in links.read(tx, MembershipRow.customer_id.in_(ids)):
        found.setdefault(link.customer_id, []).append(link)
    return found


def _customer(row: CustomerRow, records: Sequence[_Record], tied: Sequence[Link]) -> Customer:
    versions = [version for _, version in records]
    return Customer(
        id=row.id,
        names=_union(version.names for version in versions),
        emails=_union(from_list(version.emails) for version in versions),
        phones=_union(from_list(version.phones) for version in versions),
        addresses=_union(from_list(version.addresses) for version in versions),
        links=tuple(tied),
        value=row.value,
        currency=row.currency,
        notes=_union([version.notes] for version in versions if version.notes),
        sources=_union([record.source] for record, _ in records),
    )


def _union(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for one in lists for item in one))
