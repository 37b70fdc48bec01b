"""Polling the lists of posts that a forum keeps: of all of them, and of one account's."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from domain.brand import Stream
from domain.clock import Clock
from domain.errors import SettingsError
from domain.seams import Poll
from listeners.bodies import reading
from listeners.discourse.client import Settings, connected
from listeners.discourse.posts import TITLE, Payload, found_in, moment_of, posts_of
from listeners.listing import ListingPoll
from listeners.paging import Page, Stretch
from listeners.words import words_test

FIRST_READ: Final = timedelta(days=7)
"""How far back a first poll reads; the list reaches back to the forum's first post."""

# https://github.com/discourse/discourse/blob/main/app/controllers/posts_controller.rb: as many posts has a list
PAGE_SIZE: Final = 50

_TELLING: Final = 10
"""So many posts at the end of a page tell how far back it reaches."""


def new_posts(settings: Settings, stream: Stream, forum: str, *, clock: Clock) -> Poll:
    """Return what polls all posts of a forum, newest first, for those with the stream's words. No call is made."""
    http = connected(settings, forum, clock=clock)
    wanted = words_test(stream.target)

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        below = token or stretch.resume
        now = clock()
        with http.usable():
            posts = posts_of(http.get("/posts.json", {"before": below} if below else None))
            found = found_in(posts, forum=forum, seen_at=now)
            numbers, seconds = positions(posts, now)
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
        headroom=http.headroom,
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
    )


def own_posts(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
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
            _, seconds = positions(posts, now)
        oldest = min(seconds, default=None)
        cut = len(posts) >= PAGE_SIZE
        return Page(*found, newest=max(seconds, default=None), token=None, resume=None, oldest=oldest, cut=cut)

    return ListingPoll(
        stream,
        fetch,
        title=TITLE,
        reach=f"lists no more than the {PAGE_SIZE} newest posts of an account",
        advice="Polled more often (own_posts_poll_seconds), they would be read before they fall out.",
        headroom=http.headroom,
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
    )


def positions(posts: list[Payload], now: datetime) -> tuple[list[int], list[int]]:
    """Return the numbers and seconds of posts; none lies in the future, from where nothing more would be read."""
    numbers, seconds = [], []
    for post in posts:
        with reading("The post", post):
            numbers.append(int(post["id"]))
            seconds.append(int(min(now, moment_of(post["created_at"])).timestamp()))
    return numbers, seconds
