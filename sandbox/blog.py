"""A blog's feed under /blog: Atom with an ETag, and only the newest entries, as blogs have it."""

import hashlib
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from sandbox.faults import Faults, Handler, carry_out
from sandbox.world import Post, World

TITLE = "Telly Talk"
SITE = "https://telly-talk.example"
ENTRIES = 20
"""What the feed lists; older ones fall out."""


class Blog:
    """The feed. What is deleted is simply not listed any more; an edited entry says when."""

    def __init__(self, world: World, *, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def application(self) -> web.Application:
        """Build the application to be mounted at /blog."""
        app = web.Application(middlewares=[self._middleware])
        app.router.add_get("/feed.xml", self._feed)
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await carry_out(request, handler, faults=self._faults, error=lambda status: web.Response(status=status))

    async def _feed(self, request: web.Request) -> web.Response:
        entries = "".join(map(_entry, islice(self._world.newest_first("rss"), ENTRIES)))
        document = (
            f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
            f"<title>{TITLE}</title><id>{SITE}/</id><link href={quoteattr(SITE + '/')}/>{entries}</feed>\n"
        )
        etag = f'"{hashlib.sha256(document.encode()).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(text=document, content_type="application/atom+xml", charset="utf-8", headers={"ETag": etag})


def _entry(post: Post) -> str:
    number = post.id.rpartition(":")[2]
    markup = "".join(f"<p>{escape(part)}</p>" for part in post.text.split("\n\n"))
    return (
        f"<entry><id>{post.id}</id><title>{escape(post.title)}</title><link href={quoteattr(f'{SITE}/{number}')}/>"
        f"<author><name>{escape(post.author.name)}</name></author>"
        f"<published>{post.posted_at:%Y-%m-%dT%H:%M:%SZ}</published>"
        f"<updated>{post.edited_at or post.posted_at:%Y-%m-%dT%H:%M:%SZ}</updated>"
        f'<content type="html">{escape(markup)}</content></entry>\n'
    )
