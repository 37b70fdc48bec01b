"""Tying an author to a customer by a person's word, untying her, and noting what was learned of a customer.

A person's "she told us or proved it" is verified. "I think so" stays a suggestion, which never counts: X forbids
matching its accounts with other records unless the person opted in or gave the data herself.
https://developer.x.com/en/developer-terms/policy
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.access import permit
from crm.lifecycle import insist
from domain.brand import Account
from domain.case import HistoryLine
from domain.customer import Grade, Link
from domain.errors import Refused
from domain.mention import Author, MentionId
from domain.message import MessageKind
from domain.person import Action, Person
from flows.house import House
from storage import audit, authors, cases, customer_notes, customers, deliveries, links, mentions, messages
from storage.database import Tx


class Known(StrEnum):
    """How a person knows whose account it is."""

    TOLD = "told"  # the customer told us, or proved it
    GUESSED = "guessed"


_GRADES = {Known.TOLD: Grade.VERIFIED, Known.GUESSED: Grade.SUGGESTED}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose account is meant: the author of a case or of a post, or an account that the person typed."""

    case_id: str | None = None
    mention_id: MentionId | None = None
    brand: str = ""
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """Who ties whose account to which customer, and how she knows."""

    person: Person
    subject: Subject
    customer_id: str
    known: Known
    delivery: str | None = None


def links_of(subject: Subject, *, person: Person, house: House) -> tuple[Author | None, tuple[Link, ...]]:
    """Return the author meant, where we have seen her, and her active links; raises Refused."""
    permit(person, Action.LINK_CUSTOMER)
    with house.database.read() as tx:
        author = _author(tx, subject)
        return author, tuple(links.of_author(tx, author.key)) if author else ()


def link(tie: Tie, *, house: House) -> None:
    """Tie an account to a customer, and show it on the author's open cards.

    Raises:
        Refused: not permitted, the customer or the post is gone, or the account is tied to somebody already.
    """
    permit(tie.person, Action.LINK_CUSTOMER)
    now, user = house.clock(), tie.person.user_id
    with house.database.write() as tx:
        if not _first_time(tx, tie.delivery, now):
            return
        author = _author(tx, tie.subject)
        grade = _GRADES[tie.known]
        if author:
            links.hold(tx, author.key)
            _check_free(tx, author, tie.customer_id, grade)
        account = Account(author.platform, author.handle) if author else tie.subject.account
        if account is None:
            raise Refused("This account is not known any more: its author removed her posts.")
        link_id = links.tie(
            tx,
            tie.customer_id,
            account,
            user_id=author.user_id if author else None,
            grade=grade,
            evidence=f"linked by {user}" + (f" from case {tie.subject.case_id}" if tie.subject.case_id else ""),
            by=user,
            at=now,
        )
        if link_id is None:
            raise Refused("This customer is not known any more.")
        told = f"linked the author to a customer ({grade.value})"
        _tell(tx, author, tie.subject.case_id, HistoryLine(at=now, actor=user, action=told))
        detail = f"customer {tie.customer_id} {grade.value}"
        action = Action.LINK_CUSTOMER.value
        audit.append(tx, at=now, actor=user, action=action, subject=link_id, detail=detail, secret=house.secret)


def unlink(
    link_id: str, *, person: Person, house: House, case_id: str | None = None, delivery: str | None = None
) -> None:
    """Untie an account from its customer; linking it once more undoes that.

    Raises:
        Refused: not permitted, or the link is gone.
    """
    permit(person, Action.UNLINK_CUSTOMER)
    now, user = house.clock(), person.user_id
    with house.database.write() as tx:
        if not _first_time(tx, delivery, now):
            return
        known = links.get(tx, link_id)
        if known is None:
            raise Refused("This link is gone already.")
        links.untie(tx, link_id, by=user, at=now)
        author = authors.get(tx, f"{known.account.platform}:{known.user_id}") if known.user_id else None
        told = HistoryLine(at=now, actor=user, action="unlinked the author from the customer")
        _tell(tx, author, case_id, told)
        detail = f"customer {known.customer_id}"
        action = Action.UNLINK_CUSTOMER.value
        audit.append(tx, at=now, actor=user, action=action, subject=link_id, detail=detail, secret=house.secret)


def add_note(customer_id: str, text: str, *, person: Person, house: House, delivery: str | None = None) -> None:
    """Note something of a customer. Raises Refused: not permitted, or she is not known any more."""
    permit(person, Action.NOTE_CUSTOMER)
    now, user = house.clock(), person.user_id
    with house.database.write() as tx:
        if not _first_time(tx, delivery, now):
            return
        if not customer_notes.add(tx, customer_id, text=text, by=user, at=now):
            raise Refused("This customer is not known any more.")
        action = Action.NOTE_CUSTOMER.value
        audit.append(tx, at=now, actor=user, action=action, subject=customer_id, secret=house.secret)


def _first_time(tx: Tx, delivery: str | None, now: datetime) -> bool:
    return delivery is None or deliveries.first_time(tx, delivery, at=now)


def _author(tx: Tx, subject: Subject) -> Author | None:
    """Find the author; a typed account may be one that we have not seen yet."""
    if subject.account:
        found = authors.by_handle(tx, subject.account.handle, platform=subject.account.platform)
        return found[0] if len(found) == 1 else None
    if subject.case_id:
        case = cases.get(tx, subject.case_id)
        if case is None:
            raise Refused("This case is not known any more.")
        insist(Action.LINK_CUSTOMER, case)
        return authors.get(tx, case.author_key)
    post = mentions.get(tx, subject.mention_id, brand=subject.brand) if subject.mention_id else None
    if post is None:
        raise Refused("This post is gone: its author removed it.")
    return authors.get(tx, post.mention.author.key)


def _check_free(tx: Tx, author: Author, customer_id: str, grade: Grade) -> None:
    match = customers.match(tx, author)
    if match and match.customer_id != customer_id:
        raise Refused("This account is linked to another customer already. Unlink it first.")
    if match and grade is Grade.SUGGESTED:
        raise Refused(f"This account is linked to that customer already, and better than by a guess: {match.grade}.")


def _tell(tx: Tx, author: Author | None, case_id: str | None, line: HistoryLine) -> None:
    """Write it into the history of the case that it was done from, and show it on the author's open cards."""
    if case_id:
        cases.note(tx, case_id, line)
    open_ones = {case.id for case in cases.open_of_author(tx, author.key)} if author else set()
    for each in sorted(open_ones | ({case_id} if case_id else set())):
        messages.touch(tx, kind=MessageKind.CARD, subject=each)
