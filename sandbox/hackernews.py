"""A stand-in for Algolia's search of Hacker News under /hackernews: stories and comments by date."""

import html
import re
from itertools import islice
from typing import Any

from aiohttp import web

from sandbox.faults import Faults, Handler, carry_out
from sandbox.query import Match, QueryError, Term, compile_query, says
from sandbox.world import Post, World

_DEPTH = 1000
"""Algolia gives no more hits for one question, https://hn.algolia.com/api."""

_BOUND = re.compile(r"created_at_i([<>])=(\d+)")


class HackerNewsApi:
    """The one route that a listener needs. What is deleted is simply not found any more."""

    def __init__(self, world: World, *, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def application(self) -> web.Application:
        """Build the application to be mounted at /hackernews."""
        app = web.Application(middlewares=[self._middleware])
        app.router.add_get("/api/v1/search_by_date", self._search)
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await carry_out(request, handler, faults=self._faults, error=_error)

    async def _search(self, request: web.Request) -> web.Response:
        bounds = [_BOUND.fullmatch(each) for each in request.query.get("numericFilters", "").split(",") if each]
        if None in bounds:
            return _error(400)
        try:
            matches = [_tagged(request.query.get("tags", "")), _worded(request.query.get("query", ""))]
        except QueryError:
            return _error(400)
        matches += [_within(bound[1], int(bound[2])) for bound in bounds if bound]
        size = min(int(request.query.get("hitsPerPage", "20")), _DEPTH)
        page = int(request.query.get("page", "0"))
        found = (post for post in self._world.newest_first("hackernews") if all(match(post) for match in matches))
        reached = list(islice(found, _DEPTH))
        hits = [self._hit(post) for post in reached[page * size : (page + 1) * size]]
        return web.json_response({"hits": hits, "nbHits": len(reached), "page": page, "hitsPerPage": size})

    def _hit(self, post: Post) -> dict[str, Any]:
        root = self._world.find(post.thread)
        hit = {
            "objectID": post.id,
            "author": post.author.handle,
            "created_at": f"{post.posted_at:%Y-%m-%dT%H:%M:%SZ}",
            "created_at_i": int(post.posted_at.timestamp()),
            "story_id": int(post.thread),
        }
        text = html.escape(post.text).replace("\n\n", "<p>")
        if post.reply_to:
            tags = ["comment", f"author_{post.author.handle}", f"story_{post.thread}"]
            title = root.title if root else ""
            return hit | {"_tags": tags, "comment_text": text, "parent_id": int(post.reply_to), "story_title": title}
        tags = ["story", f"author_{post.author.handle}", f"story_{post.id}"]
        return hit | {"_tags": tags, "title": post.title, "story_text": text, "url": None}


def _tagged(tags: str) -> Match:
    """Return the test of `tags`: `author_NAME`, and `(story,comment,poll)` for any of these."""
    author = re.search(r"author_([^,()]+)", tags)
    return lambda post: author is None or post.author.handle == author[1]


def _worded(query: str) -> Match:
    """Return the test for all of the words and "phrases", in a post's title, text or author."""
    if not query.strip():
        return lambda _: True

    def leaf(term: Term) -> Match:
        test = says(term.value)
        return lambda post: test(post.title) or test(post.text) or test(post.author.handle)

    return compile_query(query, leaf)


def _within(sign: str, second: int) -> Match:
    if sign == ">":
        return lambda post: int(post.posted_at.timestamp()) >= second
    return lambda post: int(post.posted_at.timestamp()) <= second


def _error(status: int) -> web.Response:
    return web.json_response({"message": "no", "status": status}, status=status)
