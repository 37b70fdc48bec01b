"""Polling what a forum's search finds: the newest match in each topic, around which whole posts are read."""

from decimal import Decimal
from typing import Any, Final

from domain.brand import Stream
from domain.clock import Clock
from domain.mention import Mention, Removal
from domain.seams import Poll
from listeners.bodies import decode, reading
from listeners.discourse.client import Settings, connected
from listeners.discourse.lists import FIRST_READ, positions
from listeners.discourse.posts import TITLE, Payload, found_in, id_of, posts_of
from listeners.http import Http
from listeners.listing import ListingPoll
from listeners.paging import Page, Stretch
from listeners.words import words_test

# https://github.com/discourse/discourse/blob/main/app/controllers/search_controller.rb: no later page is given
DEEPEST: Final = 10

_MOST: Final = 1000
"""Matches whose topics are remembered."""


def search(settings: Settings, stream: Stream, forum: str, *, clock: Clock) -> Poll:
    """Return what polls a search of a forum, newest match first. No call is made.

    The search tells one post a topic, and cuts it short: the topic is read around it, once, and what is new there and
    has one of the words is found as well.
    """
    http = connected(settings, forum, clock=clock)
    topics = _Topics(http)
    words = " ".join(word for word in stream.target.split() if word[0] not in "#@-" and ":" not in word)
    has_word = words_test(words) if words else (lambda _: False)

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        number, now = int(token or stretch.resume or 1), clock()
        bound = int((now - FIRST_READ).timestamp()) if stretch.floor is None else stretch.floor
        answer = http.get("/search.json", {"q": f"{stream.target} order:latest", "page": number})
        mentions: list[Mention] = []
        removals: list[Removal] = []
        with http.usable():
            results, more = _results(answer)
            _, seconds = positions(results, now)
            for result, second in zip(results, seconds, strict=True):
                if second < bound:
                    continue
                found = found_in(topics.around(result), forum=forum, seen_at=now)
                match = id_of(result, forum=forum)
                near = (m for m in found.mentions if m.posted_at.timestamp() >= bound and has_word(m.text))
                mentions += [m for m in found.mentions if m.id == match] + list(near)
                removals += found.removals
        oldest = min(seconds, default=None)
        ends = not more or (stretch.floor is None and oldest is not None and oldest < bound)
        following = None if ends or number >= DEEPEST else str(number + 1)
        return Page(
            tuple(mentions),
            tuple(removals),
            newest=max(seconds, default=None),
            token=following,
            resume=following,
            oldest=oldest,
            cut=not ends and number >= DEEPEST,
        )

    return ListingPoll(
        stream,
        fetch,
        title=TITLE,
        reach=f"gives no more than {DEEPEST} pages of a search",
        advice="Polled more often (poll_seconds), they would be found before they fall out.",
        headroom=http.headroom,
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
    )


class _Topics:
    """Reads topics around their newest matches; remembers them, because the next polls are told the same again."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._known: dict[tuple[int, str], list[Payload]] = {}

    def around(self, result: Payload) -> list[Payload]:
        """Return some twenty posts around a match; none where the topic is gone. Raises PlatformError, InputError."""
        with reading("The match", result):
            topic, number, key = (
                int(result["topic_id"]),
                int(result["post_number"]),
                (int(result["id"]), str(result.get("blurb"))),
            )
        if key not in self._known:
            response = self._http.call("GET", f"/t/{topic}/{number}.json", accepted={404})
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = [] if response.status_code == 404 else posts_of(response.content)
        return self._known[key]


def _results(answer: Any) -> tuple[list[Payload], bool]:
    """Return the matches of a page, and whether there are more. Raises InputError."""
    found: Any = decode(answer, platform=TITLE)
    with reading("The search", found):
        return list(found["posts"]), bool(found["grouped_search_result"].get("more_full_page_results"))
