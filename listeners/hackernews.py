"""Hacker News: polling stories and comments by words, and our own account's, through Algolia's search."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.mention import Author, Mention, MentionId, mention_id
from domain.query import Field, NativeQuery, Phrase, Query, Term, Word
from domain.seams import Poll, Replier
from listeners.bodies import Body, Found, decode, in_order, reading, text_of
from listeners.http import Http
from listeners.listing import Below, ListingPoll
from listeners.markup import plain
from listeners.paging import MAX_PAGES, Page, Stretch
from listeners.querying import Dialect, native_queries, plain_word
from listeners.settings import KEY

NAME: Final = "hackernews"
TITLE: Final = "Hacker News"

TRAINABLE: Final = False
"""The texts belong to their authors; neither Hacker News nor Algolia grants a licence to train on them."""

READS: Final = {SourceKind.SEARCH: ("native_query",), SourceKind.OWN_POSTS: ("account",)}

SITE: Final = "https://news.ycombinator.com"

# https://hn.algolia.com/api: at most 1,000 hits for a query, some 10,000 requests an hour for an address
PAGE_SIZE: Final = 100

# In bytes. https://www.algolia.com/doc/api-reference/api-parameters/query
MAX_QUERY: Final = 512

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Algolia's search of Hacker News is, and how carefully it is read.

    `overlap_seconds`: a post that Algolia lists so late is found all the same.
    """

    api_url: str = field(default="https://hn.algolia.com", metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 600.0
    max_pages: int = MAX_PAGES


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls a search, or an account's posts. No call is made.

    Raises:
        SettingsError: Hacker News has no such stream.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    http = _http(settings, clock)
    kinds = "(story,comment,poll)"
    own = stream.kind is SourceKind.OWN_POSTS
    asked = {"tags": f"{kinds},author_{stream.target}"} if own else {"tags": kinds, "query": stream.target}

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        below = Below.parse(token or stretch.resume)
        bounds = [] if stretch.floor is None else [f"created_at_i>={stretch.floor}"]
        bounds += [] if below.second is None else [f"created_at_i<={below.second}"]
        asked_for: Payload = {"hitsPerPage": PAGE_SIZE, "page": below.page}
        asked_for |= {"numericFilters": ",".join(bounds)} if bounds else {}
        answer = http.get(
            "/api/v1/search_by_date", asked | asked_for | {"advancedSyntax": "true", "typoTolerance": "false"}
        )
        with http.usable():
            mentions, removals = mentions_from_response(answer, seen_at=clock())
            with reading("The listing", answer):
                moments = [int(hit["created_at_i"]) for hit in answer["hits"]]
        following = below.after(moments) if len(moments) == PAGE_SIZE else None
        return Page(mentions, removals, newest=max(moments, default=None), token=following, resume=following)

    return ListingPoll(
        stream,
        fetch,
        title=TITLE,
        reach="cannot be read from there on",
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
        headroom=http.headroom,
    )


def native(query: Query) -> tuple[NativeQuery, ...]:
    """Say which searches together bring all that a query means. Raises InputError where there are none.

    Algolia knows no OR, so that each alternative is a search of its own.
    """
    dialect = Dialect(_written, limit=MAX_QUERY, either="", minus="", length=lambda text: len(text.encode()))
    return native_queries(query, dialect, platform=NAME)


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: Hacker News has no way to post but its own pages."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask for one post; return a sentence. Raises PlatformError."""
    _http(settings, system_clock).get("/api/v1/search_by_date", {"hitsPerPage": 1})
    return f"{TITLE} answers; it needs no credentials."


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole answer of Algolia's search. Stories, comments and polls are mentions; job offers are not.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    del seen_at
    answer = decode(body, platform=TITLE)
    with reading("The answer of Hacker News", answer):
        hits = list(answer["hits"])  # type: ignore[call-overload]
    mentions = []
    for hit in hits:
        with reading("The post", hit):
            if "job" not in hit["_tags"]:
                mentions.append(mention_from_hit(hit))
    return in_order(mentions, ())


def mention_from_hit(hit: Payload) -> Mention:
    """Convert a story (its title, and below it its text), a comment or a poll. Raises KeyError or ValueError."""
    own = _id(hit["objectID"])
    handle = text_of(hit["author"])
    comment = hit.get("comment_text")
    parts = [comment] if comment is not None else [hit.get("title"), hit.get("story_text")]
    parent = hit.get("parent_id")
    return Mention(
        id=own,
        author=Author(NAME, handle, handle, url=f"{SITE}/user?id={handle}"),  # names never change hands
        text="\n\n".join(plain(text_of(part)) for part in parts if part),
        url=f"{SITE}/item?id={own.partition(':')[2]}",
        posted_at=datetime.fromtimestamp(int(hit["created_at_i"]), UTC),
        thread_id=_id(hit["story_id"]) if comment is not None and hit.get("story_id") else own,
        reply_to=_id(parent) if comment is not None and parent else None,
        dates_edits=False,
    )


def _written(part: Term | Field) -> str | None:
    match part:
        case Word(text) if text.startswith(("#", "@")):
            return None
        case Word(text) if plain_word(text):
            return text
        case Word(text) | Phrase(text):
            return f'"{text}"'
    return None


def _http(settings: Settings, clock: Clock) -> Http:
    return Http(NAME, TITLE, settings.api_url, clock=clock, timeout_seconds=settings.timeout_seconds)


def _id(number: object) -> MentionId:
    return mention_id(NAME, str(int(str(number))))
