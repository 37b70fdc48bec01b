"""Discourse: polling all new posts of forums, and those of our accounts there."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlsplit

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.seams import Poll, Replier
from listeners.bodies import reading, text_of
from listeners.discourse.client import Settings, connected
from listeners.discourse.posts import NAME, TITLE, Payload, found_in, mentions_from_response, moment_of, posts_of
from listeners.listing import ListingPoll
from listeners.paging import Page, Stretch
from listeners.places import PlacesPoll
from listeners.words import words_test

__all__ = ["NAME", "READS", "TRAINABLE", "Settings", "check", "connect", "mentions_from_response", "replier"]

TRAINABLE: Final = False
"""Posts belong to their authors; what a forum's terms allow differs, and none is asked."""

READS: Final = {SourceKind.NEW: ("places",), SourceKind.OWN_POSTS: ("account",)}

FIRST_READ: Final = timedelta(days=7)
"""How far back a first poll reads; the list reaches back to the forum's first post."""

# https://github.com/discourse/discourse/blob/main/app/controllers/posts_controller.rb: as many posts has a list
PAGE_SIZE: Final = 50

_TELLING: Final = 10
"""So many posts at the end of a page tell how far back it reaches."""


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls forums, or an account's posts at one. No call is made.

    Raises:
        SettingsError: Discourse has no such stream, or a place or the account is not written as it must be.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    if stream.kind is SourceKind.OWN_POSTS:
        return _own_posts(settings, stream, clock=clock)
    for forum in stream.places:
        parts = urlsplit(forum)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
            raise SettingsError(
                f"The stream {stream.name} has the place {forum}: write a forum's address, as in "
                "https://community.example."
            )
    return PlacesPoll(
        stream,
        {forum: _new_posts(settings, stream, forum, clock=clock) for forum in stream.places},
        title=TITLE,
    )


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: people answer in the forum."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask each forum for its newest posts, and the closed one whom the key is of; return a sentence.

    Raises:
        CredentialsError, PlatformError: see domain.errors.
    """
    for forum in settings.places:
        http = connected(settings, forum, clock=system_clock)
        with http.usable():
            posts_of(http.get("/posts.json"))
    answers = f"{TITLE} answers for {len(settings.places)} place(s)."
    if not (settings.api_key and settings.closed_url):
        return f"{answers} They need no credentials."
    http = connected(settings, settings.closed_url, clock=system_clock)
    session = http.get("/session/current.json")
    with http.usable(), reading("The session", session):
        return f"{answers} {settings.closed_url} accepts the key of {text_of(session['current_user']['username'])}."


def _new_posts(settings: Settings, stream: Stream, forum: str, *, clock: Clock) -> Poll:
    """Return what polls all posts of a forum, newest first, for those with the stream's words."""
    http = connected(settings, forum, clock=clock)
    wanted = words_test(stream.target)

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        below = token or stretch.resume
        now = clock()
        with http.usable():
            posts = posts_of(http.get("/posts.json", {"before": below} if below else None))
            found = found_in(posts, forum=forum, seen_at=now)
            numbers, seconds = _positions(posts, now)
        # Older ones among new posts were imported: a stretch ends where all are older that a page ends with.
        oldest = max(seconds[-_TELLING:], default=None)
        following = str(min(numbers)) if numbers and (below is None or min(numbers) < int(below)) else None
        if stretch.floor is None and oldest is not None and oldest < (now - FIRST_READ).timestamp():
            following = None
        return Page(
            tuple(mention for mention in found.mentions if wanted(mention.text)),
            found.removals,
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
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
    )


def _own_posts(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls an account's answers. Raises SettingsError where its forum is not named."""
    name, _, host = stream.target.partition("@")
    if not name or not host:
        raise SettingsError(
            f"The stream {stream.name} has the account {stream.target}: write it with its forum, as in "
            "lumora_team@community.example."
        )
    forum = settings.address_of(host)
    http = connected(settings, forum, clock=clock)

    def fetch(_stretch: Stretch, _token: str | None, _budget_usd: Decimal | None) -> Page:
        now = clock()
        with http.usable():
            posts = posts_of(http.get(f"/u/{quote(name, safe='')}/activity.json"))
            # This list tells no titles; topics that we open ourselves answer nobody.
            found = found_in([post for post in posts if post.get("post_number") != 1], forum=forum, seen_at=now)
            _, seconds = _positions(posts, now)
        oldest = min(seconds, default=None)
        cut = len(posts) >= PAGE_SIZE
        return Page(*found, newest=max(seconds, default=None), token=None, resume=None, oldest=oldest, cut=cut)

    return ListingPoll(
        stream,
        fetch,
        title=TITLE,
        reach=f"lists no more than the {PAGE_SIZE} newest posts of an account",
        advice="Polled more often (own_posts_poll_seconds), they would be read before they fall out.",
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
    )


def _positions(posts: list[Payload], now: datetime) -> tuple[list[int], list[int]]:
    """Return the numbers and seconds of posts; none lies in the future, from where nothing more would be read."""
    numbers, seconds = [], []
    for post in posts:
        with reading("The post", post):
            numbers.append(int(post["id"]))
            seconds.append(int(min(now, moment_of(post["created_at"])).timestamp()))
    return numbers, seconds
