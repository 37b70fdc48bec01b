"""Polling a listing that gives the newest first, whose posts are known by their time: what most platforms have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Self

from domain.brand import Stream
from domain.errors import CursorTooOldError
from domain.health import Headroom
from domain.mention import Batch, Cursor
from listeners.paging import MAX_PAGES, Fetch, Page, Place, Stretch, read


class ListingPoll:
    """Implements `domain.seams.Poll` over the pages that `fetch` gives; positions are seconds since 1970.

    A place beyond the platform's reach raises CursorTooOldError once; polled again, it goes on with what there is.
    Between polls it remembers the cursor whose loss was told.
    """

    def __init__(
        self,
        stream: Stream,
        fetch: Fetch,
        *,
        title: str,
        reach: str,
        overlap_seconds: float,
        advice: str = "",
        max_pages: int = MAX_PAGES,
        headroom: Callable[[], Headroom] = Headroom,
    ) -> None:
        """Make no call. `reach` tells how far the platform, by its `title`, can be read; `advice` how to miss less."""
        self._stream, self._fetch = stream, fetch
        self._says = f"{title} {reach}, so that posts of the stream {stream.name} may be missed."
        self._advice = f" {advice}" if advice else ""
        self._overlap, self._max_pages = int(overlap_seconds), max_pages
        self._told: Cursor | None = None
        self.headroom = headroom
        self._holes: list[tuple[int, int]] = []

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll."""
        try:
            place = Place.parse(cursor)
        except ValueError:
            if cursor != self._told:
                raise self._lost(cursor, "The saved place cannot be read.") from None
            place = Place()
        self._holes.clear()
        batch = read(place, overlap=self._overlap, fetch=self._page, max_pages=self._max_pages, budget_usd=budget_usd)
        if self._holes and cursor != self._told:
            since, until = min(self._holes)[0], max(end for _, end in self._holes)
            raise self._lost(cursor, span=(datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)))
        return batch

    def _page(self, stretch: Stretch, token: str | None, budget_usd: Decimal | None) -> Page | None:
        """Fetch a page, the last one where it reaches below the stretch's floor."""
        page = self._fetch(stretch, token, budget_usd)
        if page is None or stretch.floor is None or page.oldest is None:
            return page
        if page.oldest < stretch.floor:
            return replace(page, token=None, resume=None)
        known = stretch.floor if stretch.known is None else stretch.known
        if page.cut and page.oldest > known:
            self._holes.append((known, page.oldest))
        return page

    def _lost(
        self, cursor: Cursor | None, why: str = "", *, span: tuple[datetime, datetime] | None = None
    ) -> CursorTooOldError:
        """Make the error that is raised once for a cursor; `span` is what is out of reach, where that is known."""
        self._told = cursor
        since, until = span or (None, None)
        if since and until:
            why = (
                f"It was read up to {since:%Y-%m-%d %H:%M} UTC, and the list now begins at {until:%Y-%m-%d %H:%M} UTC."
            )
        return CursorTooOldError(
            f"{self._says} {why} Nothing needs to be done: the next poll goes on with what there is.{self._advice}",
            platform=self._stream.platform,
            since=since,
            until=until,
        )


@dataclass(frozen=True, slots=True)
class Below:
    """Where a listing goes on that is asked for by time: at this second or before, from this page on.

    Numbers of pages alone would not do, because new posts move everything; nor would seconds alone, because more posts
    than fill a page may have the same one.
    """

    second: int | None = None
    page: int = 0

    @classmethod
    def parse(cls, token: str | None) -> Self:
        """Read a token; None is the top of the listing. Raises ValueError."""
        if token is None:
            return cls()
        second, _, page = token.partition(":")
        return cls(int(second), int(page))

    def after(self, seconds: Sequence[int]) -> str:
        """Return the token of what follows a page whose posts have these times, at least one."""
        oldest = min(seconds)
        return f"{oldest}:{self.page + 1 if oldest == self.second else 0}"
