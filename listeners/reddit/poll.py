"""Polling one stream of Reddit: which listing it is, and how far back Reddit goes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import CursorTooOldError, InputError, PlatformError, SettingsError
from domain.mention import Batch, Cursor
from listeners.bodies import reading
from listeners.paging import Page, Place, Stretch, read
from listeners.reddit.client import Client, Settings
from listeners.reddit.things import NAME, mentions_from_response

# https://www.reddit.com/dev/api#listings; a listing ends after about 1,000 things, a search earlier
PAGE_SIZE: Final = 100

_WITHIN = re.compile(r"([A-Za-z0-9_]+(?:\+[A-Za-z0-9_]+)*):\s+(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing of Reddit, newest first."""

    path: str
    params: dict[str, str | int]


def listing_of(stream: Stream) -> Listing:
    """Return what a stream reads. The target of a search is a query, or `subreddit+subreddit: query`.

    Raises:
        SettingsError: Reddit has no such listing.
    """
    match stream.kind:
        case SourceKind.SEARCH:
            within = _WITHIN.fullmatch(stream.target)
            subreddits, query = within.groups() if within else ("all", stream.target)
            # Reddit's own spelling of a boolean; without it the subreddits of the path are ignored.
            params: dict[str, str | int] = {"q": query, "sort": "new", "t": "all", "type": "link"}
            return Listing(f"r/{subreddits}/search", params | {"restrict_sr": "on" if within else "off"})
        case SourceKind.NEW:
            return Listing(f"r/{stream.target}/new", {})
        case SourceKind.COMMENTS:
            return Listing(f"r/{stream.target}/comments", {})
        case SourceKind.OWN_POSTS:
            return Listing(f"user/{stream.target.removeprefix('u/')}/comments", {"sort": "new"})
    raise SettingsError(
        f"The stream {stream.name} reads {stream.kind} of Reddit: use search, new, comments or own_posts."
    )


class RedditPoll:
    """Polls one stream. Between polls it remembers the token, the quota, and the cursor whose loss was told.

    Positions are seconds since 1970. Whatever is on the pages read is handed on, known or not: it costs nothing, and
    carries edits and removals.
    """

    def __init__(self, settings: Settings, listing: Listing, stream: Stream, clock: Clock) -> None:
        self._settings = settings
        self._listing = listing
        self._stream = stream
        self._clock = clock
        self._client = Client(settings)
        self._overlap = int(settings.overlap_seconds)
        self._told: Cursor | None = None
        self._holes: list[tuple[int, int]] = []

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll; Reddit charges nothing.

        A cursor beyond Reddit's reach raises CursorTooOldError once; polled again, it goes on with what there is.
        """
        try:
            place = Place.parse(cursor)
        except ValueError:
            if cursor != self._told:
                raise self._lost(cursor, "The saved place cannot be read.") from None
            place = Place()
        self._holes.clear()
        batch = read(
            place,
            overlap=self._overlap,
            fetch=self._fetch,
            max_pages=self._settings.max_pages,
            budget_usd=budget_usd,
        )
        if self._holes and cursor != self._told:
            start, end = (f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M}" for second in self._holes[0])
            raise self._lost(cursor, f"It was read up to {start} UTC, and the list now begins at {end} UTC.")
        return batch

    def _lost(self, cursor: Cursor | None, why: str) -> CursorTooOldError:
        """Make the error that is raised once for a cursor."""
        self._told = cursor
        return CursorTooOldError(
            f"Reddit lists about 1,000 posts only, so that posts of the stream {self._stream.name} may be missed. "
            f"{why} Nothing needs to be done: the next poll goes on with what there is. To miss nothing again, poll "
            "more often or give busy subreddits a stream of their own.",
            platform=NAME,
        )

    def _fetch(self, stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        after = token or stretch.resume
        params = self._listing.params | {"limit": PAGE_SIZE} | ({"after": after} if after else {})
        answer = self._client.get(self._listing.path, params)
        try:
            mentions, removals = mentions_from_response(answer, seen_at=self._clock())
            with reading("The listing", answer):
                listing = answer["data"]
                moments = [int(child["data"]["created_utc"]) for child in listing["children"]]
                token = listing.get("after")
        except InputError as error:
            raise PlatformError(f"Reddit answered badly. {error} The next poll tries again.", platform=NAME) from error
        if after and not moments:
            # The post after which this page should start was deleted: read the stretch from its top.
            return self._fetch(Stretch(stretch.floor), None, None)
        if stretch.floor is not None and moments:
            known = stretch.floor + self._overlap
            if min(moments) < stretch.floor:
                token = None
            elif token is None and after and min(moments) > known:
                self._holes.append((known, min(moments)))
        return Page(mentions, removals, newest=max(moments, default=None), token=token, resume=token)
