"""A stand-in for Bluesky under /bluesky: a Jetstream of all posts, profiles, and the feeds of accounts."""

import asyncio
import json
import threading
from bisect import bisect_left, insort
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any

from aiohttp import web

from sandbox.bluesky_objects import POST, event, profile, time_us, view
from sandbox.faults import CUT, Faults, Handler, Quota, carry_out
from sandbox.world import Author, Post, World

_KEPT = timedelta(hours=24)
"""Jetstream repeats no more: https://github.com/bluesky-social/jetstream-legacy/issues/58"""

_QUOTA = 3000
"""Requests per five minutes and address: https://docs.bsky.app/docs/advanced-guides/rate-limits"""

_ACTORS = 25
_LOOK_EVERY_SECONDS = 0.05

_NAMES = {400: "InvalidRequest", 401: "AuthenticationRequired", 429: "RateLimitExceeded", 503: "UpstreamFailure"}


class BlueskyApi:
    """The routes. Everything can be read without a login. `quota_factor` multiplies the API's quota."""

    def __init__(self, world: World, *, faults: Faults, quota_factor: int = 1) -> None:
        self._world = world
        self._faults = faults
        self._quota = Quota(window=timedelta(minutes=5))
        self._limit = _QUOTA * quota_factor
        self._lock = threading.Lock()
        self._log: list[tuple[int, int, str]] = []  # time, number and event, in this order
        self._seen: set[str] = set()
        world.subscribe(self._note)

    def application(self) -> web.Application:
        """Build the application to be mounted at /bluesky."""
        app = web.Application(middlewares=[self._middleware])
        app.router.add_get("/subscribe", self._subscribe)
        app.router.add_get("/xrpc/app.bsky.actor.getProfiles", self._metered(self._profiles))
        app.router.add_get("/xrpc/app.bsky.feed.getAuthorFeed", self._metered(self._feed))
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await carry_out(request, handler, faults=self._faults, error=_error)

    def _metered(self, handler: Handler) -> Handler:
        async def metered(request: web.Request) -> web.StreamResponse:
            now = self._world.now()
            spent = self._quota.spend(request.remote or "", self._limit, now=now)
            response = await handler(request) if spent.allowed else _error(429)
            response.headers["ratelimit-limit"] = str(spent.limit)
            response.headers["ratelimit-remaining"] = str(spent.remaining)
            response.headers["ratelimit-reset"] = str(int(spent.resets_at.timestamp()))
            if not spent.allowed:
                response.headers["retry-after"] = str(max(1, int((spent.resets_at - now).total_seconds())))
            return response

        return metered

    def _note(self, post: Post) -> None:
        """Put down what happens to a post; of what a moderator takes away, Jetstream says nothing."""
        if post.platform != "bluesky" or post.gone == "removed":
            return
        with self._lock:
            known = post.id in self._seen
            self._seen.add(post.id)
            operation = "delete" if post.gone else "update" if known else "create"
            at = self._world.now() if known else post.visible_at
            written = json.dumps(event(post, operation, self._world, at=at))
            insort(self._log, (time_us(at), len(self._log), written))

    def _told(self, since: int, start: int) -> tuple[list[str], int]:
        """Return the events from a time and a place in the log on, until now, and the place after them."""
        with self._lock:
            first = max(start, bisect_left(self._log, (since,)))
            last = bisect_left(self._log, (time_us(self._world.now()) + 1,))
            return [written for _, _, written in self._log[first:last]], max(start, last)

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        """Repeat what happened since `cursor`, as far as it is kept, and go on with what happens."""
        cursor = request.query.get("cursor", "")
        if cursor and not cursor.isdecimal():
            return web.Response(status=400, text="invalid cursor")
        now = self._world.now()
        since, place = max(int(cursor or time_us(now)), time_us(now - _KEPT)), 0
        wanted = POST in request.query.getall("wantedCollections", [POST])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        leaving = asyncio.ensure_future(socket.receive())
        with suppress(ConnectionResetError):  # the client leaves in the middle of an event
            while not leaving.done():
                events, place = self._told(since, place)
                if cut := request.get(CUT, False):
                    events = events[: len(events) // 2]
                for written in events if wanted else ():
                    await socket.send_str(written)
                if cut and request.transport is not None:
                    request.transport.abort()
                await asyncio.wait([leaving], timeout=_LOOK_EVERY_SECONDS)
        leaving.cancel()
        return socket

    async def _profiles(self, request: web.Request) -> web.StreamResponse:
        actors = request.query.getall("actors", [])
        if not 1 <= len(actors) <= _ACTORS:
            return _error(400, f"Error: actors must have 1 to {_ACTORS} elements")
        found = filter(None, map(self._actor, actors))
        return web.json_response({"profiles": [profile(author) for author in found]})

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        author = self._actor(request.query.get("actor", ""))
        if author is None:
            return _error(400, "Profile not found")
        limit = request.query.get("limit", "50")
        if not limit.isdecimal() or not 1 <= int(limit) <= 100:
            return _error(400, "Error: limit must be an integer from 1 to 100")
        below = request.query.get("cursor", "")
        posts = self._world.newest_first("bluesky", below=int(below) if below.isdecimal() else None)
        page = list(islice((post for post in posts if post.author.id == author.id), int(limit)))
        body: dict[str, Any] = {"feed": [{"post": view(post, self._world)} for post in page]}
        return web.json_response(body | ({"cursor": str(page[-1].order)} if len(page) == int(limit) else {}))

    def _actor(self, actor: str) -> Author | None:
        find = self._world.author_by_id if actor.startswith("did:") else self._world.author
        return find("bluesky", actor)


def _error(status: int, message: str = "") -> web.Response:
    return web.json_response({"error": _NAMES[status], "message": message or _NAMES[status]}, status=status)
