"""Forgetting a person: offered with what will go, confirmed once, done part by part, and attested by a receipt.

A part is one short transaction, so that nobody waits; what a stop leaves undone is taken up again.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from crm.access import permit
from domain.errors import Refused
from domain.forgetting import Forgetting, ForgettingState, Holdings, Offer, Somebody
from domain.person import Action, Person
from flows.house import House
from flows.removing import close_emptied
from flows.whom import find_people, somebody
from storage import audit, brands, contexts, customers, erasing, events, forgettings, mutes, removals
from storage.database import Tx

log = structlog.get_logger(__name__)

VALID = timedelta(minutes=15)
"""An offer can be confirmed so long."""

PART = 200
"""So many posts go in one transaction."""

PAUSE = 0.01
"""Between two parts others get their turn to write."""

PICKS = 8
"""An ambiguous wish offers so many people."""

_GONE = "This offer is not known any more: it was cancelled, or is too old. Ask again."


def offer(text: str, *, person: Person, house: House) -> tuple[Offer, ...]:
    """Find whom the words mean: one person with all that will go, several to pick from, or nobody.

    Raises:
        Refused: not permitted, nothing to look for, or one of our own accounts.
    """
    permit(person, Action.FORGET)
    if not text.strip():
        raise Refused("Say whom: `@handle`, `x:@handle`, `reddit:u/name`, an e-mail address or a customer's id.")
    with house.database.read() as tx:
        found = find_people(tx, text, house=house, limit=PICKS)
        held = _held(tx, found[0]) if len(found) == 1 else None
    offers = tuple(Offer(secrets.token_hex(8), who, held) for who in found)
    now = house.clock()
    if offers:
        with house.database.write() as tx:
            forgettings.purge(tx, before=now - VALID)
            for one in offers:
                customer_id, keys = _known_by(one.who)
                forgettings.add(tx, one.id, by=person.user_id, at=now, customer_id=customer_id, author_keys=keys)
                _audit(tx, "forget offered", one.id, person.user_id, house, detail=_surrogate(customer_id))
    return offers


def pick(offer_id: str, *, person: Person, house: House) -> Offer:
    """Return the offer that was picked of several, with all that will go; raises Refused."""
    permit(person, Action.FORGET)
    with house.database.read() as tx:
        found = _standing(forgettings.see(tx, offer_id), person, house)
        who = somebody(tx, customer_id=found.customer_id, author_keys=found.author_keys)
        return Offer(offer_id, who, _held(tx, who))


def cancel(offer_id: str, *, person: Person, house: House) -> None:
    """Drop an offer: nothing goes; raises Refused."""
    permit(person, Action.FORGET)
    with house.database.write() as tx:
        _standing(forgettings.get(tx, offer_id), person, house)
        forgettings.cancel(tx, offer_id)


def confirm(offer_id: str, *, person: Person, house: House, seconds: float = 5.0) -> Forgetting:
    """Forget the person whom an offer means, for ever; what takes longer than `seconds` goes on by itself.

    Raises:
        Refused: not permitted, somebody else's offer, too old, cancelled, or confirmed before.
    """
    permit(person, Action.FORGET)
    now = house.clock()
    with house.database.write() as tx:
        found = _standing(forgettings.get(tx, offer_id), person, house)
        held = erasing.holdings(tx, author_keys=found.author_keys, customer_id=found.customer_id)
        forgettings.start(tx, offer_id, at=now, gone=Holdings(messages=held.messages))
        _audit(tx, "forget confirmed", offer_id, person.user_id, house, detail=_surrogate(found.customer_id))
    log.info("forgetting_started", forgetting=offer_id)
    return carry_on(offer_id, house=house, seconds=seconds)


def status(forgetting_id: str, *, person: Person, house: House) -> Forgetting:
    """Return how far it is, or its receipt; raises Refused."""
    permit(person, Action.FORGET)
    with house.database.read() as tx:
        found = forgettings.see(tx, forgetting_id)
    if found is None or found.state is ForgettingState.OFFERED:
        raise Refused(_GONE)
    return found


def carry_on(
    forgetting_id: str, *, house: House, seconds: float, monotonic: Callable[[], float] = time.monotonic
) -> Forgetting:
    """Erase part after part until all is gone or the time is up; several processes may do so at once."""
    until = monotonic() + seconds
    while True:
        with house.database.write() as tx:
            current = _erase_part(tx, forgetting_id, house)
        if current.state is not ForgettingState.RUNNING or monotonic() >= until:
            return current
        time.sleep(PAUSE)


def resume(*, house: House, seconds: float) -> int:
    """Go on with what was confirmed and is not finished; returns how many are."""
    with house.database.read() as tx:
        running = forgettings.in_state(tx, ForgettingState.RUNNING)
    done = (carry_on(one, house=house, seconds=seconds) for one in running[:1])
    return sum(one.state is not ForgettingState.RUNNING for one in done)


def scrub(*, house: House) -> bool:
    """Overwrite on disk what was erased; False where a reader was in the way: call again."""
    began = house.clock()
    with house.database.read() as tx:
        erased = forgettings.in_state(tx, ForgettingState.ERASED)
    if not house.database.scrub():
        return False
    with house.database.write() as tx:
        if erased:
            forgettings.scrubbed(tx, erased)
        removals.overwritten(tx, erased_before=began, at=house.clock())
    return True


def awaits_scrub(*, house: House) -> bool:
    """Tell whether somebody or some post was erased, here or by a command, whose bytes are still on disk."""
    with house.database.read() as tx:
        posts = removals.underway(tx, limit=PART)
        return bool(forgettings.in_state(tx, ForgettingState.ERASED)) or any(not one.overwritten for one in posts)


def purge(*, house: House) -> None:
    """Drop offers that nobody confirmed in time."""
    with house.database.write() as tx:
        forgettings.purge(tx, before=house.clock() - VALID)


def _erase_part(tx: Tx, forgetting_id: str, house: House) -> Forgetting:
    now = house.clock()
    brands.lock(tx, sorted(brand.name for brand in house.brands))  # nothing new joins a case that is being emptied
    current = forgettings.get(tx, forgetting_id)
    if current is None:
        raise Refused(_GONE)
    if current.state is not ForgettingState.RUNNING:
        return current
    part = erasing.next_part(tx, current.author_keys, limit=PART)
    ids = {*part.posts, *part.copies, *part.replies}
    if ids:
        erased = erasing.erase_posts(tx, sorted(ids), at=now, secret=house.secret)
        close_emptied(tx, erased.case_ids, because="removed at the author's wish", house=house)
        gone = current.gone + Holdings(
            posts=len(part.posts),
            copies=len(part.copies) + erased.copies,
            replies=len(part.replies),
            cases=len(erased.case_ids),
            corrections=erased.corrections,
            judged=erased.judged,
        )
        forgettings.advance(tx, forgetting_id, gone=gone)
        return replace(current, gone=gone)
    return _finish(tx, current, house)


def _finish(tx: Tx, current: Forgetting, house: House) -> Forgetting:
    """Erase the customer, whom no post leads to any more, and attest it."""
    now = house.clock()
    gone = current.gone + Holdings(accounts=len(current.author_keys))
    accounts = current.author_keys
    if current.customer_id:
        accounts = tuple(sorted({*accounts, *customers.author_keys(tx, current.customer_id)}))
        gone += erasing.erase_customer(tx, current.customer_id, at=now)
    gone += Holdings(events=events.erase(tx, origins=(), author_keys=accounts))
    events.keep_away(tx, accounts, at=now, secret=house.secret)
    mutes.forget_authors(tx, current.author_keys)
    erasing.erase_posts(tx, contexts.of_authors(tx, current.author_keys), at=now, secret=house.secret)
    forgettings.finish(tx, current.id, at=now, gone=gone)
    detail = f"{gone.posts} posts, {sum(gone.records.values())} records{_surrogate(current.customer_id, ', ')}"
    _audit(tx, "forgotten", current.id, current.by, house, detail=detail)
    log.info("forgetting_finished", forgetting=current.id, posts=gone.posts)
    done = forgettings.see(tx, current.id)
    return done or current


def _standing(found: Forgetting | None, person: Person, house: House) -> Forgetting:
    """Return an offer that this person may still confirm; raises Refused."""
    if found is None or found.by != person.user_id:
        raise Refused(_GONE)
    if found.state is not ForgettingState.OFFERED:
        raise Refused(f"This was confirmed before: its receipt is {found.id}.")
    if house.clock() - found.offered_at > VALID:
        raise Refused(_GONE)
    return found


def _held(tx: Tx, who: Somebody) -> Holdings:
    customer_id, keys = _known_by(who)
    return erasing.holdings(tx, author_keys=keys, customer_id=customer_id)


def _known_by(who: Somebody) -> tuple[str | None, list[str]]:
    return who.customer.id if who.customer else None, [account.key for account in who.accounts]


def _surrogate(customer_id: str | None, before: str = "") -> str:
    return f"{before}customer {customer_id}" if customer_id else ""


def _audit(tx: Tx, action: str, subject: str, actor: str, house: House, *, detail: str) -> None:
    audit.append(tx, at=house.clock(), actor=actor, action=action, subject=subject, detail=detail, secret=house.secret)
