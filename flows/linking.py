"""Tying authors to customers as they appear, inside the caller's transaction."""

from collections.abc import Sequence

import structlog

from crm.identity import sight
from domain.customer import CustomerMatch
from domain.mention import Author
from flows.house import House
from storage import audit, customers
from storage.database import Tx

log = structlog.get_logger(__name__)


def sight_authors(tx: Tx, authors: Sequence[Author], *, house: House) -> tuple[dict[str, CustomerMatch], int]:
    """Link each author whom an imported record names, and return the known customers by author key.

    The second value counts the accounts that were linked just now.
    """
    now, linked = house.clock(), 0
    distinct = {author.key: author for author in authors}
    named = customers.named(tx, list(distinct.values()))
    for author in (distinct[key] for key in distinct if key in named):
        links = customers.links_for(tx, platform=author.platform, user_id=author.user_id, handle=author.handle)
        sighting = sight(author, links) if links else None
        if sighting is None:
            continue
        if sighting.pin:
            customers.pin(tx, sighting.pin.id, user_id=author.user_id, at=now)
            linked += 1
            _audit(tx, "link pinned", sighting.pin.id, house)
        for link in sighting.suspend:
            customers.suspend(tx, link.id, at=now)
            log.warning("link_suspended", link=link.id, reason="the handle appeared with another user id")
            _audit(tx, "link suspended", link.id, house)
    return customers.match_many(tx, list(distinct.values())), linked


def _audit(tx: Tx, action: str, link_id: str, house: House) -> None:
    audit.append(tx, at=house.clock(), actor="earshot", action=action, subject=link_id, secret=house.secret)
