"""RSS and Atom: polling the feeds of news, blogs and forums; words pick the entries that matter."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import InputError, SettingsError
from domain.mention import Batch, Cursor
from domain.seams import Poll, Replier
from listeners.bodies import Body, Found, in_order
from listeners.listing import ListingPoll
from listeners.paging import Page, Stretch
from listeners.places import PlacesPoll
from listeners.rss.entries import NAME, entry_id, own_address, read_feed
from listeners.rss.fetch import Fetcher, Version
from listeners.settings import KEY
from listeners.words import words_test

__all__ = ["NAME", "entry_id"]

TITLE: Final = "RSS"

TRAINABLE: Final = False
"""Each site has its own terms, and a feed is published to be read, not to train models on."""

READS: Final = {SourceKind.NEW: ("places",)}

_DECLARED_ENCODING = re.compile(r"\A(\s*<\?xml[^>]{0,200}?)\s+encoding\s*=\s*(\"[^\"]*\"|'[^']*')")


@dataclass(frozen=True, slots=True)
class Settings:
    """How feeds are fetched. `places` are the addresses of all streams, for `check`."""

    user_agent: str = field(default="Earshot/0.1 (feed reader)", metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 0.0
    places: tuple[str, ...] = ()


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls the feeds at the stream's places. No call is made.

    Raises:
        SettingsError: the stream is of another kind, or a place is no address.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    for place in stream.places:
        if fault := _fault(place):
            raise SettingsError(f"The stream {stream.name} has the place {place.partition('?')[0]}: {fault}.")
    polls = {place: FeedPoll(settings, stream, place, clock=clock) for place in stream.places}
    return PlacesPoll(stream, polls, title=TITLE)


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: feeds are for reading."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Fetch every feed once; return a sentence. Raises PlatformError for the first that gives nothing usable."""
    for place in settings.places:
        fetcher = _fetcher(settings, place, clock=system_clock)
        fetched = fetcher.fetch(Version())
        with fetcher.server().usable():
            read_feed(fetched.body if fetched else b"", address=place, seen_at=system_clock())
    count = len(settings.places)
    feeds = "The feed" if count == 1 else f"Each of the {count} feeds"
    return f"{feeds} answers and can be read; no credentials are needed."


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one feed: the document, or `{"url": its address, "body": the document}`.

    Without an address the one counts that the document gives as its own.

    Raises:
        InputError: it is no feed, or nobody knows whose it is; the message says what to do.
    """
    if isinstance(body, bytes) and body.lstrip()[:1] == b"{":
        body = body.decode(errors="replace")
    if isinstance(body, str) and body.lstrip()[:1] == "{":
        try:
            body = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InputError(f"This is neither a feed nor JSON ({error}).") from error
    address = ""
    if isinstance(body, dict):
        address, body = str(body.get("url", "")), body.get("body", "")
    if not isinstance(body, bytes | str):
        raise InputError('A feed is a document, or an object {"url": "https://...", "body": "<?xml ..."}.')
    # A text has been decoded: what its declaration says of bytes is over.
    document = _DECLARED_ENCODING.sub(r"\1", body).encode(errors="replace") if isinstance(body, str) else body
    address = address or own_address(document)
    if fault := _fault(address):
        raise InputError(f'The feed does not say where it is from: give {{"url": ..., "body": ...}} ({fault}).')
    return in_order(read_feed(document, address=address, seen_at=seen_at).mentions, ())


class FeedPoll:
    """Implements `domain.seams.Poll` for one feed. Its cursor holds the newest time and the version that was read."""

    def __init__(
        self,
        settings: Settings,
        stream: Stream,
        place: str,
        *,
        clock: Clock,
        private: Callable[[str], bool] | None = None,
    ) -> None:
        """Make no call. See `Fetcher` for `private`."""
        self._clock, self._words = clock, stream.target
        self._wanted = words_test(stream.target)
        self._fetcher = _fetcher(settings, place, clock=clock, private=private)
        self._version = Version()
        self._listing = ListingPoll(
            stream,
            self._page,
            title=f"The feed {place.partition('?')[0]}",
            reach="no longer lists the newest entry that was read",
            advice="Polled more often (poll_seconds), it would be read before its entries fall out.",
            overlap_seconds=settings.overlap_seconds,
            max_pages=1,
        )

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll."""
        place, self._version = self._parse(cursor)
        batch = self._listing(place, budget_usd=budget_usd)
        if batch.cursor is None:
            return batch
        written = {"place": batch.cursor, "words": self._words, "version": [self._version.etag, self._version.modified]}
        return Batch(mentions=batch.mentions, cursor=Cursor(json.dumps(written)))

    def _parse(self, cursor: Cursor | None) -> tuple[Cursor | None, Version]:
        """Return the listing's cursor and the version that need not be read again: with new words it must be."""
        if cursor is None:
            return None, Version()
        try:
            written = json.loads(cursor)
            etag, modified = written["version"]
            known = Version(str(etag), str(modified)) if written["words"] == self._words else Version()
            return Cursor(written["place"]), known
        except (KeyError, TypeError, ValueError):
            return cursor, Version()  # the listing refuses it

    def _page(self, _stretch: Stretch, _token: str | None, _budget_usd: Decimal | None) -> Page:
        seen_at = self._clock()
        fetched = self._fetcher.fetch(self._version)
        if fetched is None:
            return Page((), (), newest=None, token=None, resume=None)
        with self._fetcher.server().usable():
            feed = read_feed(fetched.body, address=self._fetcher.address, charset=fetched.charset, seen_at=seen_at)
        self._version = fetched.version
        seconds = [int(moment.timestamp()) for moment in feed.dated]
        # Undated entries have no place in a listing by time; that some were seen is all there is to remember.
        newest = max(seconds, default=int(seen_at.timestamp()) if feed.mentions else None)
        wanted = tuple(mention for mention in feed.mentions if self._wanted(mention.text))
        return Page(wanted, (), newest=newest, token=None, resume=None, oldest=min(seconds, default=None), cut=True)


def _fetcher(settings: Settings, place: str, *, clock: Clock, private: Callable[[str], bool] | None = None) -> Fetcher:
    return Fetcher(
        place,
        platform=NAME,
        clock=clock,
        user_agent=settings.user_agent,
        timeout_seconds=settings.timeout_seconds,
        private=private,
    )


def _fault(place: str) -> str:
    """Say what is wrong with a feed's address; "" where nothing is."""
    try:
        parts = urlsplit(place)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"no address ({error})"
    if parts.scheme not in {"http", "https"} or not host:
        return "write a whole address, as in https://blog.example/feed.xml"
    if parts.username is not None or parts.password is not None:
        return "names and passwords do not belong into the settings file"
    return ""
