"""The operator's way to forget a person: the same offer, confirmation and receipt as in Slack, as JSON."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from domain.clock import iso
from domain.errors import EarshotError
from domain.forgetting import Forgetting, ForgettingState, Holdings, Offer
from domain.person import Person, Role
from flows import forgetting
from flows.house import House

OPERATOR = Person("operator", frozenset({Role.CRM_ADMIN}))
"""Whoever may run commands beside the settings file may do so."""

FOR_EVER = 3600.0
SCRUBS = 5


def forget_person(
    whom: str, *, house: House, dry_run: bool, agreed: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Forget one person where `agreed` says so of what will go; returns JSON counts, and nothing that tells whom.

    Raises:
        EarshotError: nobody is known by these words, or several are, or something needs a person.
    """
    offer = _one(forgetting.offer(whom, person=OPERATOR, house=house), house)
    held = {"customer": offer.who.customer.id if offer.who.customer else None, **asdict(offer.held or Holdings())}
    if dry_run or not agreed(held):
        forgetting.cancel(offer.id, person=OPERATOR, house=house)
        return {"receipt": None, "would_go": held}
    done = forgetting.confirm(offer.id, person=OPERATOR, house=house, seconds=FOR_EVER)
    if any(forgetting.scrub(house=house) for _ in range(SCRUBS)):
        done = forgetting.status(done.id, person=OPERATOR, house=house)
    return receipt_of(done)


def _one(offers: tuple[Offer, ...], house: House) -> Offer:
    """Return the one offer; raises EarshotError, which tells several apart without naming them."""
    if len(offers) == 1:
        return offers[0]
    for offer in offers:
        forgetting.cancel(offer.id, person=OPERATOR, house=house)
    if not offers:
        raise EarshotError("Nobody is known here by these words: nothing was erased.")
    ways = [f"--id {o.who.customer.id}" if o.who.customer else f"--handle {o.who.accounts[0].key}" for o in offers]
    raise EarshotError(f"{len(offers)} people may be meant; nothing was erased. Choose one: {', '.join(ways)}.")


def as_handle(text: str) -> str:
    """Write a bare word as a handle, so that no name is looked for."""
    return text if text.startswith("@") or ":" in text or "/" in text else f"@{text}"


def receipt_of(done: Forgetting) -> dict[str, Any]:
    """Make the receipt."""
    return {
        "receipt": done.id,
        "by": done.by,
        "confirmed_at": iso(done.confirmed_at) if done.confirmed_at else None,
        "erased_at": iso(done.erased_at) if done.erased_at else None,
        "overwritten_on_disk": done.state is ForgettingState.SCRUBBED,
        "gone": asdict(done.gone),
    }
