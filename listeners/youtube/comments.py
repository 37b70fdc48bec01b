"""Polling the comments below a channel's videos, or below one video, with the replies to them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import structlog

from domain.brand import Stream
from domain.clock import Clock
from domain.errors import PlatformError
from domain.mention import Batch, Cursor
from listeners.bodies import in_order, reading
from listeners.listing import ListingPoll
from listeners.paging import Page, Place, Stretch
from listeners.youtube.items import Payload, seconds, thread_mentions
from listeners.youtube.units import TITLE, Api, StalePageError

# https://developers.google.com/youtube/v3/docs/commentThreads/list and .../comments/list: at most 100 a page
PAGE_SIZE: Final = 100

_HISTORY = timedelta(days=7)
"""A first poll reads so far back: each page costs a unit, and old comments are no news."""

_REPLY_PAGES = 10
"""No thread is read further: each page has 100 replies."""

log = structlog.get_logger(__name__)


class ThreadsPoll:
    """Implements `domain.seams.Poll` for one place: positions are the times of top comments.

    A thread comes with up to five replies. More are asked for one by one, and only where their number is another one
    than at the last poll, which the cursor keeps.
    """

    def __init__(
        self,
        stream: Stream,
        api: Api,
        asked: Mapping[str, str],
        *,
        clock: Clock,
        overlap_seconds: float,
        max_pages: int,
    ) -> None:
        """Make no call. `asked` says whose threads."""
        self._api, self._asked, self._clock = api, asked, clock
        self._known: dict[str, int] = {}
        self._counted: dict[str, int] = {}
        self._listing = ListingPoll(
            stream,
            self._page,
            title=TITLE,
            reach="cannot be read from there on",
            overlap_seconds=overlap_seconds,
            max_pages=max_pages,
        )

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll."""
        place, self._known = _parse(cursor)
        self._counted = {}
        batch = self._listing(place, budget_usd=budget_usd)
        return replace(batch, cursor=batch.cursor and _written(batch.cursor, self._counted))

    def _page(self, stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        answer = self._threads(token or stretch.resume)
        with self._api.http.usable():
            with reading("The list of threads", answer):
                threads: list[Payload] = list(answer["items"])
                following = answer.get("nextPageToken")
            tops = []
            for thread in threads:
                with reading("The thread", thread):
                    tops.append(seconds(thread["snippet"]["topLevelComment"]["snippet"]["publishedAt"]))
        mentions = [mention for thread in threads for mention in self._with_replies(thread)]
        since = int((self._clock() - _HISTORY).timestamp())
        if stretch.floor is None and tops and min(tops) < since:
            following = None
        return Page(
            in_order(mentions, ()).mentions,
            (),
            newest=max(tops, default=None),
            token=following,
            resume=following,
            oldest=min(tops, default=None),
        )

    def _threads(self, token: str | None) -> Any:
        asked = {"part": "snippet,replies", "order": "time", "maxResults": PAGE_SIZE, **self._asked}
        try:
            return self._api.get("commentThreads", asked | ({"pageToken": token} if token else {}))
        except StalePageError:
            if token is None:
                raise
            return self._api.get("commentThreads", asked)  # what is left is read from the top: dearer, and nothing lost

    def _with_replies(self, thread: Payload) -> Any:
        with self._api.http.usable(), reading("The thread", thread):
            came = thread.get("replies", {}).get("comments", [])
            own, count = thread["id"], int(thread["snippet"].get("totalReplyCount", 0))
            replies: list[Payload] | None = None
            if count > len(came):
                replies = None if self._known.get(own) == count else self._replies(own)
                if replies is not None or own in self._known:
                    self._counted[own] = self._known[own] if replies is None else count
            return thread_mentions(thread, None if replies is None else [*came, *replies])

    def _replies(self, thread: str) -> list[Payload] | None:
        """Return the replies to a thread, in no order; None where they cannot be read now, and the next poll tries."""
        replies: list[Payload] = []
        asked = {"part": "snippet", "parentId": thread, "maxResults": PAGE_SIZE}
        try:
            for _ in range(_REPLY_PAGES):
                answer = self._api.get("comments", asked)
                with self._api.http.usable(), reading("The list of replies", answer):
                    replies += answer["items"]
                    token = answer.get("nextPageToken")
                if not token:
                    break
                asked |= {"pageToken": token}
        except PlatformError as error:
            log.warning("replies_left_for_later", thread=thread, error=str(error))
            return None
        return replies


def from_now_on(moment: float) -> Cursor:
    """Return the cursor that begins with the newest page, and then with what comes after this second."""
    return _written(Place(int(moment)).cursor() or Cursor(""), {})


def _written(place: Cursor, counted: Mapping[str, int]) -> Cursor:
    return Cursor(json.dumps({"place": place, "replies": counted}))


def _parse(cursor: Cursor | None) -> tuple[Cursor | None, dict[str, int]]:
    """Return the place in the listing and the numbers of replies; what nobody wrote is left to the listing to tell."""
    if cursor is None:
        return None, {}
    try:
        written = json.loads(cursor)
        return Cursor(written["place"]), {str(own): int(count) for own, count in written["replies"].items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        return cursor, {}
