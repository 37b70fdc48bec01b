"""A stand-in for Reddit's OAuth API under /reddit: tokens, listings, search, comment trees, accounts and replies."""

import base64
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from aiohttp import web

from sandbox.faults import Faults, Handler, Quota, Spent, carry_out
from sandbox.query import Match, QueryError, Term, compile_query, says
from sandbox.reddit_objects import Thing, account, community, inbox_item, listing, thing
from sandbox.world import Author, Draft, Post, World

_QUOTA = 1000
"""Requests per ten minutes and client: 100 a minute on average, https://support.reddithelp.com/hc/en-us/articles/16160319875092."""
_DEPTH = 1000
"""A listing never goes further back than about this many items."""
_MAX_CHARS = 10_000
_TOKEN_LIFE = timedelta(days=1)
_SPANS = {"hour": 1, "day": 24, "week": 168, "month": 720, "year": 8760}
_MESSAGES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


class RedditApi:
    """The routes. A client-credentials token only reads; one for a password or refresh token acts for the brand.

    `communities` maps each subreddit to "public", "private" or "banned". `quota_factor` multiplies Reddit's quota.
    """

    def __init__(
        self,
        world: World,
        *,
        client_id: str,
        client_secret: str,
        username: str,
        password: str,
        refresh_token: str,
        communities: dict[str, str],
        faults: Faults,
        quota_factor: int = 1,
    ) -> None:
        self._world = world
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._username = username
        self._password = password
        self._refresh_token = refresh_token
        self._communities = {name.casefold(): (name, kind) for name, kind in communities.items()}
        self._faults = faults
        self._quota = Quota(window=timedelta(minutes=10))
        self._limit = _QUOTA * quota_factor
        self._tokens: dict[str, tuple[datetime, str | None]] = {}

    def application(self) -> web.Application:
        """Build the application to be mounted at /reddit. PRAW ends some paths with a slash and some without."""
        app = web.Application(middlewares=[self._middleware])
        app.router.add_post("/api/v1/access_token", self._access_token)
        for path, handler in (
            ("/api/v1/me", self._me),
            ("/api/info", self._info),
            ("/message/mentions", self._inbox_mentions),
            ("/search", self._search),
            ("/r/{subs}/search", self._search),
            ("/r/{subs}/new", self._new),
            ("/r/{subs}/comments", self._comments),
            ("/r/{subs}/about", self._about),
            ("/user/{name}/about", self._account),
            ("/user/{name}/comments", self._by_account),
            ("/user/{name}/submitted", self._by_account),
            ("/comments/{id}", self._tree),
            ("/comments/{id}/{slug}/{comment}", self._tree),
        ):
            app.router.add_get(f"{path}{{slash:/?}}", self._metered(handler))
        app.router.add_post("/api/comment{slash:/?}", self._metered(self._comment))
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await carry_out(request, handler, faults=self._faults, error=_error)

    def _metered(self, handler: Callable[[web.Request], Any]) -> Handler:
        """Check the token and the quota before a handler."""

        async def metered(request: web.Request) -> web.StreamResponse:
            token = request.headers.get("Authorization", "").partition(" ")[2]
            expires_at, _ = self._tokens.get(token, (None, None))
            now = self._world.now()
            if expires_at is None or expires_at <= now:
                return _error(401)
            spent = self._quota.spend(self._basic, self._limit, now=now)
            try:
                response: web.Response = await handler(request) if spent.allowed else _error(429)
            except _RefusedError as refused:
                response = refused.response
            return _with_quota(response, spent, now=now)

        return metered

    async def _access_token(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization", "").removeprefix("Basic ") != self._basic:
            return _error(401)
        form = await request.post()
        user: str | None = None
        match form.get("grant_type"):
            case "client_credentials":
                pass
            case "password" if (form.get("username"), form.get("password")) == (self._username, self._password):
                user = self._username
            case "refresh_token" if form.get("refresh_token") == self._refresh_token:
                user = self._username
            case "password":
                return web.json_response({"error": "invalid_grant"})
            case "refresh_token":
                return _error(400)
            case _:
                return web.json_response({"error": "unsupported_grant_type"})
        token = secrets.token_urlsafe(24)
        self._tokens[token] = (self._world.now() + _TOKEN_LIFE, user)
        life = int(_TOKEN_LIFE.total_seconds())
        return web.json_response({"access_token": token, "token_type": "bearer", "expires_in": life, "scope": "*"})

    def _user(self, request: web.Request) -> Author | None:
        token = request.headers["Authorization"].partition(" ")[2]
        name = self._tokens[token][1]
        return self._world.introduce("reddit", name) if name else None

    async def _me(self, request: web.Request) -> web.Response:
        user = self._user(request)
        return web.json_response(account(user)["data"]) if user else _error(403)

    def _inside(self, request: web.Request) -> Match:
        """Return the test for the subreddits of the path."""
        wanted = {name.casefold() for name in request.match_info.get("subs", "all").split("+")}
        if "all" in wanted:
            return lambda _: True
        for name in wanted:
            _, kind = self._communities.get(name, (name, "absent"))
            if kind == "private":
                raise _RefusedError(_error(403, reason="private"))
            if kind == "banned":
                raise _RefusedError(_error(404, reason="banned"))
            if kind == "absent" and len(wanted) == 1:
                raise _RefusedError(web.Response(status=302, headers={"Location": f"/subreddits/search?q={name}"}))
        return lambda post: post.community.casefold() in wanted

    def _answer_listing(
        self, request: web.Request, match: Match, *, kind: str = "t", write: Callable[[Post], Thing] | None = None
    ) -> web.Response:
        """Answer one page of the newest posts. An anchor that is gone from the listing gives an empty page."""
        write = write or (lambda post: thing(post, self._world))
        found = (p for p in self._world.newest_first("reddit") if p.id.startswith(kind) and match(p))
        posts = list(islice(found, _DEPTH))
        ids = [post.id for post in posts]
        limit = _limit_of(request)
        if anchor := request.query.get("before"):
            end = ids.index(anchor) if anchor in ids else 0
            start = max(0, end - limit)
            links = {"before": ids[start] if start else None}
        else:
            anchor = request.query.get("after")
            start = 0 if anchor is None else ids.index(anchor) + 1 if anchor in ids else len(ids)
            end = min(start + limit, len(ids))
            links = {"after": ids[end - 1] if end < len(ids) else None}
        return web.json_response(listing([write(post) for post in posts[start:end]], **links))

    async def _new(self, request: web.Request) -> web.Response:
        return self._answer_listing(request, self._inside(request), kind="t3_")

    async def _comments(self, request: web.Request) -> web.Response:
        return self._answer_listing(request, self._inside(request), kind="t1_")

    async def _search(self, request: web.Request) -> web.Response:
        """Search submissions; Reddit's search does not look into comments."""
        restricted = request.query.get("restrict_sr", "").casefold() in ("1", "true", "on")
        inside = self._inside(request) if restricted else lambda _: True
        span = _SPANS.get(request.query.get("t", "all"))
        oldest = self._world.now() - timedelta(hours=span) if span else None
        try:
            match = compile_query(request.query.get("q", ""), _search_term, lucene=True)
        except QueryError:
            return web.json_response(listing([]))  # Reddit finds nothing rather than refusing
        return self._answer_listing(
            request, lambda p: inside(p) and match(p) and (oldest is None or p.posted_at >= oldest), kind="t3_"
        )

    async def _about(self, request: web.Request) -> web.Response:
        self._inside(request)
        name, _ = self._communities[request.match_info["subs"].casefold()]
        return web.json_response(community(name, self._world))

    def _named(self, request: web.Request) -> Author:
        author = self._world.author("reddit", request.match_info["name"])
        if author is None:
            raise _RefusedError(_error(404))
        return author

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response(account(self._named(request)))

    async def _by_account(self, request: web.Request) -> web.Response:
        author = self._named(request)
        kind = "t1_" if "/comments" in request.path else "t3_"
        return self._answer_listing(request, lambda post: post.author.id == author.id, kind=kind)

    async def _inbox_mentions(self, request: web.Request) -> web.Response:
        """List the comments elsewhere that name the signed-in account; Reddit tells of none in submissions."""
        user = self._user(request)
        if user is None:
            return _error(403)
        named = re.compile(rf"(?<![\w/])/?u/{re.escape(user.handle)}(?![\w-])", re.IGNORECASE)
        return self._answer_listing(
            request,
            lambda post: post.author.id != user.id and bool(named.search(post.text)),
            kind="t1_",
            write=lambda post: inbox_item(post, self._world),
        )

    async def _info(self, request: web.Request) -> web.Response:
        ids = request.query.get("id", "").split(",")[:100]
        found = filter(None, map(self._world.find, ids))
        return web.json_response(listing([thing(post, self._world) for post in found if post.platform == "reddit"]))

    async def _tree(self, request: web.Request) -> web.Response:
        root = self._world.find(f"t3_{request.match_info['id']}")
        if root is None:
            return _error(404)
        top: Iterable[Post | None] = self._world.children(root.id)
        if comment := request.match_info.get("comment"):
            top = [self._world.find(f"t1_{comment}")]
        answers = [thing(post, self._world, with_replies=True) for post in top if post]
        return web.json_response([listing([thing(root, self._world)]), listing(answers)])

    async def _comment(self, request: web.Request) -> web.Response:
        user = self._user(request)
        form = await request.post()
        parent = self._world.find(str(form.get("thing_id", "")))
        text = str(form.get("text", ""))
        if user is None:
            return _form_error("USER_REQUIRED", "Please log in to do that.", None)
        if not text.strip():
            return _form_error("NO_TEXT", "we need something here", "text")
        if len(text) > _MAX_CHARS:
            return _form_error("TOO_LONG", f"this is too long (max: {_MAX_CHARS})", "text")
        if parent is None or parent.gone:
            if parent and parent.id.startswith("t3_"):
                return _form_error("DELETED_LINK", "the link you are commenting on has been deleted", "parent")
            return _form_error("DELETED_COMMENT", "that comment has been deleted", "parent")
        post = self._world.add(Draft("reddit", user.handle, text, reply_to=parent.id))
        return web.json_response({"json": {"errors": [], "data": {"things": [thing(post, self._world)]}}})


class _RefusedError(Exception):
    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def _error(status: int, *, reason: str = "") -> web.Response:
    body: Thing = {"message": _MESSAGES[status], "error": status}
    headers = {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'} if status == 401 else {}
    return web.json_response({"reason": reason, **body} if reason else body, status=status, headers=headers)


def _form_error(code: str, message: str, field: str | None) -> web.Response:
    return web.json_response({"json": {"errors": [[code, message, field]]}})


def _with_quota(response: web.Response, spent: Spent, *, now: datetime) -> web.Response:
    response.headers["x-ratelimit-used"] = str(spent.used)
    response.headers["x-ratelimit-remaining"] = f"{float(spent.remaining)}"
    response.headers["x-ratelimit-reset"] = str(int((spent.resets_at - now).total_seconds()))
    return response


def _limit_of(request: web.Request) -> int:
    text = request.query.get("limit", "25")
    return min(max(int(text), 1), 100) if text.isdecimal() else 25


def _search_term(term: Term) -> Match:
    value, test = term.value.casefold(), says(term.value)
    match term.field:
        case "author":
            return lambda post: post.author.handle.casefold() == value
        case "subreddit":
            return lambda post: post.community.casefold() == value
        case "title":
            return lambda post: test(post.title)
        case "selftext":
            return lambda post: test(post.text)
        case "":
            return lambda post: test(post.title) or test(post.text)
    raise QueryError(f"unknown field {term.field}")
