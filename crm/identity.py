"""Which customer an author is: a supplied handle links on its first sighting and pins the platform's user id."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm.platform_rules import COUNTS_AS_CUSTOMER
from domain.customer import Link, LinkState
from domain.mention import Author


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the appearance of an author does to the links that name her: pin one, or suspend some."""

    pin: Link | None = None
    suspend: tuple[Link, ...] = ()


def sight(author: Author, links: Sequence[Link]) -> Sighting:
    """Decide what the links that carry this author's user id or handle have to learn.

    A handle that two customers supplied proves nothing and is left waiting. A handle that was pinned to another
    user id has changed hands: its link is suspended.
    """
    sure = [link for link in links if link.grade in COUNTS_AS_CUSTOMER]
    known = [link for link in sure if link.user_id == author.user_id and link.state is LinkState.ACTIVE]
    folded = author.handle.casefold()
    taken = tuple(
        link
        for link in links
        if link.state is LinkState.ACTIVE
        and link.user_id not in {None, author.user_id}
        and link.account.handle.casefold() == folded
    )
    if known or taken:
        return Sighting(suspend=taken)
    waiting = [link for link in sure if link.state is LinkState.AWAITING and link.account.handle.casefold() == folded]
    customers = {link.customer_id for link in waiting}
    return Sighting(pin=waiting[0] if len(customers) == 1 else None)


def value_band(value: Decimal | None, *, high: Decimal) -> str:
    """Name a customer's value coarsely, as a channel may see it: high, medium, low or unknown."""
    if value is None:
        return "unknown"
    if value >= high:
        return "high"
    return "medium" if value * 4 >= high else "low"


def mask_email(email: str) -> str:
    """Show enough of an e-mail address to recognise it, as in `j***@example.com`."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}"


def mask_phone(phone: str) -> str:
    """Show a phone number's last two digits only."""
    return f"***{phone[-2:]}"
