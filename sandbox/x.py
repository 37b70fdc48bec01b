"""A stand-in for X API v2 under /2: search, counts, the filtered stream, users, mentions, timelines, replies."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from aiohttp import web

from sandbox.faults import Faults, Handler, Quota, carry_out
from sandbox.query import Match, QueryError
from sandbox.world import Author, Draft, Post, World
from sandbox.x_objects import PROBLEMS, Page, Wanted, length, mentioned_handles, not_found, timestamp
from sandbox.x_requests import (
    RECENT,
    RefusedError,
    from_token,
    invalid,
    number,
    problem,
    time_of,
    to_token,
    window_of,
)
from sandbox.x_search import MAX_QUERY_CHARS, compile_search
from sandbox.x_stream import FilteredStream

# Requests per 15 minutes, https://docs.x.com/x-api/fundamentals/rate-limits
_LIMITS = {
    "search": 450,
    "counts": 300,
    "mentions": 450,
    "timeline": 1500,
    "user": 300,
    "me": 75,
    "tweets": 300,
    "create": 200,
    "stream": 50,
    "rules": 450,
    "change rules": 100,
}
_MAX_LENGTH = 280
_TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)
_REPLY_REFUSED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)


class XApi:
    """The routes. The bearer token is app-only; the access token (OAuth 1.0a) acts for the brand's account.

    `quota_factor` multiplies X's request quotas: 1 is X's own, more lets a sandbox bot poll every second.
    """

    def __init__(
        self, world: World, *, bearer_token: str, access_token: str, account: str, faults: Faults, quota_factor: int = 1
    ) -> None:
        self._world = world
        self._bearer = bearer_token
        self._access_token = access_token
        self._account = account
        self._faults = faults
        self._quota_factor = quota_factor
        self._quota = Quota(window=timedelta(minutes=15))
        self._stream = FilteredStream(world)

    def application(self) -> web.Application:
        """Build the application to be mounted at /2."""
        app = web.Application(middlewares=[self._middleware])
        app.router.add_get("/tweets/search/stream", self._connect)
        for path, key, handler in (
            ("/tweets/search/recent", "search", self._search),
            ("/tweets/counts/recent", "counts", self._counts),
            ("/users/by/username/{handle}", "user", self._user_by_handle),
            ("/users/by", "user", self._users_by_handle),
            ("/users/me", "me", self._me),
            ("/users", "user", self._users),
            ("/users/{id}", "user", self._user),
            ("/users/{id}/mentions", "mentions", self._mentions),
            ("/users/{id}/tweets", "timeline", self._timeline),
            ("/tweets", "tweets", self._tweets),
            ("/tweets/{id}", "tweets", self._tweet),
        ):
            app.router.add_get(path, self._metered(key, handler))
        app.router.add_get("/tweets/search/stream/rules", self._metered("rules", self._stream.list_rules))
        app.router.add_post("/tweets/search/stream/rules", self._metered("change rules", self._stream.change_rules))
        app.router.add_post("/tweets", self._metered("create", self._create))
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await carry_out(request, handler, faults=self._faults, error=problem)

    def _metered(self, key: str, handler: Callable[[web.Request], Any]) -> Handler:
        """Check the credentials and the quota of an endpoint before its handler."""

        async def metered(request: web.Request) -> web.StreamResponse:
            if self._who(request) is None:
                return problem(401)
            spent = self._quota.spend(key, _LIMITS[key] * self._quota_factor, now=self._world.now())
            try:
                response: web.Response = await handler(request) if spent.allowed else problem(429)
            except RefusedError as refused:
                response = refused.response
            response.headers["x-rate-limit-limit"] = str(spent.limit)
            response.headers["x-rate-limit-remaining"] = str(spent.remaining)
            response.headers["x-rate-limit-reset"] = str(int(spent.resets_at.timestamp()))
            return response

        return metered

    def _who(self, request: web.Request) -> str | None:
        """Return "app", "user" or None. OAuth 1.0a signatures cover the host, which a redirected client rewrites."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and value == self._bearer:
            return "app"
        if scheme == "OAuth" and f'oauth_token="{self._access_token}"' in value:
            return "user"
        return None

    def _as_user(self, request: web.Request) -> Author:
        if self._who(request) != "user":
            raise RefusedError(
                problem(
                    403,
                    title="Unsupported Authentication",
                    detail="Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported "
                    "authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
                    kind=f"{PROBLEMS}unsupported-authentication",
                )
            )
        return self._world.introduce("x", self._account)

    def _page(self, request: web.Request) -> Page:
        read = request.query.get
        wanted = Wanted.from_query(
            tweet_fields=read("tweet.fields", ""),
            user_fields=read("user.fields", ""),
            expansions=read("expansions", ""),
        )
        return Page(self._world, wanted)

    async def _search(self, request: web.Request) -> web.Response:
        match = self._compiled(request)
        window = window_of(request, now=self._world.now(), recent=True)
        return self._listing(request, lambda post: post.reposts is None and match(post), window, smallest=10)

    async def _counts(self, request: web.Request) -> web.Response:
        match = self._compiled(request)
        step = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}.get(
            request.query.get("granularity", "hour")
        )
        if step is None:
            raise invalid(request, "granularity", f"{request.query['granularity']} is not one of [minute,hour,day]")
        above, below = window_of(request, now=self._world.now(), recent=True)
        now = self._world.now()
        posts = [post for post in self._world.newest_first("x", above=above, below=below) if match(post)]
        start = max(time_of(above), now - RECENT) if above else now - RECENT
        end = min(time_of(below), now) if below else now
        data = []
        while start < end:
            boundary = datetime.fromtimestamp(
                (start.timestamp() // step.total_seconds() + 1) * step.total_seconds(), UTC
            )
            stop = min(boundary, end)
            inside = sum(start <= post.posted_at < stop for post in posts)
            data.append({"end": timestamp(stop), "start": timestamp(start), "tweet_count": inside})
            start = stop
        return web.json_response(
            {"data": data, "meta": {"total_tweet_count": sum(bucket["tweet_count"] for bucket in data)}}
        )

    async def _mentions(self, request: web.Request) -> web.Response:
        handle = self._owner(request).handle.casefold()
        window = window_of(request, now=self._world.now())
        return self._listing(
            request,
            lambda post: not post.reposts and handle in (h.casefold() for h in mentioned_handles(post.text)),
            window,
        )

    async def _timeline(self, request: web.Request) -> web.Response:
        owner = self._owner(request)
        excluded = request.query.get("exclude", "").split(",")

        def belongs(post: Post) -> bool:
            if post.author.id != owner.id or ("retweets" in excluded and post.reposts):
                return False
            return not ("replies" in excluded and post.reply_to)

        return self._listing(request, belongs, window_of(request, now=self._world.now()))

    def _owner(self, request: web.Request) -> Author:
        author = self._world.author_by_id("x", request.match_info["id"])
        if author is None:
            raise RefusedError(web.json_response({"errors": [not_found("user", "id", request.match_info["id"])]}))
        return author

    def _listing(
        self, request: web.Request, match: Match, window: tuple[int, int | None], *, smallest: int = 5
    ) -> web.Response:
        """Answer one page, newest first; the token of the next one is the order below which it starts."""
        size = number(request, "max_results", 10)
        if not smallest <= size <= 100:
            raise invalid(
                request,
                "max_results",
                f"The `max_results` query parameter value [{size}] is not between {smallest} and 100",
            )
        above, below = window
        token = request.query.get("next_token") or request.query.get("pagination_token")
        if token:
            below = from_token(request, token)
        found: Iterator[Post] = filter(match, self._world.newest_first("x", above=above, below=below))
        posts = list(islice(found, size))
        meta: dict[str, Any] = {"result_count": len(posts)}
        if posts:
            meta |= {"newest_id": posts[0].id, "oldest_id": posts[-1].id}
        if len(posts) == size and next(found, None):
            meta["next_token"] = to_token(posts[-1].order)
        page = self._page(request)
        return web.json_response(page.body(data=page.posts(posts), meta=meta))

    def _compiled(self, request: web.Request) -> Match:
        query = request.query.get("query", "")
        if len(query) > MAX_QUERY_CHARS:
            raise invalid(
                request,
                "query",
                f"Rule length exceeds the maximum allowed length of {MAX_QUERY_CHARS} characters (at position 1)",
            )
        try:
            return compile_search(query, self._world)
        except QueryError as wrong:
            raise invalid(request, "query", f"There were errors processing your request: {wrong}") from wrong

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if self._who(request) != "app":
            return problem(401)
        if not self._quota.spend("stream", _LIMITS["stream"] * self._quota_factor, now=self._world.now()).allowed:
            return problem(429)
        return await self._stream.connect(request, lambda: self._page(request))

    async def _user(self, request: web.Request) -> web.Response:
        page = self._page(request)
        return web.json_response(page.body(data=page.user(self._owner(request))))

    async def _user_by_handle(self, request: web.Request) -> web.Response:
        handle = request.match_info["handle"]
        if not re.fullmatch(r"[A-Za-z0-9_]{1,15}", handle):
            raise invalid(
                request,
                "username",
                f"The `username` query parameter value [{handle}] does not match ^[A-Za-z0-9_]{{1,15}}$",
                value=handle,
            )
        author = self._world.author("x", handle)
        if author is None:
            return web.json_response({"errors": [not_found("user", "username", handle)]})
        page = self._page(request)
        return web.json_response(page.body(data=page.user(author)))

    async def _users_by_handle(self, request: web.Request) -> web.Response:
        page = self._page(request)
        data = []
        for handle in request.query.get("usernames", "").split(","):
            if author := self._world.author("x", handle):
                data.append(page.user(author))
            else:
                page.errors.append(not_found("user", "usernames", handle))
        return web.json_response(page.body(data=data))

    async def _users(self, request: web.Request) -> web.Response:
        page = self._page(request)
        data = []
        for user_id in request.query.get("ids", "").split(","):
            if author := self._world.author_by_id("x", user_id):
                data.append(page.user(author))
            else:
                page.errors.append(not_found("user", "ids", user_id))
        return web.json_response(page.body(data=data))

    async def _me(self, request: web.Request) -> web.Response:
        page = self._page(request)
        return web.json_response(page.body(data=page.user(self._as_user(request))))

    async def _tweets(self, request: web.Request) -> web.Response:
        ids = list(filter(None, request.query.get("ids", "").split(",")))
        if not 1 <= len(ids) <= 100:
            raise invalid(request, "ids", f"The `ids` query parameter needs 1 to 100 values, not {len(ids)}")
        page = self._page(request)
        posts = [self._readable(page, post_id, parameter="ids") for post_id in ids]
        return web.json_response(page.body(data=page.posts(filter(None, posts))))

    async def _tweet(self, request: web.Request) -> web.Response:
        page = self._page(request)
        post = self._readable(page, request.match_info["id"], parameter="id")
        return web.json_response(page.body(data=page.posts([post])[0] if post else None))

    def _readable(self, page: Page, post_id: str, *, parameter: str) -> Post | None:
        post = self._world.find(post_id)
        if post is None or post.platform != "x" or post.gone:
            page.errors.append(not_found("tweet", parameter, post_id))
            return None
        return post

    async def _create(self, request: web.Request) -> web.Response:
        author = self._as_user(request)
        body = await request.json()
        text, parent_id = body.get("text", ""), body.get("reply", {}).get("in_reply_to_tweet_id")
        if not text:
            raise invalid(request, "text", "One or more parameters to your request was invalid.")
        if length(text) > _MAX_LENGTH:
            return problem(400, detail=_TOO_LONG)
        parent = self._world.find(parent_id) if parent_id else None
        if parent_id and (parent is None or parent.gone):
            return problem(403, detail="You attempted to reply to a Tweet that is deleted or not visible to you.")
        if parent and not self._summons(parent, author):
            return problem(403, detail=_REPLY_REFUSED)
        said = {text} | ({f"@{parent.author.handle} {text}"} if parent else set())
        own = (p for p in self._world.newest_first("x") if p.author == author and p.reply_to == parent_id)
        if any(post.text in said for post in own):
            return problem(403, detail="You are not allowed to create a Tweet with duplicate content.")
        post = self._world.add(Draft("x", author.handle, text, reply_to=parent_id, quotes=body.get("quote_tweet_id")))
        created = {"id": post.id, "text": post.text, "edit_history_tweet_ids": [post.id]}
        return web.json_response({"data": created}, status=201)

    def _summons(self, post: Post, account: Author) -> bool:
        """Tell whether the account may answer a post by the API: its author names or quotes it, or is it itself."""
        quoted = self._world.find(post.quotes) if post.quotes else None
        named = account.handle.casefold() in map(str.casefold, mentioned_handles(post.text))
        return named or account in (post.author, quoted and quoted.author)
