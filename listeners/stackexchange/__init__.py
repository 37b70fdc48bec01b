"""Stack Exchange: polling questions and answers by words or tags, and our own account's, on the network's sites."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.mention import Mention
from domain.seams import Poll, Replier
from listeners.bodies import Body, Found, in_order, reading
from listeners.listing import Below, ListingPoll
from listeners.paging import MAX_PAGES, Page, Stretch
from listeners.places import PlacesPoll
from listeners.settings import KEY, secret
from listeners.stackexchange.api import FILTER, NAME, PAGE_SIZE, TITLE, Api
from listeners.stackexchange.posts import Payload, mentions_in

__all__ = ["NAME", "TITLE"]

TRAINABLE: Final = False
"""Posts are under Creative Commons BY-SA: every author must be named and the work shared alike; no model does."""

READS: Final = {
    SourceKind.SEARCH: ("places", "native_query"),
    SourceKind.NEW: ("places", "native_query"),
    SourceKind.OWN_POSTS: ("account",),
}

_HISTORY = timedelta(days=7)
"""A first poll reads so far back; questions are kept for ever."""

_RECENT = timedelta(days=30)
"""What is older and comes up again, because it was answered or the site itself brings it up, is no news itself."""

_ANSWER_PAGES = 10
"""Pages of answers that one page of questions may have at most: ten for each question."""

_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ACCOUNT = re.compile(rf"({_SITE.pattern})/([0-9]{{1,12}})")

Complete = Callable[[list[Payload], Stretch], list[Mention]]
"""Makes the mentions of a page of items, and asks for what they lack."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The key, where the API is, and how carefully it is read. `places` are those of all streams, for `check`.

    `overlap_seconds`: a post that the API lists so late is found all the same; its answers are kept for a minute, and
    the search's index is behind.
    """

    key: str = field(default="", metadata=secret("STACKEXCHANGE_KEY"), repr=False)
    api_url: str = field(default="https://api.stackexchange.com", metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 600.0
    max_pages: int = MAX_PAGES
    places: tuple[str, ...] = ()


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls sites by words or tags, or an account's answers and comments. No call is made.

    Raises:
        SettingsError: there is no such stream, or a place or the account is not written as they are.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    for place in stream.places:
        if not _SITE.fullmatch(place):
            raise SettingsError(
                f"The stream {stream.name} has the place {place}: write the site as in stackoverflow.com."
            )
    listing = _Listing(settings, stream, clock=clock)
    if stream.kind is SourceKind.SEARCH:
        polls = {place: listing.search(place) for place in stream.places}
    elif stream.kind is SourceKind.NEW:
        polls = {place: listing.tagged(place) for place in stream.places}
    else:
        named = _ACCOUNT.fullmatch(stream.target)
        if named is None:
            raise SettingsError(
                f"The stream {stream.name} has the account {stream.target}: each site numbers its accounts; write site "
                "and number, as in stackoverflow.com/22656, which are in the address of its profile."
            )
        polls = {each: listing.own(named[1], named[2], each) for each in ("answers", "comments", "questions")}
    return PlacesPoll(stream, polls, title=TITLE)


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: what is posted through the API counts as the account's, and answers want a person's care."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask each site for itself; return a sentence.

    Raises:
        CredentialsError: the key is refused.
        PlatformError: Stack Exchange does not answer, or has no such site.
    """
    api = _api(settings, system_clock)
    left: object = None
    for place in settings.places or ("stackoverflow.com",):
        left = api.get("/info", {"site": place}).get("quota_remaining")
    way = "accepts the key" if settings.key else "answers without a key"
    return f"{TITLE} {way}; {left} requests are left today."


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole answer: questions, answers or comments with their bodies. Excerpts of the search are passed over.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    del seen_at
    return in_order(mentions_in(body), ())


class _Listing:
    """Makes the polls of a stream's lists, each of which is asked for by time."""

    def __init__(self, settings: Settings, stream: Stream, *, clock: Clock) -> None:
        self._settings, self._stream, self._clock = settings, stream, clock
        self._api = _api(settings, clock)

    def search(self, site: str) -> Poll:
        """Poll what has the words, questions and answers; by creation."""

        def whole(items: list[Payload], _stretch: Stretch) -> list[Mention]:
            found = []
            for kind in ("question", "answer"):
                ids = [str(int(item[f"{kind}_id"])) for item in items if item["item_type"] == kind]
                if ids:
                    asked = {"site": site, "filter": FILTER, "pagesize": PAGE_SIZE}
                    found += self._mentions(f"/{kind}s/{';'.join(ids)}", asked, site=site)[0]
            return found

        return self._poll("/search/excerpts", {"site": site, "q": self._stream.target}, of="creation", complete=whole)

    def tagged(self, site: str) -> Poll:
        """Poll questions with one of the tags, and the answers to them; by activity, so that edits come up again."""

        def with_answers(items: list[Payload], stretch: Stretch) -> list[Mention]:
            since = self._clock() - _RECENT
            mentions = [m for m in mentions_in({"items": items}, site=site) if m.posted_at >= since]
            asked: Payload = {"site": site, "filter": FILTER, "pagesize": PAGE_SIZE, "sort": "activity", "page": 1}
            asked |= {"min": self._since(stretch)}
            ids = [str(int(item["question_id"])) for item in items if item.get("answer_count")]
            while ids:
                answers, more = self._mentions(f"/questions/{';'.join(ids)}/answers", asked, site=site)
                mentions += answers
                if not more or asked["page"] == _ANSWER_PAGES:
                    break
                asked["page"] += 1
            return mentions

        asked = {"site": site, "tagged": self._stream.target, "filter": FILTER}
        return self._poll("/questions", asked, of="activity", complete=with_answers)

    def own(self, site: str, number: str, what: str) -> Poll:
        """Poll what an account wrote, of one sort."""
        asked = {"site": site, "filter": FILTER}
        return self._poll(
            f"/users/{number}/{what}",
            asked,
            of="creation",
            complete=lambda items, _: mentions_in({"items": items}, site=site),
        )

    def _poll(self, path: str, asked: Payload, *, of: str, complete: Complete) -> Poll:
        after, before, when = {
            "creation": ("fromdate", "todate", "creation_date"),
            "activity": ("min", "max", "last_activity_date"),
        }[of]

        def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
            below = Below.parse(token or stretch.resume)
            bounds: Payload = {after: self._since(stretch)}
            bounds |= {} if below.second is None else {before: below.second}
            ordered = {"order": "desc", "sort": of, "pagesize": PAGE_SIZE, "page": below.page + 1}
            answer = self._api.get(path, asked | ordered | bounds)
            with self._api.method(path).usable():
                with reading("The list", answer):
                    moments = [int(item[when]) for item in answer["items"]]
                    more = bool(answer["has_more"]) and moments
                with reading("The list", answer):
                    mentions = complete(answer["items"], stretch)
            following = below.after(moments) if more else None
            found = in_order(mentions, ()).mentions
            return Page(found, (), newest=max(moments, default=None), token=following, resume=following)

        return ListingPoll(
            self._stream,
            fetch,
            title=TITLE,
            reach="cannot be read from there on",
            overlap_seconds=self._settings.overlap_seconds,
            max_pages=self._settings.max_pages,
        )

    def _mentions(self, path: str, asked: dict[str, Any], *, site: str) -> tuple[list[Mention], bool]:
        """Return the mentions of an answer, and whether there are more."""
        answer = self._api.get(path, asked)
        with self._api.method(path).usable(), reading("The list", answer):
            return mentions_in(answer, site=site), bool(answer["has_more"])

    def _since(self, stretch: Stretch) -> int:
        return int((self._clock() - _HISTORY).timestamp()) if stretch.floor is None else stretch.floor


def _api(settings: Settings, clock: Clock) -> Api:
    return Api(settings.api_url, settings.key, clock=clock, timeout_seconds=settings.timeout_seconds)
