"""Muting an author or a topic for a while: no cards, while cases are opened and counted all the same."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from crm.access import permit
from crm.copies import normalised
from domain.case import CaseFile, HistoryLine
from domain.errors import Refused
from domain.message import MessageKind
from domain.noise import Mute, MuteKind
from domain.person import Action, Person
from flows.house import House
from storage import audit, authors, cases, deliveries, messages, mutes
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


def mute(
    wanted: Wanted, *, person: Person, house: House, delivery: str | None = None, case_id: str | None = None
) -> Mute:
    """Mute what is wanted from now on; `case_id` is the case on whose card that was said, which then tells of it.

    Raises:
        Refused: not permitted, too long, no such author, too few letters for a topic, or the case's post is gone.
    """
    permit(person, Action.MUTE)
    if not timedelta(0) < wanted.last <= LONGEST:
        raise Refused("A mute lasts from a minute to 30 days. Try `/earshot mute price rise 2h`.")
    now = house.clock()
    with house.database.write() as tx:
        if case_id:
            _with_a_post(tx, case_id, house)
        value, shown = _named(tx, wanted)
        new = Mute(uuid4().hex, wanted.kind, value, shown, wanted.brand, person.user_id, now, now + wanted.last)
        _store(tx, new, house, delivery=delivery, case_id=case_id)
    return new


def mute_author_of(case_id: str, last: timedelta, *, person: Person, house: House, delivery: str | None = None) -> Mute:
    """Mute the author of a case for its brand; its card tells of it. Raises as `mute`."""
    permit(person, Action.MUTE)
    now = house.clock()
    with house.database.write() as tx:
        file = _with_a_post(tx, case_id, house)
        case, shown = file.case, f"{file.case.platform}:{file.author.handle}"
        new = Mute(uuid4().hex, MuteKind.AUTHOR, case.author_key, shown, case.brand, person.user_id, now, now + last)
        _store(tx, new, house, delivery=delivery, case_id=case_id)
    return new


def insist_on_post(case_id: str, *, house: House) -> CaseFile:
    """Return a case that may be muted by; raises Refused where its post is gone."""
    with house.database.read() as tx:
        return _with_a_post(tx, case_id, house)


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


def _with_a_post(tx: Tx, case_id: str, house: House) -> CaseFile:
    file = cases.file(tx, case_id, value_band=house.band)
    if file is None or not file.mentions:
        raise Refused("The post is gone: its author removed it, so there is nothing to mute.")
    return file


def _store(tx: Tx, new: Mute, house: House, *, delivery: str | None, case_id: str | None) -> None:
    if delivery is not None and not deliveries.first_time(tx, delivery, at=new.since):
        return
    mutes.add(tx, new)
    audit.append(tx, at=new.since, actor=new.by, action="mute", subject=new.id, secret=house.secret)
    if case_id:
        what = "the author" if new.kind is MuteKind.AUTHOR else "a topic"  # whose words may name somebody
        told = f"muted {what} for {_lasting(new.until - new.since)}"
        cases.note(tx, case_id, HistoryLine(at=new.since, actor=new.by, action=told))
        messages.touch(tx, kind=MessageKind.CARD, subject=case_id)


def _lasting(span: timedelta) -> str:
    for unit, name in ((timedelta(weeks=1), "week"), (timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        number, rest = divmod(span, unit)
        if number and not rest:
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{span // timedelta(minutes=1)} minutes"
