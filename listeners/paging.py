"""Reading a listing that gives the newest first, page by page, so that nothing between two polls is lost.

A poll reads from the top down to what the last poll had seen, less an overlap for posts that became visible late. Where
it has to stop before, the stretch that is left goes into the cursor, and the next polls read it after the new posts.
An overlap that fills more than a poll's pages is read to its end before another one is, or there would be no end.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import structlog

from domain.errors import PlatformError
from domain.mention import Batch, Cursor, Mention, Removal
from listeners.bodies import in_order

MAX_PAGES: Final = 10
"""Pages that one poll reads at most, so that a surge cannot keep the other streams waiting."""

_MAX_STRETCHES = 20
"""Stretches that a cursor holds before the two oldest are read as one."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a listing that is still to be read.

    `floor` is the highest position (the platform's own measure, growing with time) that need not be read; None reads
    as far as the platform goes back. `resume` tells the platform where to go on; None starts at the top. A stretch with
    an overlap has the highest position that was read before as `known`; it is read `again` where only that is left.
    """

    floor: int | None = None
    resume: str | None = None
    known: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a poll stopped: the newest position seen, and the stretches that are left, newest first.

    `checked` is the newest position up to which nothing may be late but what is left; None takes `newest` for it.
    """

    newest: int | None = None
    left: tuple[Stretch, ...] = ()
    checked: int | None = None

    def cursor(self) -> Cursor | None:
        """Write the place down; None before anything was seen."""
        if self.newest is None:
            return None
        left = [[s.floor, s.resume, s.known, s.again] for s in self.left]
        return Cursor(json.dumps({"newest": self.newest, "left": left, "checked": self.checked}))

    @classmethod
    def parse(cls, cursor: Cursor | None) -> "Place":
        """Read a place written by `cursor`.

        Raises:
            ValueError: it was not written so.
        """
        if cursor is None:
            return cls()
        try:
            written = json.loads(cursor)
            left = tuple(_stretch(*one) for one in written["left"])
            return cls(int(written["newest"]), left, _position(written.get("checked")))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a place in a listing: {cursor[:80]}") from error


def _stretch(floor: object, resume: str | None, known: object = None, *more: object) -> Stretch:
    return Stretch(_position(floor), resume, _position(known), again=True in more)


def _position(written: object) -> int | None:
    return None if written is None else int(str(written))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing. `token` asks for the next one in this poll (None: there is none).

    `resume` is where a later poll would go on after this page; None where the page does not tell. `oldest` is needed
    where the page may reach below the floor of its stretch; `cut` says that the platform lists no more, though there
    is more.
    """

    mentions: tuple[Mention, ...]
    removals: tuple[Removal, ...]
    newest: int | None
    token: str | None
    resume: str | None
    cost_usd: Decimal = Decimal(0)
    oldest: int | None = None
    cut: bool = False


Fetch = Callable[[Stretch, str | None, Decimal | None], Page | None]
"""Fetches a page of a stretch by its token with at most so many dollars; None where they do not suffice."""


@dataclass(slots=True)
class _Reading:
    """A poll under way."""

    fetch: Fetch
    budget_usd: Decimal | None
    pages: list[Page] = field(default_factory=list)
    cut: bool = False

    @property
    def cost_usd(self) -> Decimal:
        return sum((page.cost_usd for page in self.pages), Decimal(0))

    def read(self, stretch: Stretch, *, up_to: int) -> Stretch | None:
        """Read a stretch until so many pages are read in all; return what is left of it."""
        token, reached, again = None, stretch.resume, stretch.again
        while len(self.pages) < up_to and (page := self._next(stretch, token)) is not None:
            self.pages.append(page)
            token, reached = page.token, page.resume or reached
            if token is None:
                return None
            if stretch.known is not None and page.newest is not None:
                again = again or page.newest <= stretch.known
        return replace(stretch, resume=reached, again=again)

    def _next(self, stretch: Stretch, token: str | None) -> Page | None:
        """Fetch a page, or return None where the poll has to end here with what it has."""
        if self.cut:
            return None
        try:
            return self.fetch(stretch, token, None if self.budget_usd is None else self.budget_usd - self.cost_usd)
        except PlatformError as error:
            if not self.pages:
                raise
            # What was read is kept and paid for; the next poll goes on, and fails if this error lasts.
            log.warning("poll_cut_short", platform=error.platform, error=str(error), pages=len(self.pages))
            self.cut = True
            return None


def read(
    place: Place, *, overlap: int, fetch: Fetch, max_pages: int = MAX_PAGES, budget_usd: Decimal | None = None
) -> Batch:
    """Read what is new since a place, then what earlier polls left, within the pages and the budget.

    New posts never wait for a backlog, and a backlog shrinks with every poll. `overlap` is measured as positions are.
    The batch is capped while there are posts that were not read; what is left of an overlap alone does not count.

    Raises:
        PlatformError: the first page could not be read; the same place may be read again.
    """
    reading = _Reading(fetch, budget_usd)
    unread = [reading.read(_top(place, overlap), up_to=max_pages)]
    begun = not _looks_again(place) and (unread[0] is None or unread[0].resume is not None)
    up_to = max(max_pages, len(reading.pages) + 1)  # however much is new, what is left gets a page
    unread += [reading.read(stretch, up_to=up_to) for stretch in place.left]
    newest = max((page.newest for page in reading.pages if page.newest is not None), default=place.newest)
    if place.newest is not None and newest is not None:
        newest = max(newest, place.newest)
    mentions, removals = in_order(
        (mention for page in reading.pages for mention in page.mentions),
        (removal for page in reading.pages for removal in page.removals),
    )
    # A top of which no post was read is no stretch: the next poll starts there anyway.
    left = [stretch for stretch in unread if stretch is not None and stretch.resume is not None]
    return Batch(
        mentions=mentions,
        cursor=Place(newest, _few(left), newest if begun else _checked(place)).cursor(),
        removals=removals,
        capped=any(stretch is not None and not stretch.again for stretch in unread),
        cost_usd=reading.cost_usd,
    )


def _checked(place: Place) -> int | None:
    return place.newest if place.checked is None else place.checked


def _looks_again(place: Place) -> bool:
    """Tell whether an overlap was begun and is not read to its end."""
    return any(stretch.again for stretch in place.left)


def _top(place: Place, overlap: int) -> Stretch:
    if _looks_again(place):
        return Stretch(place.newest)
    checked = _checked(place)
    return Stretch() if checked is None else Stretch(max(0, checked - overlap), known=place.newest)


def _few(left: list[Stretch]) -> tuple[Stretch, ...]:
    """Read the oldest stretches as one where there are too many; what is read again comes last."""
    unread = [stretch for stretch in left if not stretch.again]
    while len(unread) > _MAX_STRETCHES:
        older, newer = unread.pop(), unread.pop()
        floors = (older.floor, newer.floor)
        unread.append(Stretch(None if None in floors else min(f for f in floors if f is not None), newer.resume))
    return (*unread, *(stretch for stretch in left if stretch.again))
