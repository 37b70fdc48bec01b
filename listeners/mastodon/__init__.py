"""Mastodon: polling timelines of hashtags, all that an instance sees, and the mentions and posts of our account."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import InputError, SettingsError
from domain.mention import Mention
from domain.query import NativeQuery, Query
from domain.seams import Poll, Replier
from listeners.bodies import decode, in_order, reading, text_of
from listeners.http import Http
from listeners.listing import ListingPoll
from listeners.mastodon.client import PAGE_SIZE, Settings, connected
from listeners.mastodon.statuses import (
    NAME,
    TITLE,
    Payload,
    mentions_from,
    mentions_from_response,
    moment_of,
    statuses_of,
)
from listeners.mastodon.threads import Threads
from listeners.paging import Page, Stretch
from listeners.places import PlacesPoll
from listeners.words import words_test

__all__ = ["NAME", "READS", "TRAINABLE", "Settings", "check", "connect", "mentions_from_response", "replier"]

TRAINABLE: Final = False
"""Posts belong to their authors, and the terms of the large instances forbid collecting them for training."""

READS: Final[dict[SourceKind, tuple[str, ...]]] = {
    SourceKind.SEARCH: ("native_query",),
    SourceKind.NEW: (),
    SourceKind.MENTIONS: (),
    SourceKind.OWN_POSTS: ("account",),
}

FIRST_READ: Final = timedelta(days=7)
"""How far back a first poll reads."""

FIRST_READ_NEW: Final = timedelta(minutes=10)
OVERLAP_NEW_SECONDS: Final = 120.0
MAX_PAGES_NEW: Final = 25
"""All that a large instance sees is hundreds of posts a minute, and must be read within 60 calls a minute."""

_HASHTAG: Final = re.compile(r"#[\w·]+")


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls a stream, of our instance or of those at its places. No call is made.

    Raises:
        SettingsError: Mastodon has no such stream, or what it needs is not set.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    if stream.kind is SourceKind.MENTIONS and not settings.access_token:
        raise SettingsError(
            f"The stream {stream.name} reads mentions of {TITLE}, but MASTODON_ACCESS_TOKEN is not set."
        )
    if stream.kind in {SourceKind.MENTIONS, SourceKind.OWN_POSTS} and stream.places:
        raise SettingsError(f"The stream {stream.name} reads our account, which is at [mastodon] api_url: no places.")
    if stream.kind is SourceKind.OWN_POSTS and "@" not in stream.target:
        raise SettingsError(
            f"The stream {stream.name} has the account {stream.target}: write it with its instance, as in "
            "lumora@social.example, because that is how its posts are known as ours."
        )
    polls: dict[str, Poll] = {}
    for instance in stream.places or (settings.api_url,):
        if urlsplit(instance).scheme not in {"http", "https"}:
            raise SettingsError(f"The stream {stream.name} has the place {instance}: write https://social.example.")
        http = connected(settings, instance, clock=clock)
        for tag in _hashtags(stream) if stream.kind is SourceKind.SEARCH else ("",):
            polls[f"{instance} {tag}".strip()] = _poll(settings, stream, http, tag, clock=clock)
    return PlacesPoll(stream, polls, title=TITLE)


def native(query: Query) -> tuple[NativeQuery, ...]:
    """Raise InputError: hashtags alone would miss the posts that only say the words."""
    del query
    raise InputError(
        f'A search of {TITLE} takes hashtags only: use kind = "new", of which the query keeps what it means.'
    )


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: people answer on Mastodon."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask who we are, or for the instance where no token is set; return a sentence.

    Raises:
        CredentialsError, PlatformError: see domain.errors.
    """
    http = connected(settings, settings.api_url, clock=system_clock)
    if not settings.access_token:
        http.get("/api/v2/instance")
        return (
            f"{TITLE} answers at {settings.api_url}; without MASTODON_ACCESS_TOKEN no mentions of our account are read."
        )
    me = http.get("/api/v1/accounts/verify_credentials")
    with http.usable(), reading("The account", me):
        return f"{TITLE} at {settings.api_url} accepts the access token of @{text_of(me['acct'])}."


def _poll(settings: Settings, stream: Stream, http: Http, tag: str, *, clock: Clock) -> Poll:
    """Return what polls one timeline of one instance."""
    threads = Threads(http)
    path, asked = _timeline(stream, http, tag)
    new = stream.kind is SourceKind.NEW
    wanted = words_test(stream.target if new else "")
    horizon = (FIRST_READ_NEW if new else FIRST_READ).total_seconds()

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        below = token or stretch.resume
        response = http.call("GET", path(), params=asked | ({"max_id": below} if below else {}))
        now = int(clock().timestamp())
        with http.usable():
            answer: Any = decode(response.content, platform=TITLE)
            with reading("The timeline", answer):
                # What another server dates into the future must not become the place to read on from.
                seconds = [min(now, int(moment_of(entry["created_at"]).timestamp())) for entry in answer]
                numbers = [str(entry["id"]) for entry in answer]
            found = in_order(_mentions(answer, threads, wanted), ())
        oldest = min(seconds, default=None)
        following = _following(response.links, numbers) if numbers else None
        if following == below or (stretch.floor is None and oldest is not None and oldest < now - horizon):
            following = None
        return Page(
            found.mentions,
            (),
            newest=max(seconds, default=None),
            token=following,
            resume=following,
            oldest=oldest,
        )

    return ListingPoll(
        stream,
        fetch,
        title=TITLE,
        reach="cannot be read from there on",
        headroom=http.headroom,
        overlap_seconds=min(settings.overlap_seconds, OVERLAP_NEW_SECONDS) if new else settings.overlap_seconds,
        max_pages=max(settings.max_pages, MAX_PAGES_NEW) if new else settings.max_pages,
    )


def _mentions(answer: object, threads: Threads, wanted: Callable[[str], bool]) -> list[Mention]:
    if not isinstance(answer, list):
        raise InputError("A timeline is an array.")
    return mentions_from(statuses_of(answer), above=threads.above, wanted=wanted)


def _timeline(stream: Stream, http: Http, tag: str) -> tuple[Callable[[], str], Payload]:
    """Return what gives the path of a timeline, and what is asked of it."""
    asked: Payload = {"limit": PAGE_SIZE}
    match stream.kind:
        case SourceKind.SEARCH:
            return (lambda: f"/api/v1/timelines/tag/{quote(tag.removeprefix('#'), safe='')}"), asked
        case SourceKind.NEW:
            return (lambda: "/api/v1/timelines/public"), asked
        case SourceKind.MENTIONS:
            return (lambda: "/api/v1/notifications"), asked | {"types[]": "mention"}

    @cache
    def account() -> str:
        found = http.get("/api/v1/accounts/lookup", {"acct": stream.target})
        with http.usable(), reading("The account", found):
            return f"/api/v1/accounts/{quote(text_of(found['id']), safe='')}/statuses"

    return account, asked | {"exclude_reblogs": "true"}


def _hashtags(stream: Stream) -> list[str]:
    """Return the hashtags of a search. Raises SettingsError where it holds something else."""
    tags = list(dict.fromkeys(tag.casefold() for tag in stream.target.split()))
    if not tags or not all(map(_HASHTAG.fullmatch, tags)):
        raise SettingsError(
            f'The stream {stream.name} has native_query = "{stream.target}": a search of {TITLE} takes hashtags only, '
            'as in "#lumora #lumora_down". For words use kind = "new", which reads all that the instance sees.'
        )
    return tags


def _following(links: Mapping[Any, Any], numbers: list[str]) -> str:
    """Return from where the next page goes on: as the header Link says it, else below the last entry."""
    url = str((links.get("next") or {}).get("url", ""))
    return next(iter(parse_qs(urlsplit(url).query).get("max_id", ())), numbers[-1])
