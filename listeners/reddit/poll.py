"""Polling one stream of Reddit: which listing it is, and how far back Reddit goes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import InputError, PlatformError, SettingsError
from listeners.bodies import reading
from listeners.listing import ListingPoll
from listeners.paging import Page, Stretch
from listeners.reddit.client import Client, Settings
from listeners.reddit.things import NAME, mentions_from_response

# https://www.reddit.com/dev/api#listings; a listing ends after about 1,000 things, a search earlier
PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing of Reddit, newest first."""

    path: str
    params: dict[str, str | int]


def listing_of(stream: Stream) -> Listing:
    """Return what a stream reads; its places are subreddits.

    Raises:
        SettingsError: Reddit has no such listing.
    """
    subreddits = "+".join(stream.places)
    match stream.kind:
        case SourceKind.SEARCH:
            # Reddit's own spelling of a boolean; without it the subreddits of the path are ignored.
            params: dict[str, str | int] = {"q": stream.target, "sort": "new", "t": "all", "type": "link"}
            return Listing(f"r/{subreddits or 'all'}/search", params | {"restrict_sr": "on" if subreddits else "off"})
        case SourceKind.NEW:
            return Listing(f"r/{subreddits}/new", {})
        case SourceKind.COMMENTS:
            return Listing(f"r/{subreddits}/comments", {})
        case SourceKind.OWN_POSTS:
            return Listing(f"user/{stream.target.removeprefix('u/')}/comments", {"sort": "new"})
    raise SettingsError(
        f"The stream {stream.name} reads {stream.kind} of Reddit: use search, new, comments or own_posts."
    )


def poll_of(settings: Settings, stream: Stream, clock: Clock) -> ListingPoll:
    """Return what polls a stream; between polls it remembers the token and the quota.

    Whatever is on the pages read is handed on, known or not: it costs nothing, and carries edits and removals.

    Raises:
        SettingsError: Reddit has no such listing.
    """
    listing, client = listing_of(stream), Client(settings)

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        after = token or stretch.resume
        params = listing.params | {"limit": PAGE_SIZE} | ({"after": after} if after else {})
        answer = client.get(listing.path, params)
        try:
            mentions, removals = mentions_from_response(answer, seen_at=clock())
            with reading("The listing", answer):
                found = answer["data"]
                moments = [int(child["data"]["created_utc"]) for child in found["children"]]
                following = found.get("after")
        except InputError as error:
            raise PlatformError(f"Reddit answered badly. {error} The next poll tries again.", platform=NAME) from error
        if after and not moments:
            # The post after which this page should start was deleted: read the stretch from its top.
            return fetch(Stretch(stretch.floor), None, None)
        return Page(
            mentions,
            removals,
            newest=max(moments, default=None),
            token=following,
            resume=following,
            oldest=min(moments, default=None),
            cut=following is None and bool(after),
        )

    return ListingPoll(
        stream,
        fetch,
        title="Reddit",
        reach="lists about 1,000 posts only",
        advice="To miss nothing again, poll more often or give busy subreddits a stream of their own.",
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
        headroom=client.headroom,
    )
