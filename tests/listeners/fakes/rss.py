"""A scripted blog: one Atom feed of its newest entries, with an ETag."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import rss
from tests.builders import stream
from tests.listeners.platforms import FakePlatform, Item
from tests.replay import Asked, Reply

_LONGEST = 600
"""Entries that the feed has at most: longer ones take long to parse, and say nothing more."""

_ONE_DOCUMENT = "a feed is one document: there are no pages"


class FakeRss(FakePlatform):
    """The feed of a blog with several authors. What is gone is simply not listed any more."""

    name = "rss"
    stream = stream(name="blog", platform="rss", kind=SourceKind.NEW, target="", places=("https://blog.example/feed",))
    exempt: ClassVar = {
        "a_removal_is_carried": "a feed does not tell of removals",
        "refused_credentials_are_told_apart": "there are no credentials",
        "the_last_call_of_a_quota_is_the_last": "sites do not tell how often they may be asked",
        "a_capped_poll_leaves_no_gap": _ONE_DOCUMENT,
        "a_failure_in_the_middle_keeps_what_was_read_and_loses_nothing": _ONE_DOCUMENT,
    }
    impossible = SourceKind.SEARCH

    @property
    def address(self) -> str:
        return f"{self.server.url}/feed.xml"

    def poll(self, stream: Stream | None = None, *, max_pages: int | None = None, **settings: Any) -> Poll:
        del max_pages  # a feed is one document
        wanted = stream or replace(self.stream, places=(self.address,))
        return rss.connect(self.settings(**settings), wanted, clock=self.clock)

    def settings(self, **changes: Any) -> rss.Settings:
        return rss.Settings(**({"places": (self.address,)} | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text, edited_at=self.clock()))

    def is_listing(self, asked: Asked) -> bool:
        return True

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return Reply(status, message.encode())

    def reachable(self, published: list[MentionId]) -> set[MentionId]:
        return set(published[-self.depth :])

    def _new_id(self, at: datetime) -> str:
        return rss.entry_id(self.address, f"tag:blog.example,2026:{len(self.items)}").partition(":")[2]

    def _list(self, asked: Asked) -> Reply:
        numbered = {item.first: number for number, item in enumerate(self.items)}
        found = sorted(self._visible(), key=lambda item: (item.at, numbered[item.first]), reverse=True)[
            : min(self.depth, _LONGEST)
        ]
        entries = "".join(self._entry(item, numbered[item.first]) for item in found if not item.gone)
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f'<title>A blog</title><link rel="self" href="{self.address}"/>{entries}</feed>'
        ).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if asked.headers.get("If-None-Match") == etag:
            return Reply(304)
        return Reply(200, body, {"Content-Type": "application/atom+xml", "ETag": etag, **self.headers()})

    def _entry(self, item: Item, number: int) -> str:
        return (
            f"<entry><id>tag:blog.example,2026:{number}</id><title>{escape(item.text)}</title>"
            f"<author><name>{item.author}</name></author>"
            f'<link href="https://blog.example/{number}"/>'
            f"<published>{item.at:%Y-%m-%dT%H:%M:%SZ}</published>"
            f"<updated>{item.edited_at or item.at:%Y-%m-%dT%H:%M:%SZ}</updated></entry>"
        )
