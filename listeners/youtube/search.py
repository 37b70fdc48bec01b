"""Polling YouTube's search for videos, few times a day, and the comments below those found, within a day's units."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from domain.brand import Stream
from domain.clock import Clock
from domain.errors import CursorTooOldError, PlatformError
from domain.mention import Batch, Cursor, Mention
from listeners.bodies import in_order, reading
from listeners.listing import ListingPoll
from listeners.paging import Page, Stretch
from listeners.youtube.comments import ThreadsPoll, from_now_on
from listeners.youtube.items import mentions_in, seconds
from listeners.youtube.units import NAME, TITLE, Api, NothingThereError

# https://developers.google.com/youtube/v3/docs/search/list: at most 50 a page
PAGE_SIZE: Final = 50

FOLLOWED: Final = 50
"""Videos whose comments are read at most, the newest ones."""

FOLLOWED_FOR: Final = timedelta(days=14)
"""So long after its publication a video's comments are read."""

_HISTORY = timedelta(days=7)
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class _Video:
    id: str
    published: int
    place: Cursor


@dataclass(frozen=True, slots=True)
class _State:
    """Where the search stopped, from which second on it may be asked again, and the videos, next to be read first."""

    place: Cursor | None = None
    due: int = 0
    videos: tuple[_Video, ...] = ()

    def cursor(self) -> Cursor:
        followed = [[video.id, video.published, video.place] for video in self.videos]
        return Cursor(json.dumps({"place": self.place, "due": self.due, "videos": followed}))

    @classmethod
    def parse(cls, cursor: Cursor) -> "_State":
        """Read what `cursor` wrote. Raises ValueError."""
        try:
            written = json.loads(cursor)
            videos = tuple(_Video(str(own), int(at), Cursor(place)) for own, at, place in written["videos"])
            return cls(written["place"] and Cursor(written["place"]), int(written["due"]), videos)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a place in a search: {cursor[:80]}") from error


class SearchPoll:
    """Implements `domain.seams.Poll`. The searches that a day has are spread over it.

    Each poll reads the comments of as many videos as its share of the day's units pays for, in turn.
    """

    def __init__(
        self,
        stream: Stream,
        api: Api,
        search: Api,
        *,
        clock: Clock,
        daily_units: int,
        daily_searches: int,
        overlap_seconds: float,
        max_pages: int,
    ) -> None:
        """Make no call. `overlap_seconds` and `max_pages` are those of comments."""
        self._stream, self._api, self._search, self._clock = stream, api, search, clock
        self._every = _DAY_SECONDS // max(1, daily_searches)
        self._at_once = max(1, int(daily_units * stream.poll_seconds / _DAY_SECONDS))
        self._overlap, self._max_pages = overlap_seconds, max_pages
        self._told: Cursor | None = None
        self._searches = 0
        self._listing = ListingPoll(
            stream,
            self._page,
            title=TITLE,
            reach="cannot be searched from there on",
            overlap_seconds=timedelta(hours=6).total_seconds(),  # videos come into the search so late
            max_pages=1,
        )

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll."""
        state, now = self._state(cursor), int(self._clock().timestamp())
        mentions: list[Mention] = []
        searched, unfound = False, ""
        if now >= state.due:
            self._searches = 0
            try:
                found = self._listing(state.place, budget_usd=budget_usd)
            except CursorTooOldError:
                raise
            except PlatformError as error:
                if not state.videos:
                    raise
                unfound = str(error)  # comments have a quota of their own
            else:
                searched = True
                mentions += found.mentions
                followed = self._followed(state.videos, found.mentions, now)
                state = _State(found.cursor or state.place, now + self._every * self._searches, followed)
        state, comments, capped, failing = self._comments(state, may_fail=not searched)
        failing = unfound or failing
        everything, removals = in_order((*mentions, *comments), ())
        return Batch(everything, state.cursor(), removals, capped=capped, failing=failing)

    def _comments(self, state: _State, *, may_fail: bool) -> tuple[_State, list[Mention], bool, str]:
        """Read the comments of the videos whose turn it is; they go to the end of the line."""
        mentions: list[Mention] = []
        turn, rest = state.videos[: self._at_once], state.videos[self._at_once :]
        read: list[_Video] = []
        capped, failing = False, ""
        for number, video in enumerate(turn):
            try:
                batch = self._threads(video.id)(video.place)
            except NothingThereError:
                continue  # disabled or gone: it is followed no more
            except PlatformError as error:
                if may_fail and not read:
                    raise
                failing, rest = str(error), (*turn[number:], *rest)
                break
            mentions += batch.mentions
            capped = capped or batch.capped
            read.append(_Video(video.id, video.published, batch.cursor or video.place))
        return _State(state.place, state.due, (*rest, *read)), mentions, capped, failing

    def _followed(self, known: Sequence[_Video], found: Sequence[Mention], now: int) -> tuple[_Video, ...]:
        """Return the videos to follow: those just found first, the oldest ones let go."""
        ids = {video.id for video in known}
        new = [
            _Video(own, int(mention.posted_at.timestamp()), from_now_on(now))
            for mention in reversed(found)
            if (own := mention.id.partition(":")[2]) not in ids
        ]
        since = now - FOLLOWED_FOR.total_seconds()
        young = [video for video in (*new, *known) if video.published >= since]
        kept = {video.id for video in sorted(young, key=lambda video: -video.published)[:FOLLOWED]}
        return tuple(video for video in young if video.id in kept)

    def _threads(self, video: str) -> ThreadsPoll:
        return ThreadsPoll(
            self._stream,
            self._api,
            {"videoId": video},
            clock=self._clock,
            overlap_seconds=self._overlap,
            max_pages=self._max_pages,
        )

    def _page(self, stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        """Search once; the token is the second at which, or before, the next page begins."""
        self._searches += 1
        below = token or stretch.resume
        first = self._clock() - _HISTORY if stretch.floor is None else datetime.fromtimestamp(stretch.floor, UTC)
        asked: dict[str, Any] = {"part": "snippet", "type": "video", "order": "date", "maxResults": PAGE_SIZE}
        asked |= {"q": self._stream.target, "publishedAfter": _written(first)}
        asked |= {} if below is None else {"publishedBefore": _written(datetime.fromtimestamp(int(below) + 1, UTC))}
        answer = self._search.get("search", asked)
        with self._search.http.usable(), reading("The search", answer):
            times = {item["id"]["videoId"]: seconds(item["snippet"]["publishedAt"]) for item in answer["items"]}
        mentions = self._whole(tuple(times))
        oldest = min(times.values(), default=0)
        if below is not None and oldest >= int(below):
            oldest = int(below) - 1  # a page of one second only
        following = str(oldest) if len(times) == PAGE_SIZE else None
        return Page(mentions, (), newest=max(times.values(), default=None), token=following, resume=following)

    def _whole(self, videos: Sequence[str]) -> tuple[Mention, ...]:
        """Return videos with their whole texts, which the search cuts short."""
        if not videos:
            return ()
        answer = self._api.get("videos", {"part": "snippet", "id": ",".join(videos), "maxResults": PAGE_SIZE})
        with self._api.http.usable():
            return tuple(mentions_in(answer))

    def _state(self, cursor: Cursor | None) -> _State:
        if cursor is None:
            return _State()
        try:
            return _State.parse(cursor)
        except ValueError:
            if cursor == self._told:
                return _State()
            self._told = cursor
            raise CursorTooOldError(
                f"The saved place of the stream {self._stream.name} ({TITLE}) cannot be read, so that posts may be "
                "missed. Nothing needs to be done: the next poll goes on with what there is.",
                platform=NAME,
            ) from None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
