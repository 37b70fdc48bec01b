"""YouTube: polling comments below a channel's videos, and videos by words with the comments below them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.seams import Poll, Replier
from listeners.bodies import Body, Found, in_order
from listeners.paging import MAX_PAGES
from listeners.places import PlacesPoll
from listeners.settings import KEY, secret
from listeners.youtube.comments import ThreadsPoll
from listeners.youtube.items import mentions_in
from listeners.youtube.search import SearchPoll
from listeners.youtube.units import NAME, TITLE, Api

__all__ = ["NAME", "TITLE"]

TRAINABLE: Final = False
"""YouTube's API terms allow its data for the purposes of the API client's users, and not to train models on."""

READS: Final = {SourceKind.COMMENTS: ("places",), SourceKind.SEARCH: ("native_query",)}

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """The key, where YouTube's API is, and how carefully it is read. `places` are those of all streams, for `check`.

    `daily_units` and `daily_searches` are what one stream may use of the project's quotas on a day of California.
    `overlap_seconds`: comments that YouTube lists so late are found all the same; they pass its filters first.
    """

    api_key: str = field(default="", metadata=secret("YOUTUBE_API_KEY"), repr=False)
    api_url: str = field(default="https://www.googleapis.com", metadata=KEY)
    daily_units: int = field(default=3000, metadata=KEY)
    daily_searches: int = field(default=30, metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 3600.0
    max_pages: int = MAX_PAGES
    places: tuple[str, ...] = ()


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls the comments of channels, or a search. No call is made.

    Raises:
        SettingsError: there is no such stream, the key is missing, or polling would cost more than `daily_units`.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    if not settings.api_key:
        raise SettingsError(f"The stream {stream.name} reads {TITLE}: set YOUTUBE_API_KEY (docs/platforms/youtube.md).")
    api = _api(settings, clock)
    careful = {"overlap_seconds": settings.overlap_seconds}
    if stream.kind is SourceKind.SEARCH:
        return SearchPoll(
            stream,
            api,
            _api(settings, clock, daily=settings.daily_searches, setting="daily_searches"),
            clock=clock,
            daily_units=settings.daily_units,
            daily_searches=settings.daily_searches,
            max_pages=settings.max_pages,
            **careful,
        )
    cost = len(stream.places) * _DAY_SECONDS / stream.poll_seconds
    if cost > settings.daily_units:
        enough = -(-len(stream.places) * _DAY_SECONDS // settings.daily_units)
        raise SettingsError(
            f"The stream {stream.name} would use {cost:.0f} units of {TITLE}'s quota a day, and daily_units allows it "
            f"{settings.daily_units}: set its poll_seconds to {enough} or more, or raise daily_units."
        )
    polls = {
        place: ThreadsPoll(
            stream,
            api,
            {"allThreadsRelatedToChannelId": place},
            clock=clock,
            max_pages=settings.max_pages,
            **careful,
        )
        for place in stream.places
    }
    return PlacesPoll(stream, polls, title=TITLE)


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: answering takes a channel's own sign-in, and 50 units for each comment."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask for the channels of all streams, or for none; return a sentence. Costs a unit.

    Raises:
        CredentialsError: the key is refused.
        PlatformError: YouTube does not answer.
    """
    api = _api(settings, system_clock)
    answer = api.get("channels", {"part": "id", "id": ",".join(settings.places) or "UC", "maxResults": 50})
    found = {item["id"] for item in answer.get("items", ())}
    missing = [place for place in settings.places[:50] if place not in found]
    none = f" There is no channel {', '.join(missing)}: write the channel's id, as in UC..." if missing else ""
    return f"{TITLE} accepts the key.{none}"


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole answer: threads of comments, replies, videos, or the search.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    del seen_at
    return in_order(mentions_in(body), ())


def _api(settings: Settings, clock: Clock, *, daily: int | None = None, setting: str = "daily_units") -> Api:
    return Api(
        settings.api_url,
        settings.api_key,
        daily=settings.daily_units if daily is None else daily,
        setting=setting,
        clock=clock,
        timeout_seconds=settings.timeout_seconds,
    )
