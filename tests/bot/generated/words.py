"""Draws words, hostile and endless ones too, and the small things of which values are made.

All words of a value come from a few that are drawn first, and all things of one kind from a few as well, so that a
value can be large: hypothesis gives up one that takes too many choices. Every eighth value is full: whatever may be
missing is there, everything is as much as it can be, and every text is too long for its place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle, islice
from typing import Any

from hypothesis import strategies as st

from domain.mention import MentionId, mention_id
from tests.hostile import FORMATS, HIDDEN, HOSTILE, LINKS, PINGS

_pieces = st.sampled_from(PINGS + LINKS + FORMATS + HIDDEN)
_kinds: dict[str, st.SearchStrategy[str]] = {
    "any": st.text(max_size=300),
    "mixed": st.lists(_pieces | st.text(max_size=12), max_size=12).map("".join),
    "hostile": st.sampled_from(HOSTILE),
    "endless": st.builds(
        lambda piece, times: (piece * times)[:20_000], _pieces | st.text(max_size=4), st.integers(2, 6000)
    ),
}


@st.composite
def foreign(draw: st.DrawFn) -> str:
    """Draw what a stranger may write; what is slow to show is drawn less often."""
    return draw(_kinds[draw(st.sampled_from(["any"] * 5 + ["mixed"] * 6 + ["hostile"] * 4 + ["endless"] * 3))])


_FULL = st.shared(st.integers(0, 7).map(lambda drawn: drawn == 7), key="full")


def maybe(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw it or None."""
    return _FULL.flatmap(lambda full: each if full else st.none() | each)


def some_of(options: Iterable[Any]) -> st.SearchStrategy[list[Any]]:
    """Draw some of them, each once, in their order."""
    every = list(options)
    some = st.sets(st.sampled_from(every)).map(lambda drawn: [each for each in every if each in drawn])
    return _FULL.flatmap(lambda full: st.just(every) if full else some)


_too_long = st.builds(lambda piece: (piece * 4000)[:4000], st.sampled_from(["W", "&", "😀", "a b ", "<!here> "]))
_several = _FULL.flatmap(lambda full: st.lists(_too_long if full else foreign(), min_size=1, max_size=5))
WORDS = st.shared(_several, key="words").flatmap(st.sampled_from)


def _name(words: str, longest: int) -> str:
    """Make a name of it that a settings file can hold: of whole characters, and never empty."""
    whole = words[:longest].encode("utf-8", "replace").decode()
    return whole.encode("utf-16-le")[: 2 * 150].decode("utf-16-le", "ignore") or "Lumora"


def names(longest: int = 80) -> st.SearchStrategy[str]:
    """Draw what the people who run Earshot name in the settings: as strange, but with a limit."""
    return WORDS.map(lambda words: _name(words, longest))


NAMED = names()

COUNTS = st.integers(0, 3) | st.integers(0, 10**9)
SHARES = st.floats(0, 1)
FIGURES = st.floats(-1e9, 1e9)
MOMENTS = st.datetimes(datetime(2006, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))
DAYS = st.dates(date(2006, 1, 1), date(2099, 12, 31))
MONEY = st.decimals(0, 10**9, places=2)
RECORD_IDS = st.text("0123456789abcdef", min_size=32, max_size=32)


def slack_ids(kinds: str) -> st.SearchStrategy[str]:
    """Draw an id of Slack that begins with one of these letters."""
    return st.from_regex(rf"[{kinds}]0[A-Z0-9]{{7,11}}", fullmatch=True)


SLACK_IDS = slack_ids("UW")
MEMBERS = slack_ids("UWS")
CHANNELS = slack_ids("CG")
PEOPLE = SLACK_IDS | NAMED
PLATFORMS = st.sampled_from(["x", "reddit", "mastodon", "app_store"])
_SITES = st.from_regex(r"https://[a-z]{1,20}\.example/[A-Za-z0-9_?=&%/.-]{0,30}", fullmatch=True)
WEB_URLS = st.builds(
    lambda site, length: site.ljust(length, "x"), _SITES, st.sampled_from([0, 0, 280, 300, 2900, 4000])
)
_LONGEST_LINKED = _SITES.map(lambda site: site.replace("&", "-").ljust(300, "x"))
URLS = _FULL.flatmap(lambda full: _LONGEST_LINKED if full else WEB_URLS | WORDS)
LONGEST_ID = 64
"""No platform that we know of has longer ids of posts; a menu's value holds 150 characters with all that is beside."""


@st.composite
def mention_ids(draw: st.DrawFn) -> MentionId:
    shown = st.text("0123456789abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=LONGEST_ID)
    return mention_id(draw(PLATFORMS), draw(shown | st.just("x" * LONGEST_ID)))


_AMOUNTS = st.shared(
    _FULL.flatmap(lambda full: st.just("all") if full else st.sampled_from(["a few", "any", "any", "all"])),
    key="amounts",
)


@st.composite
def many(draw: st.DrawFn, each: st.SearchStrategy[Any], *, most: int, least: int = 0) -> tuple[Any, ...]:
    """Draw a tuple. Throughout one value there are a few of everything, any number, or as many as there can be."""
    amounts = {"a few": st.integers(least, max(least, min(3, most))), "any": st.integers(least, most)}
    number = draw(amounts.get(draw(_AMOUNTS), st.just(most)))
    drawn = draw(st.lists(each, min_size=min(number, 1), max_size=min(number, 3)))
    return tuple(islice(cycle(drawn), number))


def apart(things: Sequence[Any]) -> tuple[Any, ...]:
    """Give each thing an id of its own."""
    return tuple(replace(each, id=f"{number:032x}") for number, each in enumerate(things))


SEVERAL_IDS = many(MEMBERS | CHANNELS, most=12, least=1).map(" ".join)
"""Ids of Slack as the history and handovers hold them."""
