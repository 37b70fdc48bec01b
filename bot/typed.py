"""What people type after a verb: words, phrases in quotation marks, and filters such as `brand:Lumora`."""

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from bot.durations import DURATIONS, read_duration
from bot.periods import read_period
from bot.views.elements import PLATFORM_NAMES, inline
from crm.business_time import day_bounds
from domain.brand import Brand
from domain.errors import InputError
from flows.house import House

EARSHOT, CUSTOMER = "/earshot", "/customer"
LAST_PAGE = 1000

_HANDLE = re.compile(r"(?:@|/?u/)?([\w.-]{1,60})")
_QUOTES = str.maketrans("“”„«»", '"""""')


@dataclass(frozen=True, slots=True)
class Typed:
    """The words in their order, each phrase as one; and the value of each filter, the last where it came twice."""

    words: tuple[str, ...]
    filters: Mapping[str, str]


def read_typed(text: str, *, filters: Collection[str] = ()) -> Typed:
    """Take `name:value` out of a text for each of `filters`; a value or phrase with spaces stands in quotes.

    Raises:
        InputError: a quotation mark has no partner, or a filter no value.
    """
    lexer = shlex.shlex(text.translate(_QUOTES), posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.quotes, lexer.commenters, lexer.escape = True, '"', "", ""
    try:
        typed = list(lexer)
    except ValueError as error:
        raise InputError("A quotation mark is missing its partner.") from error
    words: list[str] = []
    found: dict[str, str] = {}
    for word in typed:
        name, colon, value = word.partition(":")
        if colon and name.casefold() in filters:
            if not value:
                raise InputError(f"{name}: needs a value right behind it, as in `{name}:…`.")
            found[name.casefold()] = value
        else:
            words.append(word)
    return Typed(tuple(words), found)


def quoted_back(text: str) -> str:
    """Repeat what somebody typed, harmless."""
    return inline(text, limit=60) or "…"


def brand_of(typed: Typed, house: House) -> Brand | None:
    """Return the brand that `brand:` names, None where nothing does; raises InputError for one that is not ours."""
    name = typed.filters.get("brand")
    if name is None:
        return None
    brands = {brand.name.casefold(): brand for brand in house.brands}
    if name.casefold() not in brands:
        ours = ", ".join(brand.name for brand in house.brands)
        raise InputError(f"“{quoted_back(name)}” is none of our brands: {inline(ours)}.")
    return brands[name.casefold()]


def platform_of(typed: Typed) -> str | None:
    """Return the platform that `platform:` names; raises InputError for one that we do not know."""
    name = typed.filters.get("platform")
    if name is not None and name.casefold() not in PLATFORM_NAMES:
        raise InputError(f"“{quoted_back(name)}” is no platform of ours: {', '.join(PLATFORM_NAMES)}.")
    return name and name.casefold()


def read_handle(typed: str) -> str:
    """Read a handle as people write it: `@jane`, `u/jane` and `/u/jane` are `jane`.

    Raises:
        InputError: it can be none.
    """
    found = _HANDLE.fullmatch(typed)
    if found is None:
        raise InputError(f"“{quoted_back(typed)}” is no handle. Write one as in @jane or u/jane.")
    return found[1]


def since_of(typed: Typed, house: House) -> datetime | None:
    """Return the moment that `since:` names, a duration back from now or the start of a day.

    Raises:
        InputError: it is neither.
    """
    text = typed.filters.get("since")
    if text is None:
        return None
    now = house.clock()
    back = read_duration(text)
    if back is not None:
        return now - min(back, timedelta(days=3650))
    zone_of = house.brands[0]
    period = read_period(text.casefold(), today=now.astimezone(zone_of.time_zone).date())
    if period is None:
        raise InputError(f"since:{quoted_back(text)} is no time. Write since:7d, since:yesterday or since:2026-11-07.")
    return day_bounds(period[0], zone_of)[0]


def page_of(words: Collection[str], *, verb: str) -> int:
    """Read what is left as the number of a page, which people count from 1; return it counted from 0.

    Raises:
        InputError: it is none.
    """
    given = list(words) or ["1"]
    if len(given) > 1 or not given[0].isdecimal() or not 1 <= int(given[0]) <= LAST_PAGE:
        raise InputError(f"“{quoted_back(' '.join(given))}” is no page. Try `{EARSHOT} {verb} 2`.")
    return int(given[0]) - 1


def duration_in(words: tuple[str, ...]) -> tuple[timedelta, tuple[str, ...]]:
    """Take the duration out of the words: the last that is one.

    Raises:
        InputError: none is.
    """
    for place in range(len(words) - 1, -1, -1):
        duration = read_duration(words[place])
        if duration is not None:
            return duration, words[:place] + words[place + 1 :]
    raise InputError(f"Say for how long: {DURATIONS}, as in `{EARSHOT} mute @jane 2h`.")


def nearest(word: str, known: Collection[str], before: str, after: str = "") -> str:
    """Suggest what was perhaps meant, with the whole line; nothing where nothing is near."""
    close = get_close_matches(word.casefold(), list(known), n=1, cutoff=0.5)
    rest = f" {quoted_back(after)}" if after else ""
    return f" Did you mean `{before} {close[0]}{rest}`?" if close else ""
