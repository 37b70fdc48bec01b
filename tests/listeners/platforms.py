"""Scripted platforms on a real socket, one interface for all, with failures on demand and invented content."""

import base64
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import hackernews, reddit, x
from listeners.x.posts import id_at
from tests.builders import NOON, stream
from tests.replay import Asked, Reply, Server, json_reply

__all__ = [  # beside what is defined here
    "FakeAppStore",
    "FakeBluesky",
    "FakeDiscourse",
    "FakeGitHub",
    "FakeMastodon",
    "FakeRss",
    "FakeStackExchange",
    "FakeYouTube",
]

SECRETS = ("bearer-canary", "id-canary", "secret-canary", "token-canary")


class HandClock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass(frozen=True)
class Item:
    """A post on the platform. `id` is the platform's; on X `first` is the one of its first version."""

    id: str
    first: str
    text: str
    at: datetime
    visible_at: datetime
    author: str
    edited_at: datetime | None = None
    gone: bool = False


class FakePlatform:
    """What the fakes share: posts, the newest first, and the failures that come before the next answers.

    `exempt` names the promises of the contract that the platform cannot keep, each with the reason.
    """

    name: str
    stream: Stream
    exempt: ClassVar[dict[str, str]] = {}
    page_size = 100
    depth = 1000
    """How many posts a listing has at most, where it has a bound."""
    says_when_edited = True
    says_when_posted = True
    """Whether the time of a post stays what it was when the post is edited."""
    no_secrets: ClassVar[dict[str, str]] = {}
    """Settings without the secrets that reading needs."""
    impossible: SourceKind
    """A kind of stream that the platform has not."""
    oldest_first = False
    """Whether a poll that cannot read all gives the oldest posts, and not the newest, because it follows a stream."""
    credentials_fix = ""
    """A pattern for what people are told to mend."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.items: list[Item] = []
        self.failures: deque[Reply] = deque()
        self.headers: Callable[[], dict[str, str]] = dict
        self.server = Server(self._answer)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)

    def publish(
        self, text: str, *, author: str = "jane", ago: timedelta = timedelta(0), late=timedelta(0)
    ) -> MentionId:
        """Post something now or `ago`; `late` keeps it out of sight for so long after its time."""
        at = self.clock() - ago
        item_id = self._new_id(at)
        self.items.append(Item(item_id, item_id, text, at, at + late, author))
        return MentionId(f"{self.name}:{item_id}")

    def remove(self, mention: MentionId) -> None:
        self._change(mention, lambda item: replace(item, gone=True))

    def listed(self) -> list[Asked]:
        """Return the requests for listings so far."""
        return [asked for asked in self.server.asked if self.is_listing(asked)]

    def is_listing(self, asked: Asked) -> bool:
        raise NotImplementedError

    def out_of_quota(self, seconds: int) -> Reply:
        """Make the refusal of a call above the quota, which comes back in so many seconds."""
        return json_reply({"message": "slow down"}, status=429, headers={"retry-after": str(seconds)})

    def last_of_quota(self, seconds: int) -> dict[str, str]:
        """Return the headers of the last answer that the quota allows."""
        raise NotImplementedError

    def refuse_sign_in(self, status: int) -> None:
        """Refuse our credentials wherever they are shown, but in listings."""
        raise NotImplementedError

    def page_of(self, published: list[MentionId]) -> list[MentionId]:
        """Return those of these posts that a poll brings that reads only one page."""
        return published[: self.page_size] if self.oldest_first else published[-self.page_size :]

    def fail_after_a_page(self) -> None:
        """Fail once, when the first page of the next poll is read."""
        page, answer = iter((1, 2)), self._list
        self._list = lambda asked: Reply(500) if next(page, 3) == 2 else answer(asked)  # type: ignore[method-assign]

    def handle_of(self, author: str) -> str:
        """Return the handle under which an author is known."""
        return author

    def reachable(self, published: list[MentionId]) -> set[MentionId]:
        """Return which of these, published at one moment, a listing still reaches."""
        return set(published)

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        raise NotImplementedError

    def settings(self, **changes: Any) -> Any:
        raise NotImplementedError

    def refusal(self, status: int, message: str = "No.") -> Reply:
        raise NotImplementedError

    def edit(self, mention: MentionId, text: str) -> None:
        raise NotImplementedError

    def _new_id(self, at: datetime) -> str:
        raise NotImplementedError

    def _list(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def _other(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def _change(self, mention: MentionId, change: Callable[[Item], Item]) -> None:
        self.items = [change(i) if i.first == mention.partition(":")[2] else i for i in self.items]

    def _visible(self) -> list[Item]:
        return [item for item in self.items if item.visible_at <= self.clock()]

    def _answer(self, asked: Asked) -> Reply:
        if not self.is_listing(asked):
            return self._other(asked)
        return self.failures.popleft() if self.failures else self._list(asked)


class FakeX(FakePlatform):
    """Recent search, mentions and posts of @lumora. A removed post is named among the errors, as in a look-up."""

    name = "x"
    stream = stream()
    no_secrets: ClassVar = {"bearer_token": ""}
    impossible = SourceKind.NEW
    credentials_fix = "console.x.com|X_BEARER_TOKEN"

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return x.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> x.Settings:
        return x.Settings(**({"bearer_token": "bearer-canary", "api_url": self.server.url} | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        old = next(item for item in self.items if item.first == mention.partition(":")[2])
        self.items.remove(old)
        now = self.clock()
        self.items.append(replace(old, id=self._new_id(now), text=text, visible_at=now, edited_at=now))

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith(("/search/recent", "/counts/recent", "/mentions", "/tweets"))

    def out_of_quota(self, seconds: int) -> Reply:
        return json_reply({"message": "slow down"}, status=429, headers=self._reset(seconds))

    def last_of_quota(self, seconds: int) -> dict[str, str]:
        return {"x-rate-limit-remaining": "0", **self._reset(seconds)}

    def _reset(self, seconds: int) -> dict[str, str]:
        return {"x-rate-limit-reset": str(int(self.clock().timestamp()) + seconds)}

    def refuse_sign_in(self, status: int) -> None:
        self._other = lambda asked: self.refusal(status)  # type: ignore[method-assign]

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return json_reply({"title": message, "detail": message, "status": status}, status=status)

    def _new_id(self, at: datetime) -> str:
        return str(id_at(at) + len(self.items) + 1)

    def _other(self, asked: Asked) -> Reply:
        if asked.path.endswith("/lumora") or asked.path.endswith("/me"):
            return json_reply({"data": {"id": "900", "username": "lumora", "name": "Lumora"}})
        return json_reply({"errors": [{"detail": "Could not find user.", "resource_type": "user", "value": "nobody"}]})

    def _list(self, asked: Asked) -> Reply:
        query = asked.query
        token = query.get("next_token") or query.get("pagination_token")
        above, below = int(query.get("since_id", "0")), int(token or query.get("until_id") or 1 << 63)
        found = [i for i in sorted(self._visible(), key=lambda i: -int(i.id)) if above < int(i.id) < below]
        page = found[: int(query["max_results"])]
        posts = [i for i in page if not i.gone]
        meta = {"result_count": len(posts)} | ({"next_token": page[-1].id} if len(found) > len(page) else {})
        body: dict[str, Any] = {"meta": meta}
        if posts:
            body["data"] = [self._post(i) for i in posts]
            body["includes"] = {"users": [self._user(handle) for handle in sorted({i.author for i in posts})]}
        if gone := [i for i in page if i.gone]:
            body["errors"] = [self._problem(i) for i in gone]
        return json_reply(body, headers=self.headers())

    def _post(self, item: Item) -> dict[str, Any]:
        return {
            "id": item.id,
            "edit_history_tweet_ids": sorted({item.first, item.id}, key=int),
            "author_id": str(sum(item.author.encode())),
            "conversation_id": item.id,
            "created_at": f"{item.edited_at or item.at:%Y-%m-%dT%H:%M:%S}.000Z",
            "lang": "en",
            "text": item.text,
        }

    def _user(self, handle: str) -> dict[str, Any]:
        number = str(sum(handle.encode()))
        return {"id": number, "username": handle, "name": handle.title(), "public_metrics": {"followers_count": 7}}

    def _problem(self, item: Item) -> dict[str, Any]:
        return {
            "resource_type": "tweet",
            "resource_id": item.id,
            "type": "https://api.twitter.com/2/problems/resource-not-found",
        }


class FakeReddit(FakePlatform):
    """The new submissions of r/lumora, or its comments."""

    name = "reddit"
    stream = stream(name="r/lumora", platform="reddit", kind=SourceKind.NEW, target="", places=("lumora",))
    no_secrets: ClassVar = {"client_secret": ""}
    impossible = SourceKind.QUOTES
    credentials_fix = "REDDIT_CLIENT_ID"

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return reddit.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> reddit.Settings:
        values = {
            "client_id": "id-canary",
            "client_secret": "secret-canary",
            "user_agent": "python:earshot:0.1.0 (by /u/nobody)",
            "oauth_url": self.server.url,
            "reddit_url": self.server.url,
        }
        return reddit.Settings(**(values | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text, edited_at=self.clock()))

    def is_listing(self, asked: Asked) -> bool:
        return not asked.path.endswith("/access_token")

    def last_of_quota(self, seconds: int) -> dict[str, str]:
        return {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "1000", "x-ratelimit-reset": str(seconds)}

    def refuse_sign_in(self, status: int) -> None:
        self._other = lambda asked: self.refusal(status)  # type: ignore[method-assign]

    def handle_of(self, author: str) -> str:
        """Return the handle under which an author is known."""
        return author

    def reachable(self, published: list[MentionId]) -> set[MentionId]:
        return set(sorted(published)[-self.depth :])

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return json_reply({"message": message, "error": status}, status=status)

    def _new_id(self, at: datetime) -> str:
        return f"t3_{len(self.items):05x}"

    def _other(self, asked: Asked) -> Reply:
        wanted = "Basic " + base64.b64encode(b"id-canary:secret-canary").decode()
        if asked.headers.get("Authorization") != wanted:
            return self.refusal(401)
        return json_reply({"access_token": "token-canary", "token_type": "bearer", "expires_in": 3600, "scope": "*"})

    def _list(self, asked: Asked) -> Reply:
        found = sorted(self._visible(), key=lambda i: (i.at, i.id), reverse=True)[: self.depth]
        ids = [i.id for i in found]
        after = asked.query.get("after")
        start = 0 if after is None else ids.index(after) + 1 if after in ids else len(ids)
        page = found[start : start + int(asked.query["limit"])]
        more = page and start + len(page) < len(found)
        data = {"children": [self._thing(i) for i in page], "after": page[-1].id if more else None, "before": None}
        return json_reply({"kind": "Listing", "data": data}, headers=self.headers())

    def _thing(self, item: Item) -> dict[str, Any]:
        name = item.id.partition("_")[2]
        author = (
            {"author": "[deleted]"} if item.gone else {"author": item.author, "author_fullname": f"t2_{item.author}"}
        )
        return {
            "kind": "t3",
            "data": {
                **({"author": "[deleted]"} if item.gone else author),
                "name": item.id,
                "id": name,
                "title": item.text,
                "selftext": "[removed]" if item.gone else "",
                "subreddit": "lumora",
                "permalink": f"/r/lumora/comments/{name}/a_title/",
                "created_utc": float(int(item.at.timestamp())),
                "edited": item.edited_at.astimezone(UTC).timestamp() if item.edited_at else False,
            },
        }


class FakeHackerNews(FakePlatform):
    """Algolia's search by date. A story each; what is gone is simply not listed any more."""

    name = "hackernews"
    stream = stream(name="lumora on HN", platform="hackernews")
    exempt: ClassVar = {
        "a_removal_is_carried": "deleted posts vanish from the search without a word",
        "refused_credentials_are_told_apart": "there are no credentials",
        "the_last_call_of_a_quota_is_the_last": "Algolia does not tell how much of the quota is left",
        "a_cursor_beyond_reach_is_told_once_and_the_next_poll_goes_on": "the search reaches back to 2006",
    }
    says_when_edited = False
    impossible = SourceKind.NEW

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return hackernews.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> hackernews.Settings:
        return hackernews.Settings(**({"api_url": self.server.url} | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text))

    def is_listing(self, asked: Asked) -> bool:
        return True

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return json_reply({"message": message, "status": status}, status=status)

    def _new_id(self, at: datetime) -> str:
        return str(40_000_000 + len(self.items))

    def _list(self, asked: Asked) -> Reply:
        bounds = [
            re.fullmatch(r"created_at_i([<>])=(\d+)", each)
            for each in asked.query.get("numericFilters", "").split(",")
            if each
        ]
        found = [i for i in self._visible() if not i.gone and all(self._within(i, bound) for bound in bounds)]
        found.sort(key=lambda i: (i.at, int(i.id)), reverse=True)
        size, page = int(asked.query["hitsPerPage"]), int(asked.query.get("page", "0"))
        reached = found[: self.depth][size * page :]
        return json_reply({"hits": [self._hit(i) for i in reached[:size]], "nbHits": len(found), "page": page})

    def _within(self, item: Item, bound: "re.Match[str] | None") -> bool:
        assert bound is not None, "Algolia answers 400 to such a filter"
        second, limit = int(item.at.timestamp()), int(bound[2])
        return second >= limit if bound[1] == ">" else second <= limit

    def _hit(self, item: Item) -> dict[str, Any]:
        return {
            "objectID": item.id,
            "_tags": ["story", f"author_{item.author}", f"story_{item.id}"],
            "author": item.author,
            "created_at_i": int(item.at.timestamp()),
            "title": item.text,
            "story_text": None,
            "story_id": int(item.id),
        }


from tests.listeners.fakes.appstore import FakeAppStore  # noqa: E402  # they build on what stands above
from tests.listeners.fakes.bluesky import FakeBluesky  # noqa: E402
from tests.listeners.fakes.discourse import FakeDiscourse  # noqa: E402
from tests.listeners.fakes.github import FakeGitHub  # noqa: E402
from tests.listeners.fakes.mastodon import FakeMastodon  # noqa: E402
from tests.listeners.fakes.rss import FakeRss  # noqa: E402
from tests.listeners.fakes.stackexchange import FakeStackExchange  # noqa: E402
from tests.listeners.fakes.youtube import FakeYouTube  # noqa: E402

FAKES: dict[str, type[FakePlatform]] = {
    "appstore": FakeAppStore,
    "bluesky": FakeBluesky,
    "discourse": FakeDiscourse,
    "github": FakeGitHub,
    "hackernews": FakeHackerNews,
    "mastodon": FakeMastodon,
    "reddit": FakeReddit,
    "rss": FakeRss,
    "stackexchange": FakeStackExchange,
    "x": FakeX,
    "youtube": FakeYouTube,
}


def garbage() -> dict[str, Reply]:
    """Answers that no platform gives, by what is wrong with them."""
    return {
        "empty body": Reply(),
        "a proxy's page": Reply(body=b"<html>It works!</html>", headers={"Content-Type": "text/html"}),
        "half a body": Reply(body=b'{"data": [{"id": "1'),
        "another encoding": Reply(body=b"\xff\xfe{"),
        "null": json_reply(None),
        "a number": json_reply(7),
        "an array": json_reply([1, 2]),
        "an object of something else": json_reply({"ok": True}),
        "posts that are numbers": json_reply({"data": [1], "meta": {}, "kind": "Listing"}),
        "a post without anything": json_reply({"data": [{"text": "x"}], "meta": {}}),
        "children without data": json_reply({"kind": "Listing", "data": {"children": [{"kind": "t3"}]}}),
        "deep nesting": Reply(body=json.dumps([]).encode()[:1] * 200_000),
        "a refusal that is an array": json_reply(["no"], status=500),
        "a refusal that is a page": Reply(503, b"<html>503</html>"),
    }
