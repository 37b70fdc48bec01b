"""GitHub: polling issues and pull requests by words, whole repositories with their discussions, and our own answers."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.mention import Mention
from domain.query import NativeQuery, Query
from domain.seams import Poll, Replier
from listeners.bodies import Body, Found, in_order
from listeners.github.api import NAME, TITLE, api
from listeners.github.listings import Listings, comments_of
from listeners.github.posts import Payload, mentions_in
from listeners.http import Http
from listeners.paging import MAX_PAGES, Stretch
from listeners.places import PlacesPoll
from listeners.querying import anchored
from listeners.settings import KEY, secret

__all__ = ["NAME", "TITLE"]

TRAINABLE: Final = False
"""The texts belong to their authors; GitHub's terms let others see and show them, and grant no more."""

READS: Final = {
    SourceKind.SEARCH: ("native_query",),
    SourceKind.NEW: ("places",),
    SourceKind.OWN_POSTS: ("account",),
}

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_OURS = re.compile(r"(?:^|\s)(?:created|updated|sort):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """The token, where the API is, and how carefully it is read. `places` are those of all streams, for `check`.

    `overlap_seconds`: a post that GitHub lists so late is found all the same; the search's index is behind.
    """

    token: str = field(default="", metadata=secret("GITHUB_TOKEN"), repr=False)
    api_url: str = field(default="https://api.github.com", metadata=KEY)
    graphql_url: str = field(default="https://api.github.com/graphql", metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 600.0
    max_pages: int = MAX_PAGES
    places: tuple[str, ...] = ()


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls a search, repositories, or an account's posts. No call is made.

    Raises:
        SettingsError: there is no such stream, or it is not written as GitHub has it.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    http = _http(settings, clock)
    careful = {"overlap_seconds": settings.overlap_seconds}
    lists = Listings(stream, clock=clock, max_pages=settings.max_pages, **careful)
    if stream.kind is SourceKind.SEARCH:
        if _OURS.search(stream.target):
            raise SettingsError(
                f"The stream {stream.name} has created:, updated: or sort: in its query: Earshot writes these itself."
            )
        return lists.search(http, stream.target)
    if stream.kind is SourceKind.OWN_POSTS:
        return PlacesPoll(stream, _own(lists, http, stream.target, settings=settings, clock=clock), title=TITLE)
    graphql = _http(settings, clock, url=settings.graphql_url)
    polls: dict[str, Poll] = {}
    for place in stream.places:
        if not _REPOSITORY.fullmatch(place):
            raise SettingsError(f"The stream {stream.name} has the place {place}: write owner/repository.")
        polls[f"{place} issues"] = lists.updated(http, f"/repos/{place}/issues", {"state": "all"})
        polls[f"{place} comments"] = lists.updated(http, f"/repos/{place}/issues/comments", {})
        if settings.token:
            polls[f"{place} discussions"] = lists.discussions(graphql, place)
    return PlacesPoll(stream, polls, title=TITLE)


def native(query: Query) -> tuple[NativeQuery, ...]:
    """Say for which words issues are searched. Raises InputError where there are none."""
    return tuple(replace(each, text=f"{each.text} is:issue") for each in anchored(query, platform=NAME))


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: an answer wants a person's account, and one that may write to the repository."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask for each repository, or for the limits; return a sentence.

    Raises:
        CredentialsError: the token is refused.
        PlatformError: GitHub does not answer, or has no such repository.
    """
    http = _http(settings, system_clock)
    for path in [f"/repos/{place}" for place in settings.places] or ["/rate_limit"]:
        http.get(path)
    return f"{TITLE} accepts the token." if settings.token else f"{TITLE} answers; without GITHUB_TOKEN only slowly."


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole answer: a search of issues, a list of issues or comments, or discussions through GraphQL.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    del seen_at
    return in_order(mentions_in(body), ())


def _own(lists: Listings, http: Http, login: str, *, settings: Settings, clock: Clock) -> dict[str, Poll]:
    """Return what polls the issues that an account wrote, and its comments on those that it answered."""
    rest = _http(settings, clock)  # the search has limits of its own

    def answers(items: list[Payload], stretch: Stretch) -> list[Mention]:
        return mentions_in(comments_of(rest, items, since=lists.since(stretch), login=login))

    return {
        "written": lists.search(http, f"author:{login}"),
        "answered": lists.search(http, f"commenter:{login}", by="updated", complete=answers),
    }


def _http(settings: Settings, clock: Clock, *, url: str | None = None) -> Http:
    return api(url or settings.api_url, settings.token, clock=clock, timeout_seconds=settings.timeout_seconds)
