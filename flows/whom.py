"""Whom a handle, an e-mail address or an id may mean: customers with their accounts, and authors who are none."""

import re
from collections.abc import Iterable

from domain.customer import Customer, LinkState
from domain.errors import Refused
from domain.forgetting import Somebody
from domain.mention import Author
from flows.house import House
from storage import authors, customers
from storage.database import Tx

_ON_PLATFORM = re.compile(r"(?P<platform>[a-z]+):\s*(?P<handle>(?:@|u/)?[\w-]+)", re.IGNORECASE)
_HANDLE = re.compile(r"(?:@|/?u/)?[\w-]{1,50}")


def find_people(tx: Tx, text: str, *, house: House, limit: int) -> list[Somebody]:
    """Return the people whom `@handle`, `x:@handle`, an e-mail address, a phone number, a name or an id may mean.

    Raises:
        Refused: the handle is one of our own accounts.
    """
    wanted = text.strip()
    named = _ON_PLATFORM.fullmatch(wanted)
    if named:
        platform = named["platform"].lower()
        wrote = [*authors.of_keys(tx, [wanted]), *authors.by_handle(tx, named["handle"], platform=platform)]
        of_handle = customers.find(tx, f"@{named['handle'].removeprefix('@')}", limit=limit)
        known = [one for one in of_handle if any(link.account.platform == platform for link in one.links)]
    else:
        wrote = authors.by_handle(tx, wanted.removeprefix("/")) if _HANDLE.fullmatch(wanted) else []
        known = customers.find(tx, wanted, limit=limit)
    if any(brand.wrote_as(author) for brand in house.brands for author in wrote):
        raise Refused("This is one of our own accounts: what it wrote are our answers, and no person's.")
    return _apart(tx, known, wrote)[:limit]


def somebody(tx: Tx, *, customer_id: str | None, author_keys: Iterable[str]) -> Somebody:
    """Return a person by what she is known by."""
    customer = customers.get(tx, customer_id) if customer_id else None
    return Somebody(customer, tuple(authors.of_keys(tx, sorted(author_keys))))


def accounts_of(tx: Tx, customer: Customer) -> list[Author]:
    """Return the accounts that a customer is known to be, and those that only she names and nobody has tied yet."""
    found = {author.key: author for author in authors.of_keys(tx, customers.author_keys(tx, customer.id))}
    for link in customer.links:
        if link.state is LinkState.AWAITING:
            for author in authors.by_handle(tx, link.account.handle, platform=link.account.platform):
                if _is_hers_alone(tx, author, customer):
                    found[author.key] = author
    return list(found.values())


def _apart(tx: Tx, known: list[Customer], wrote: list[Author]) -> list[Somebody]:
    """Tell people apart: an account belongs to the customer that it is tied to, or is a person of its own."""
    tied = customers.match_keys(tx, [author.key for author in wrote])
    ids = dict.fromkeys([*(one.id for one in known), *(match.customer_id for match in tied.values())])
    people = [Somebody(one, tuple(accounts_of(tx, one))) for one in (customers.get(tx, i) for i in ids) if one]
    taken = {account.key for one in people for account in one.accounts}
    strangers = {author.key: author for author in wrote if author.key not in taken}
    return people + [Somebody(None, (author,)) for author in strangers.values()]


def _is_hers_alone(tx: Tx, author: Author, customer: Customer) -> bool:
    """Tell whether a handle that a record names is this author: two customers who name it prove nothing."""
    links = customers.links_for(tx, platform=author.platform, user_id=author.user_id, handle=author.handle)
    return {link.customer_id for link in links} == {customer.id} and all(
        link.state is not LinkState.SUSPENDED for link in links
    )
