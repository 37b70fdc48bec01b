"""Polling one stream of X: what is asked, what it costs, and how far back X goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog
import tweepy
from requests import Response

from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import CursorTooOldError, InputError, PlatformError
from domain.health import Headroom
from domain.mention import Batch, Cursor, Mention, Removal
from listeners.bodies import in_order, reading
from listeners.paging import Page, Place, Stretch, read
from listeners.x.client import Client, Settings
from listeners.x.filtered import FilteredStream, filtered_stream_of, merged
from listeners.x.lookups import FIELDS, Lookups
from listeners.x.posts import NAME, Payload, id_at, mentions_from_response, moment_of

# https://docs.x.com/x-api/posts/search/introduction and .../timelines/introduction
REACH: Final = timedelta(days=7)
LARGEST_PAGE: Final = 100
SMALLEST_PAGE: Final = {SourceKind.SEARCH: 10, SourceKind.QUOTES: 10, SourceKind.MENTIONS: 5, SourceKind.OWN_POSTS: 5}

_REACH_MARGIN = timedelta(minutes=10)
"""What is left of the reach is not asked for: clocks differ, and a poll takes time."""

VERIFIED_AFTER: Final = timedelta(minutes=5)
"""Where the filtered stream hears a search, the search itself looks for what it missed so often."""


def query_of(stream: Stream) -> str | None:
    """Return what a stream searches for; None where it reads an account's timeline.

    A quote holds a link to the quoted post, which names its author; the timeline of mentions has only quotes that also
    name the account in words. https://docs.x.com/x-api/posts/search/integrate/operators
    """
    match stream.kind:
        case SourceKind.SEARCH:
            return stream.target
        case SourceKind.QUOTES:
            links = " OR ".join(f'url:"{host}/{stream.target}/status"' for host in ("x.com", "twitter.com"))
            return f"({links}) is:quote -is:retweet -from:{stream.target}"
    return None


log = structlog.get_logger(__name__)


class XPoll:
    """Polls one stream. Between polls it remembers what was paid for today, the quota, and the account's id."""

    def __init__(self, settings: Settings, stream: Stream, clock: Clock) -> None:
        self._settings = settings
        self._stream = stream
        self._query = query_of(stream)
        self._clock = clock
        self._client = Client(settings, clock)
        self._bill = _Bill(clock, settings.user_usd)
        self._lookups = Lookups(
            settings, clock, charge=lambda found: self._bill.charge(found, post_usd=settings.post_usd)
        )
        self._overlap = int(settings.overlap_seconds * 1000) << 22
        self._account_id: str | None = None
        self._owed_usd = Decimal(0)
        self._instead: tuple[Cursor | None, Place] | None = None
        heard = settings.filtered_stream and self._query is not None
        self._line: FilteredStream | None = filtered_stream_of(settings, clock) if heard else None
        self._searched_at: datetime | None = None

    @property
    def count_usd(self) -> Decimal:
        """What a count costs."""
        return self._settings.count_usd

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll.

        A cursor beyond X's reach raises CursorTooOldError once; polled again, it goes on where the reach begins.
        """
        if self._line is None:
            return self._search(cursor, budget_usd)
        if told := self._line.complaint():
            raise PlatformError(told, platform=NAME)
        return self._hear(self._line, cursor, budget_usd)

    def _hear(self, line: FilteredStream, cursor: Cursor | None, budget_usd: Decimal | None) -> Batch:
        """Take what the filtered stream heard, and search where it may have missed something.

        What was heard never moves the cursor: if it is lost on the way to the database, a search brings it again.
        """
        now, heard = self._clock(), line.hear(self._stream.name)
        try:
            mentions, removals, cost = self._take(merged(heard.bodies), budget_usd)
        except InputError as error:
            log.warning("filtered_stream_unreadable", stream=self._stream.name, error=str(error))
            mentions, removals, cost, self._searched_at = (), (), Decimal(0), None
        batch, searched_at = Batch((), cursor), self._searched_at
        whole = searched_at is not None and heard.since is not None and heard.since <= searched_at
        if not whole or now - (searched_at or now) >= VERIFIED_AFTER or self._place(cursor).left:
            self._searched_at = None
            batch = self._search(cursor, None if budget_usd is None else budget_usd - cost)
            self._searched_at = now
        cost += batch.cost_usd
        allowed = (
            None if budget_usd is None else max(0, int((budget_usd - cost) / (self.post_usd + self._settings.user_usd)))
        )
        line.listen(self._stream.name, self._query or "", allowed=allowed)
        found = in_order((*batch.mentions, *mentions), (*batch.removals, *removals))
        return replace(batch, mentions=found.mentions, removals=found.removals, cost_usd=cost)

    def _search(self, cursor: Cursor | None, budget_usd: Decimal | None) -> Batch:
        place = self._place(cursor)
        try:
            return read(
                place,
                overlap=self._overlap,
                fetch=self._fetch,
                max_pages=self._settings.max_pages,
                budget_usd=budget_usd,
            )
        except CursorTooOldError as error:
            self._instead = (cursor, Place())
            raise self._lost(str(error), since=place.newest) from error

    def headroom(self) -> Headroom:
        """Return the quota of the last answer."""
        return self._client.headroom

    def count(self, since: datetime, until: datetime) -> int | None:
        """Count what X finds of a search, see domain.seams.CountsPosts; accounts are not counted."""
        if self._stream.kind is not SourceKind.SEARCH:
            return None
        span = {"start_time": f"{since:%Y-%m-%dT%H:%M:%SZ}", "end_time": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
        answer = self._client.call(
            lambda api: api.get_recent_tweets_count(self._stream.target, granularity="day", **span)
        )
        try:
            with reading("The count", answer):
                return int(answer["meta"]["total_tweet_count"])
        except InputError as error:
            says = f"X's count cannot be used: {error} The next poll tries again."
            raise PlatformError(says, platform=NAME) from error

    def _place(self, cursor: Cursor | None) -> Place:
        if self._instead is not None and self._instead[0] == cursor:
            return self._instead[1]
        try:
            place = Place.parse(cursor)
            reachable = _within(place, self._horizon, overlap=self._overlap)
        except ValueError as error:
            self._instead = (cursor, Place())
            raise self._lost("The saved place cannot be read.") from error
        if self._query is None:
            return place
        floors = [s.floor if s.known is None else s.known for s in place.left if s.floor is not None]
        if place.newest is not None:
            floors.append(place.newest - self._overlap)
        if all(floor >= self._horizon for floor in floors):
            return reachable
        self._instead = (cursor, reachable)
        lowest = min(floors)
        raise self._lost(f"It was read up to {moment_of(lowest):%Y-%m-%d %H:%M} UTC.", since=lowest)

    def _lost(self, why: str, *, since: int | None = None) -> CursorTooOldError:
        """Make the error; `since` is the id up to which the stream was read."""
        return CursorTooOldError(
            f"X is searched back for {REACH.days} days only, so that posts of the stream {self._stream.name} may be "
            f"missed. {why} Nothing needs to be done: the next poll goes on where X's reach begins. "
            "What is missed can be brought in with `python run.py ingest`.",
            platform=NAME,
            since=None if since is None else moment_of(since),
            until=moment_of(self._horizon),
        )

    def _fetch(self, stretch: Stretch, token: str | None, budget_usd: Decimal | None) -> Page | None:
        """Fetch a page, if even one of unknown posts by unknown authors is within the budget."""
        if self._query is None and self._account_id is None:
            if budget_usd is not None and budget_usd < self._settings.user_usd:
                return None
            self._account_id = self._look_up(self._stream.target)
        size = LARGEST_PAGE
        if budget_usd is not None:
            size = min(size, int((budget_usd - self._owed_usd) / (self.post_usd + self._settings.user_usd)))
        if size < SMALLEST_PAGE[self._stream.kind]:
            return None
        answer = self._client.call(lambda api: self._ask(api, size, stretch, token))
        try:
            page = self._page(answer, budget_usd)
        except InputError as error:
            raise PlatformError(
                f"X's answer cannot be used: {error} The next poll tries again.", platform=NAME
            ) from error
        self._owed_usd = Decimal(0)
        return page

    def _page(self, answer: Payload, budget_usd: Decimal | None) -> Page:
        mentions, removals, cost = self._take(answer, budget_usd)
        with reading("The listing", answer):
            ids = [int(post["id"]) for post in answer.get("data", ())]
            return Page(
                mentions,
                removals,
                newest=max(ids, default=None),
                token=answer["meta"].get("next_token"),
                resume=str(min(ids)) if ids else None,
                cost_usd=self._owed_usd + cost,
            )

    def _take(
        self, answer: Payload, budget_usd: Decimal | None
    ) -> tuple[tuple[Mention, ...], tuple[Removal, ...], Decimal]:
        """Read an answer, completed within the budget, and say what it cost. Raises InputError."""
        with reading("The listing", answer):
            cost = self._bill.charge(answer, post_usd=self.post_usd)
            left = None if budget_usd is None else budget_usd - self._owed_usd - cost
            parents = self._settings.reply_context and self._stream.kind is not SourceKind.OWN_POSTS
            cost += self._lookups.complete(answer, parents=parents, budget_usd=left)
        return *mentions_from_response(answer, seen_at=self._clock()), cost

    @property
    def _horizon(self) -> int:
        """The id above which posts are read at all. Timelines go back further, which nobody would pay for."""
        return id_at(self._clock() - REACH + _REACH_MARGIN)

    @property
    def _own(self) -> bool:
        return self._account_id is not None and self._account_id == self._settings.user_id

    @property
    def post_usd(self) -> Decimal:
        """What a post costs: less, once the account is known to be the one that authenticates."""
        return self._settings.own_post_usd if self._own else self._settings.post_usd

    def _ask(self, api: tweepy.Client, size: int, stretch: Stretch, token: str | None) -> Response:
        floor = self._horizon if stretch.floor is None else stretch.floor
        since = floor if self._query is None else max(self._horizon, floor)
        listing = {"max_results": size, "since_id": since, "until_id": stretch.resume, **FIELDS}
        answer: Response
        if self._query is not None:
            answer = api.search_recent_tweets(self._query, next_token=token, **listing)
        else:
            ask = api.get_users_mentions if self._stream.kind is SourceKind.MENTIONS else api.get_users_tweets
            answer = ask(self._account_id, pagination_token=token, user_auth=self._own, **listing)
        return answer

    def _look_up(self, handle: str) -> str:
        answer = self._client.call(lambda api: api.get_user(username=handle))
        user = answer.get("data")
        if not isinstance(user, dict) or "id" not in user:
            fix = f"Mend `account` of the stream {self._stream.name}."
            raise PlatformError(f"X knows no account @{handle}. {fix}", platform=NAME)
        self._owed_usd += self._bill.charge({"includes": {"users": [user]}}, post_usd=self.post_usd)
        return str(user["id"])


def _within(place: Place, horizon: int, *, overlap: int) -> Place:
    """Return the part of a place that X still serves: ids above the horizon."""
    if place.newest is not None and place.newest - overlap < horizon:
        return Place()
    stretches = (stretch for stretch in place.left if int(stretch.resume or 0) > horizon)
    cut = (replace(s, floor=None) if s.floor is not None and s.floor < horizon else s for s in stretches)
    return replace(place, left=tuple(cut))


class _Bill:
    """What X charges: every post and user once in a UTC day, as far as this process has read them."""

    def __init__(self, clock: Clock, user_usd: Decimal) -> None:
        self._clock = clock
        self._user_usd = user_usd
        self._day: date | None = None
        self._charged: set[str] = set()

    def charge(self, answer: Payload, *, post_usd: Decimal) -> Decimal:
        """Return the price of an answer, and remember what is in it."""
        today = self._clock().astimezone(UTC).date()
        if today != self._day:
            self._day, self._charged = today, set()
        included = answer.get("includes", {})
        posts = {f"post {post['id']}" for post in (*answer.get("data", ()), *included.get("tweets", ()))}
        users = {f"user {user['id']}" for user in included.get("users", ())}
        cost = len(posts - self._charged) * post_usd + len(users - self._charged) * self._user_usd
        self._charged |= posts | users
        return cost
