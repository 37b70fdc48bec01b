"""Muting an author or a topic for a while: no cards, while cases are opened and counted all the same."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from crm.access import permit
from crm.copies import normalised
from domain.errors import Refused
from domain.noise import Mute, MuteKind
from domain.person import Action, Person
from flows.house import House
from storage import audit, authors, cases, deliveries, mutes
from storage.database import Tx

LONGEST = timedelta(days=30)
FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants muted: a handle or the words of a topic, for one brand or (None) for all of ours."""

    kind: MuteKind
    what: str
    last: timedelta
    brand: str | None = None
    platform: str | None = None


def mute(wanted: Wanted, *, person: Person, house: House, delivery: str | None = None) -> Mute:
    """Mute what is wanted from now on.

    Raises:
        Refused: not permitted, too long, no such author, or too few letters for a topic.
    """
    permit(person, Action.MUTE)
    if not timedelta(0) < wanted.last <= LONGEST:
        raise Refused("A mute lasts from a minute to 30 days. Try `/earshot mute price rise 2h`.")
    now = house.clock()
    with house.database.write() as tx:
        value, shown = _named(tx, wanted)
        new = Mute(uuid4().hex, wanted.kind, value, shown, wanted.brand, person.user_id, now, now + wanted.last)
        if delivery is None or deliveries.first_time(tx, delivery, at=now):
            _store(tx, new, person, house)
    return new


def mute_author_of(case_id: str, last: timedelta, *, person: Person, house: House, delivery: str | None = None) -> Mute:
    """Mute the author of a case for its brand. Raises as `mute`."""
    permit(person, Action.MUTE)
    now = house.clock()
    with house.database.write() as tx:
        file = cases.file(tx, case_id, value_band=house.band)
        if file is None or not file.mentions:
            raise Refused("Its author removed the post, so there is nobody to mute.")
        case, shown = file.case, f"{file.case.platform}:{file.author.handle}"
        new = Mute(uuid4().hex, MuteKind.AUTHOR, case.author_key, shown, case.brand, person.user_id, now, now + last)
        if delivery is None or deliveries.first_time(tx, delivery, at=now):
            _store(tx, new, person, house)
    return new


def unmute(mute_id: str, *, person: Person, house: House) -> None:
    """End a mute now; raises Refused where it is over."""
    permit(person, Action.MUTE)
    now = house.clock()
    with house.database.write() as tx:
        if not mutes.end(tx, mute_id, at=now):
            raise Refused("This is not muted any more.")
        audit.append(tx, at=now, actor=person.user_id, action="unmute", subject=mute_id, secret=house.secret)


def muted(*, person: Person, house: House) -> tuple[Mute, ...]:
    """Return what is muted now, what ends first at the top; raises Refused."""
    permit(person, Action.MUTE)
    with house.database.read() as tx:
        return tuple(mutes.active(tx, at=house.clock()))


def _named(tx: Tx, wanted: Wanted) -> tuple[str, str]:
    """Return what is compared with posts, and what people are shown."""
    if wanted.kind is MuteKind.TOPIC:
        words = normalised(wanted.what)
        if len(words) < FEWEST_LETTERS:
            raise Refused("A topic needs a word of at least three letters. Try `/earshot mute price rise 2h`.")
        return words, words
    found = authors.by_handle(tx, wanted.what, platform=wanted.platform)
    if not found:
        raise Refused(f"Nobody called {wanted.what} has written yet. Check the handle, as in @jane or u/jane.")
    if len({author.platform for author in found}) > 1:
        where = ", ".join(sorted(author.platform for author in found))
        raise Refused(f"{wanted.what} writes on several platforms ({where}). Say which, as in x:{wanted.what}.")
    author = found[-1]
    return author.key, f"{author.platform}:{author.handle}"


def _store(tx: Tx, new: Mute, person: Person, house: House) -> None:
    mutes.add(tx, new)
    audit.append(tx, at=new.since, actor=person.user_id, action="mute", subject=new.id, secret=house.secret)
