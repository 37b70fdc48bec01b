"""Looking things up for a person: the queue, customers and posts; each look at a customer is audited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm.access import may, permit
from crm.identity import mask_email, mask_phone
from domain.case import Case, CaseFile, SeenMention
from domain.customer import Customer, CustomerProfile
from domain.errors import Refused
from domain.mention import MentionId
from domain.message import MessageKind
from domain.person import Action, Person
from domain.queue import EVERYTHING, QueueFilter
from flows.house import House
from flows.responding import look
from storage import audit, authors, cases, customer_notes, customers, handovers, mentions, messages
from storage.database import Tx

SHOWN = 5
"""A profile lists so many cases and posts."""

PICKS = 8
"""An ambiguous look-up offers so many customers."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A part of what is unanswered, by due time and then customer value; `total` counts all of it."""

    files: tuple[CaseFile, ...]
    total: int
    overdue: int


def queue(
    *, person: Person, house: House, wanted: QueueFilter = EVERYTHING, limit: int = 10, offset: int = 0
) -> QueuePage:
    """List the open cases that are wanted; raises Refused."""
    permit(person, Action.SEE_QUEUE)
    now = house.clock()
    with house.database.read() as tx:
        files = cases.queue(tx, wanted=wanted, limit=limit, offset=offset, value_band=house.band)
        total, overdue = cases.counts(tx, at=now, wanted=wanted)
    return QueuePage(tuple(files), total, overdue)


def case_file(case_id: str, *, person: Person, house: House) -> CaseFile:
    """Return one case with all that its card shows; raises Refused."""
    permit(person, Action.SEE_QUEUE)
    return look(case_id, house=house)


def find_customers(text: str, *, person: Person, house: House) -> tuple[CustomerProfile, ...]:
    """Find customers by handle, e-mail, phone, id or name, best first: one whole profile, or several to pick from.

    Raises:
        Refused: not permitted, or nothing to look for.
    """
    permit(person, Action.SEE_CUSTOMER)
    if not text.strip():
        raise Refused("Say whom you look for, as in `/customer @jane`, `/customer jane@example.com` or a name.")
    with house.database.read() as tx:
        found = customers.find(tx, text.strip(), limit=PICKS)
        if len(found) != 1:
            profiles = tuple(CustomerProfile(_masked(c, person), (), ()) for c in found)
        else:
            profiles = (_profile(tx, found[0], person),)
    _audit(profiles, person, house, action="profile read" if len(profiles) == 1 else "profile listed")
    return profiles


def customer(customer_id: str, *, person: Person, house: House) -> CustomerProfile:
    """Return one customer's profile, masked by role; raises Refused."""
    permit(person, Action.SEE_CUSTOMER)
    with house.database.read() as tx:
        found = customers.get(tx, customer_id)
        if found is None:
            raise Refused("This customer is not known any more.")
        profile = _profile(tx, found, person)
    _audit((profile,), person, house, action="profile read")
    return profile


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message of ours shows: a case, or the posts that a line lists."""

    case_id: str | None = None
    posts: tuple[SeenMention, ...] = ()


def shown_at(channel: str, ts: str, *, house: House) -> Shown | None:
    """Return what our message at this place in Slack shows; None where the message is not ours."""
    with house.database.read() as tx:
        message = messages.by_place(tx, channel, ts)
        if message is None:
            return None
        match message.kind:
            case MessageKind.CARD | MessageKind.NUDGE:
                return Shown(message.subject)
            case MessageKind.ESCALATION | MessageKind.PRODUCT:
                handover = handovers.get(tx, message.subject)
                if handover and handover.case_id:
                    return Shown(handover.case_id)
        return Shown(posts=tuple(mentions.of_message(tx, message.key, limit=PICKS)))


def insist_on_post(mention_id: MentionId, *, brand: str, house: House) -> None:
    """Raise Refused where a post is not stored for the brand, or not any more."""
    with house.database.read() as tx:
        if mentions.get(tx, mention_id, brand=brand) is None:
            raise Refused("This post is gone: its author removed it.")


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What somebody looks for. `author` is a handle; `since` counts by when the post appeared."""

    words: str
    brand: str | None = None
    since: datetime | None = None
    author: str | None = None
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found, and its case as far as it has one."""

    seen: SeenMention
    case: Case | None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A part of what was found, stored last first; `more` where it is not the end."""

    hits: tuple[Hit, ...]
    more: bool


def search(query: SearchQuery, *, person: Person, house: House, limit: int = 10, offset: int = 0) -> SearchPage:
    """Find stored posts by words, author or both.

    Raises:
        Refused: not permitted, or nothing to look for.
    """
    permit(person, Action.SEARCH)
    if not any(letter.isalnum() for letter in query.words) and not query.author:
        raise Refused("Say what to look for, as in `/earshot search refund` or `/earshot search author:@jane`.")
    with house.database.read() as tx:
        keys = _keys(tx, query)
        found = mentions.search(
            tx,
            query.words,
            brand=query.brand,
            since=query.since,
            authors=keys,
            platform=query.platform,
            limit=limit + 1,
            offset=offset,
        )
        theirs = cases.several(tx, [each.case_id or each.copy_of or "" for each in found[:limit]])
    hits = tuple(Hit(each, theirs.get(each.case_id or each.copy_of or "")) for each in found[:limit])
    return SearchPage(hits, more=len(found) > limit)


def _keys(tx: Tx, query: SearchQuery) -> list[str] | None:
    if query.author is None:
        return None
    return [author.key for author in authors.by_handle(tx, query.author, platform=query.platform)]


def _profile(tx: Tx, found: Customer, person: Person) -> CustomerProfile:
    theirs = cases.of_customer(tx, found.id, limit=SHOWN)
    seen = mentions.of_authors(tx, customers.author_keys(tx, found.id), limit=SHOWN)
    notes = customer_notes.of_customer(tx, found.id, limit=SHOWN)
    return CustomerProfile(_masked(found, person), tuple(theirs), tuple(seen), tuple(notes))


def _masked(found: Customer, person: Person) -> Customer:
    if may(person, Action.SEE_CONTACT):
        return found
    return replace(
        found,
        emails=tuple(map(mask_email, found.emails)),
        phones=tuple(map(mask_phone, found.phones)),
        addresses=(),
        notes=(),
    )


def _audit(profiles: Sequence[CustomerProfile], person: Person, house: House, *, action: str) -> None:
    if not profiles:
        return
    now = house.clock()
    with house.database.write() as tx:
        for profile in profiles:
            subject = profile.customer.id
            audit.append(tx, at=now, actor=person.user_id, action=action, subject=subject, secret=house.secret)
