"""Polling one stream of Reddit: which listing it is, and how far back Reddit goes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import CredentialsError, InputError, PlatformError, SettingsError
from listeners.bodies import reading
from listeners.listing import ListingPoll
from listeners.paging import Page, Stretch
from listeners.reddit.client import Client, Settings
from listeners.reddit.contexts import Contexts
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
        case SourceKind.MENTIONS:
            return Listing("message/mentions", {"mark": "false"})  # what people have not read stays unread
        case SourceKind.OWN_POSTS:
            return Listing(f"user/{stream.target.removeprefix('u/')}/comments", {"sort": "new"})
    raise SettingsError(
        f"The stream {stream.name} reads {stream.kind} of Reddit: use search, mentions, new, comments or own_posts."
    )


def poll_of(settings: Settings, stream: Stream, clock: Clock) -> ListingPoll:
    """Return what polls a stream; between polls it remembers the token and the quota.

    Whatever is on the pages read is handed on, known or not: it costs nothing, and carries edits and removals.

    Raises:
        SettingsError: Reddit has no such listing.
    """
    listing = listing_of(stream)
    of_inbox = stream.kind is SourceKind.MENTIONS
    client = Client(settings, signed_in=of_inbox)
    owner = _Owner(client, stream) if of_inbox else None
    contexts = None if stream.kind is SourceKind.OWN_POSTS else Contexts(client, clock)

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        if owner:
            owner.verify()
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
        if contexts:
            mentions, removals = contexts.complete(mentions, removals)
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


class _Owner:
    """Whose inbox the refresh token opens, asked once: what names one account must not come as another one's."""

    def __init__(self, client: Client, stream: Stream) -> None:
        self._client = client
        self._stream = stream
        self._name = ""

    def verify(self) -> None:
        """Compare the account with the stream's.

        Raises:
            CredentialsError: it is another one.
            PlatformError: Reddit does not tell.
        """
        wanted = self._stream.target.removeprefix("u/")
        if not self._name:
            me = self._client.get("api/v1/me", {})
            self._name = str(me.get("name", "")) if isinstance(me, dict) else ""
        if self._name.casefold() != wanted.casefold():
            raise CredentialsError(
                f"REDDIT_REFRESH_TOKEN is of the account {self._name or '(unknown)'}, whose inbox is not that of "
                f"{wanted}, which the stream {self._stream.name} reads: make a token for {wanted}, or mend `account`.",
                platform=NAME,
            )
