"""Muting authors and topics, seeing what is muted, and ending it."""

from bot.desk import Answer, Ask
from bot.typed import EARSHOT, brand_of, duration_in, quoted_back, read_handle, read_typed
from bot.views.elements import PLATFORM_NAMES
from bot.views.muting import muted_blocks, muted_text
from domain.errors import InputError
from domain.noise import MuteKind
from flows import muting
from flows.muting import Wanted


def mute(ask: Ask) -> Answer:
    """Mute an author or a topic; without a word list what is muted."""
    if not ask.words:
        return mutes_page(ask, 0, "")
    house = ask.desk.house
    typed = read_typed(ask.words, filters=("brand",))
    last, words = duration_in(typed.words)
    if not words:
        raise InputError(f'Say what to mute, as in `{EARSHOT} mute @jane 2h` or `{EARSHOT} mute "price rise" 2h`.')
    brand = brand_of(typed, house)
    kind, what, platform = _what(words)
    new = muting.mute(Wanted(kind, what, last, brand.name if brand else None, platform), person=ask.person, house=house)
    return mutes_page(ask, 0, new.id)


def unmute(ask: Ask) -> Answer:
    """End the mute of what is named; without a word list what is muted."""
    if not ask.words:
        return mutes_page(ask, 0, "")
    house = ask.desk.house
    typed = read_typed(ask.words, filters=("brand",))
    brand = brand_of(typed, house)
    muted = muting.muted(person=ask.person, house=house)
    wanted = " ".join(typed.words).casefold()
    bare = wanted.removeprefix("@").removeprefix("u/")
    named = [
        each
        for each in muted
        if {each.shown.casefold(), each.shown.casefold().partition(":")[2]} & {wanted, bare}
        and (brand is None or each.brand == brand.name)
    ]
    if not named:
        raise InputError(f"“{quoted_back(wanted)}” is not muted. `{EARSHOT} mute` lists what is.")
    for each in named:
        muting.unmute(each.id, person=ask.person, house=house)
    return mutes_page(ask, 0, "")


def end_mute(ask: Ask) -> Answer | None:
    """End the mute of the button."""
    muting.unmute(ask.words, person=ask.person, house=ask.desk.house)
    return None if ask.at_home else mutes_page(ask, 0, "")


def mutes_page(ask: Ask, page: int, new: str) -> Answer:
    """Show one page of what is muted, with a word about the `new` one."""
    house = ask.desk.house
    muted = muting.muted(person=ask.person, house=house)
    return Answer(muted_text(muted), muted_blocks(muted, page=page, new=new))


def _what(words: tuple[str, ...]) -> tuple[MuteKind, str, str | None]:
    """Tell a handle (`@jane`, `u/jane`, `x:jane`) from the words of a topic."""
    first, *more = words
    platform, colon, handle = first.partition(":")
    if not more and colon and platform.casefold() in PLATFORM_NAMES:
        return MuteKind.AUTHOR, read_handle(handle), platform.casefold()
    if not more and first.startswith(("@", "u/")):
        return MuteKind.AUTHOR, read_handle(first), "reddit" if first.startswith("u/") else None
    return MuteKind.TOPIC, " ".join(words), None
