"""A scripted feed of customer reviews, as Apple's: pages of 50, the last changed review first."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import appstore
from tests.builders import stream
from tests.listeners.platforms import FakePlatform, Item
from tests.replay import Asked, Reply, json_reply

_PATH = re.compile(r"/us/rss/customerreviews/page=(\d+)/id=123456789/sortby=mostrecent/json")


class FakeAppStore(FakePlatform):
    """The reviews of one app in one country. What is gone is simply not listed any more."""

    name = "appstore"
    stream = stream(name="our app", platform="appstore", kind=SourceKind.NEW, target="", places=("us/123456789",))
    exempt: ClassVar = {
        "a_removal_is_carried": "deleted reviews vanish from the feed without a word",
        "refused_credentials_are_told_apart": "there are no credentials",
        "the_last_call_of_a_quota_is_the_last": "Apple does not tell how often it may be asked",
    }
    page_size = appstore.PAGE_SIZE
    depth = appstore.PAGE_SIZE * appstore.DEEPEST
    says_when_edited = False
    says_when_posted = False
    impossible = SourceKind.SEARCH

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return appstore.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> appstore.Settings:
        values = {
            "api_url": self.server.url,
            "overlap_seconds": 600.0,  # a day's would reach over all that these tests publish
            "deepest": self.depth // appstore.PAGE_SIZE,
            "places": self.stream.places,
        }
        return appstore.Settings(**(values | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        now = self.clock()
        self._change(mention, lambda item: replace(item, text=text, at=now, edited_at=now))

    def is_listing(self, asked: Asked) -> bool:
        return True

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return Reply(status, message.encode())

    def reachable(self, published: list[MentionId]) -> set[MentionId]:
        return set(published[-self.depth :])

    def _new_id(self, at: datetime) -> str:
        return str(14_000_000_000 + len(self.items))

    def _list(self, asked: Asked) -> Reply:
        found = _PATH.fullmatch(asked.path)
        assert found is not None, "Apple answers 400 to such a path"
        number, deepest = int(found[1]), self.depth // self.page_size
        if number > deepest:
            return Reply(400, f"CustomerReviews RSS page depth is limited to {deepest}".encode())
        listed = [item for item in self._visible() if not item.gone]
        listed.sort(key=lambda item: (item.at, int(item.id)), reverse=True)
        page = [self._review(item) for item in listed[(number - 1) * self.page_size : number * self.page_size]]
        last = max(1, min(deepest, -(-len(listed) // self.page_size)))
        feed: dict[str, Any] = {
            "author": {"name": {"label": "iTunes Store"}},
            "link": [
                {"attributes": {"rel": "alternate", "href": "https://apps.apple.com/us/app/id123456789"}},
                {
                    "attributes": {
                        "rel": "last",
                        "href": f"https://itunes.apple.com/us/rss/page={last}/id=123456789/xml",
                    }
                },
            ],
        }
        if page:
            feed["entry"] = page if len(page) > 1 else page[0]
        return json_reply({"feed": feed}, headers=self.headers())

    def _review(self, item: Item) -> dict[str, Any]:
        return {
            "author": {
                "uri": {"label": f"https://itunes.apple.com/us/reviews/id{sum(item.author.encode())}"},
                "name": {"label": item.author},
                "label": "",
            },
            "updated": {"label": f"{item.at:%Y-%m-%dT%H:%M:%S}-00:00"},
            "im:rating": {"label": "1"},
            "im:version": {"label": "1.8.0"},
            "id": {"label": item.id},
            "title": {"label": item.text},
            "content": {"label": "", "attributes": {"type": "text"}},
            "link": {"attributes": {"rel": "related", "href": "https://itunes.apple.com/us/review?id=123456789"}},
            "im:voteSum": {"label": "0"},
            "im:voteCount": {"label": "0"},
        }
