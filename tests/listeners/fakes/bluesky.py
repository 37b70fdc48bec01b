"""A scripted Bluesky: a Jetstream, profiles and an account's feed, all of invented accounts."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import bluesky
from tests.builders import stream
from tests.listeners.fakes.jetstream import Event, change, did_of, micros, record_of
from tests.listeners.platforms import FakePlatform, HandClock, Item
from tests.replay import Asked, Frames, Reply, json_reply

KEPT = timedelta(hours=24)


class FakeBluesky(FakePlatform):
    """Jetstream sends what it kept, and then what the rest of the network does at that moment, so that all is told."""

    name = "bluesky"
    stream = stream(
        name="lumora on Bluesky", platform="bluesky", target="lumora, lumroa, later, late, prompt, long, text-canary"
    )
    exempt: ClassVar = {
        "refused_credentials_are_told_apart": "there are no credentials",
        "the_last_call_of_a_quota_is_the_last": "a stream has no quota that it could tell of",
    }
    impossible = SourceKind.NEW
    oldest_first = True

    def __init__(self, clock: HandClock) -> None:
        self.log: list[Event] = []
        self.break_at: int | None = None
        self.names: dict[str, dict[str, Any]] = {}
        super().__init__(clock)

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        pages = settings.pop("max_pages", None)
        if pages is not None:
            settings |= {"max_events": pages * self.page_size, "max_pages": pages}
        return bluesky.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> bluesky.Settings:
        values = {"jetstream_url": self.server.url, "api_url": self.server.url, "backfill_hours": 24.0}
        return bluesky.Settings(**(values | {"quiet_seconds": 0.5} | changes))

    def publish(
        self, text: str, *, author: str = "jane", ago: timedelta = timedelta(0), late: timedelta = timedelta(0)
    ) -> MentionId:
        super().publish(text, author=author, ago=ago, late=late)
        rkey = self.items[-1].id
        item = self.items[-1] = replace(self.items[-1], id=f"{did_of(author)}/{rkey}", first=f"{did_of(author)}/{rkey}")
        self.log.append(self._event("create", item, at=item.visible_at))
        return MentionId(f"{self.name}:{item.id}")

    def edit(self, mention: MentionId, text: str) -> None:
        self._change_item(mention, "update", text=text)

    def remove(self, mention: MentionId) -> None:
        self._change_item(mention, "delete", gone=True)

    def is_listing(self, asked: Asked) -> bool:
        return asked.path == "/subscribe" or asked.path.endswith("getAuthorFeed")

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return json_reply({"error": "InvalidRequest", "message": message}, status=status)

    def reachable(self, published: list[MentionId]) -> set[MentionId]:
        return set(published)

    def fail_after_a_page(self) -> None:
        self.break_at = self.page_size

    def feed_item(self, item: Item) -> dict[str, Any]:
        view = {
            "uri": f"at://{item.id.replace('/', '/app.bsky.feed.post/')}",
            "cid": "bafy",
            "author": self._profile(item.author),
            "record": record_of(item.text, at=item.at),
            "indexedAt": item.visible_at.isoformat(),
        }
        return {"post": view}

    def _change_item(self, mention: MentionId, operation: str, **changes: Any) -> None:
        self._change(mention, lambda item: replace(item, **changes))
        item = next(item for item in self.items if mention.endswith(item.id))
        self.log.append(self._event(operation, item, at=self.clock()))

    def _event(self, operation: str, item: Item, *, at: datetime) -> Event:
        did, _, rkey = item.id.partition("/")
        record = None if operation == "delete" else record_of(item.text, at=item.at)
        return change(operation, did=did, rkey=rkey, at=at, record=record)

    def _new_id(self, at: datetime) -> str:
        return f"{len(self.items):013}"

    def _list(self, asked: Asked) -> Reply:
        if asked.path != "/subscribe":
            return self._feed(asked)
        assert asked.query["wantedCollections"] == "app.bsky.feed.post"
        now = micros(self.clock()) + 1  # what happens next in the network
        if self.log and all(event["time_us"] != now or "identity" not in event for event in self.log):
            self.log.append({"did": did_of("stranger"), "time_us": now, "kind": "identity", "identity": {}})
        since = max(int(asked.query.get("cursor", now)), now - int(KEPT.total_seconds() * 1e6))
        told = sorted((event for event in self.log if since <= event["time_us"] <= now), key=lambda e: e["time_us"])
        cut, self.break_at = self.break_at, None
        return Frames(texts=tuple(map(json.dumps, told[:cut])), drop=cut is not None)

    def _feed(self, asked: Asked) -> Reply:
        found = [
            i for i in sorted(self._visible(), key=lambda i: i.at, reverse=True) if i.author == asked.query["actor"]
        ]
        start, limit = int(asked.query.get("cursor", "0")), int(asked.query["limit"])
        more = {"cursor": str(start + limit)} if len(found) > start + limit else {}
        return json_reply({"feed": [self.feed_item(i) for i in found[start : start + limit]]} | more)

    def _other(self, asked: Asked) -> Reply:
        assert asked.path == "/xrpc/app.bsky.actor.getProfiles", asked.path
        actors = [value for name, value in asked.pairs if name == "actors"]
        assert 1 <= len(actors) <= 25
        return json_reply({"profiles": [self._profile(actor.removeprefix("did:plc:")) for actor in actors]})

    def _profile(self, handle: str) -> dict[str, Any]:
        known = {
            "did": did_of(handle),
            "handle": handle,
            "displayName": handle.title(),
            "followersCount": 7,
            "labels": [],
        }
        return known | self.names.get(handle, {})
