"""Bluesky: polling the whole network's posts for words and for our account, and the posts of an account of ours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import PlatformError, SettingsError
from domain.query import NativeQuery, Query
from domain.seams import Poll, Replier
from listeners.bluesky.changes import Changes, Wanted, change_from
from listeners.bluesky.jetstream import Jetstream
from listeners.bluesky.polling import Bounds, StreamPoll
from listeners.bluesky.posts import TITLE, listed_at, mentions_in
from listeners.bluesky.profiles import Profiles
from listeners.bluesky.records import NAME as NAME
from listeners.bluesky.records import Payload, answered_by, author_of, named_in, quoted_in, text_in
from listeners.bluesky.words import pattern_of
from listeners.bodies import Body, Found, decode, in_order, reading
from listeners.http import Http
from listeners.listing import ListingPoll
from listeners.paging import MAX_PAGES, Fetch, Page, Stretch
from listeners.querying import anchored
from listeners.settings import KEY

TRAINABLE: Final = False
"""The texts belong to their authors, and Bluesky's terms grant others no licence to train on them."""

READS: Final = {
    SourceKind.SEARCH: ("native_query",),
    SourceKind.MENTIONS: ("account",),
    SourceKind.OWN_POSTS: ("account",),
}

# https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed
PAGE_SIZE: Final = 100

_FIXES: Final = {400: "Check the account's handle in the settings: Bluesky may not know it. The next poll tries again."}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Jetstream and Bluesky's public API are, and how much of the network one poll reads.

    `backfill_hours`: a new stream begins so long ago. `quiet_seconds`: Jetstream says not when it has told all; after
    such a silence it has. `reading_seconds` is below what the bot waits for its jobs when it stops.
    """

    # https://github.com/bluesky-social/jetstream#public-instances
    jetstream_url: str = field(default="https://jetstream2.us-east.bsky.network", metadata=KEY)
    # https://docs.bsky.app/docs/advanced-guides/api-directory
    api_url: str = field(default="https://public.api.bsky.app", metadata=KEY)
    backfill_hours: float = field(default=1.0, metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 10.0
    feed_overlap_seconds: float = 600.0
    quiet_seconds: float = 2.0
    reading_seconds: float = 2.5
    max_events: int = 200_000
    max_pages: int = MAX_PAGES


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls the network's posts, or an account's. No call is made.

    Raises:
        SettingsError: Bluesky has no such stream, or the query holds no word.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    api = _api(settings, clock)
    if stream.kind is SourceKind.OWN_POSTS:
        return ListingPoll(
            stream,
            _feed_of(stream.target, api, clock),
            title=TITLE,
            reach="cannot be read from there on",
            overlap_seconds=settings.feed_overlap_seconds,
            max_pages=settings.max_pages,
        )
    profiles = Profiles(api, clock=clock)
    wanted = _saying(stream) if stream.kind is SourceKind.SEARCH else _calling(stream.target, profiles)
    bounds = Bounds(
        backfill=settings.backfill_hours * 3600,
        overlap=settings.overlap_seconds,
        quiet=settings.quiet_seconds,
        reading=settings.reading_seconds,
        events=settings.max_events,
    )
    return StreamPoll(stream, _jetstream(settings, clock), profiles, wanted, clock=clock, bounds=bounds)


def native(query: Query) -> tuple[NativeQuery, ...]:
    """Say for which words together a stream looks. Raises InputError where there are none."""
    return anchored(query, platform=NAME, either=", ")


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: people answer on Bluesky."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask Jetstream for a connection and the API for one profile; return a sentence. Raises PlatformError."""
    with _jetstream(settings, system_clock).opened(None, quiet_seconds=settings.quiet_seconds):
        pass
    _api(settings, system_clock).get("/xrpc/app.bsky.actor.getProfiles", {"actors": ["bsky.app"]})
    return f"{TITLE} answers, by its Jetstream and its public API; they need no credentials."


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole answer of the public API, or one event of Jetstream, or an array of them; profiles hold no posts.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    answer = decode(body, platform=TITLE)
    if isinstance(answer, list) or "time_us" in answer:
        changes = Changes(seen_at=seen_at)
        for event in answer if isinstance(answer, list) else [answer]:
            changes.take(change_from(event), lambda _: True)
        return changes.found({})
    if "did" in answer or "profiles" in answer:
        return Found((), ())
    return in_order(mentions_in(answer), ())


def _saying(stream: Stream) -> Callable[[], Wanted]:
    """Want the posts that say one of the query's words."""
    pattern = pattern_of(stream.target)
    if pattern is None:
        raise SettingsError(f"The stream {stream.name} looks for nothing: write words in native_query, with commas.")
    return lambda: lambda record: pattern.search(text_in(record).casefold()) is not None


def _calling(handle: str, profiles: Profiles) -> Callable[[], Wanted]:
    """Want the posts that name our account, answer it or quote it."""
    known: list[str] = []

    def wanted() -> Wanted:
        if not known:
            did = profiles.did_of(handle)
            if did is None:
                says = f"{TITLE} knows no account {handle}: check the stream's account. The next poll tries again."
                raise PlatformError(says, platform=NAME)
            known.append(did)
        return lambda record: known[0] in _called(record)

    return wanted


def _called(record: Payload) -> set[str]:
    thread, quoted = answered_by(record), quoted_in(record)
    return {*named_in(record), *((author_of(thread[1]),) if thread else ()), *((author_of(quoted),) if quoted else ())}


def _feed_of(handle: str, api: Http, clock: Clock) -> Fetch:
    """Return what fetches pages of an account's posts and answers, newest first."""

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        place = token or stretch.resume
        asked = {"actor": handle, "limit": PAGE_SIZE, "filter": "posts_with_replies"}
        answer = api.get("/xrpc/app.bsky.feed.getAuthorFeed", asked | ({"cursor": place} if place else {}))
        with api.usable():
            mentions, removals = mentions_from_response(answer, seen_at=clock())
            with reading("The feed", answer):
                moments = [int(listed_at(item).timestamp()) for item in answer["feed"]]
                following = answer.get("cursor")
        newest, oldest = max(moments, default=None), min(moments, default=None)
        return Page(mentions, removals, newest, token=following, resume=following, oldest=oldest)

    return fetch


def _api(settings: Settings, clock: Clock) -> Http:
    url, seconds = settings.api_url, settings.timeout_seconds
    return Http(NAME, TITLE, url, clock=clock, timeout_seconds=seconds, fixes=_FIXES)


def _jetstream(settings: Settings, clock: Clock) -> Jetstream:
    return Jetstream(settings.jetstream_url, clock=clock, timeout_seconds=settings.timeout_seconds)
