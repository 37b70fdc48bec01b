"""Bluesky and Reddit on a busy day, over a real socket: they charge nothing, so that all of it must be read."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import MentionId, mention_id
from tests.busy.feeds import Feed, Payload, comments_of_reddit, records_of_bluesky, says, text
from tests.flows.fakes import SetClock
from tests.listeners.fakes.jetstream import change, did_of, micros, record_of
from tests.replay import Asked, Frames, Reply, Server, json_reply

LISTED: Final = 1000
"""So many things a listing of Reddit has."""

_SUBMISSIONS: Final = 200
_ELSEWHERE_US: Final = 5_000_000
"""Something that is no post happens so often."""


class BusyBluesky:
    """A Jetstream of which every event is a post that a stream wants, and the profiles of who writes there."""

    def __init__(self, feed: Feed, *, clock: SetClock) -> None:
        self._feed, self._clock = feed, clock
        self.server = Server(self._answer)

    def id(self, number: int) -> MentionId:
        return mention_id("bluesky", f"{self._did(number)}/{number:013}")

    def number(self, mention: MentionId) -> int:
        return int(mention.rpartition("/")[2])

    def _did(self, number: int) -> str:
        return did_of(f"w{self._feed.writer(number)}")

    def _answer(self, asked: Asked) -> Reply:
        self.server.asked.clear()  # a day of them would be what grows
        if asked.path == "/subscribe":
            return self._events(int(asked.query["cursor"]))
        return json_reply({"profiles": [_profile(value) for name, value in asked.pairs if name == "actors"]})

    def _events(self, since_us: int) -> Reply:
        since, now = datetime.fromtimestamp(since_us / 1e6, UTC), self._clock()
        numbers = range(self._feed.before(since), self._feed.until(now))
        events = [self._event(number) for number in numbers]
        # What the rest of the network does all the time; the last of it comes next, so that all is told.
        others = [*range(since_us, micros(now), _ELSEWHERE_US), micros(now) + 1]
        events += [{"did": did_of("stranger"), "time_us": at, "kind": "identity", "identity": {}} for at in others]
        events.sort(key=lambda event: event["time_us"])
        return Frames(texts=tuple(map(json.dumps, events)))

    def _event(self, number: int) -> Payload:
        at = self._feed.at(number)
        said, template = says(number, records_of_bluesky(), "text")
        kept = {key: template[key] for key in ("facets", "langs") if key in template}
        record = record_of(text(number, said), at=at) | kept
        return change("create", did=self._did(number), rkey=f"{number:013}", at=at, record=record)


class BusyReddit:
    """The comments of a subreddit, and the submissions that they answer."""

    def __init__(self, feed: Feed, *, clock: SetClock) -> None:
        self._feed, self._clock = feed, clock
        self.server = Server(self._answer)

    def id(self, number: int) -> MentionId:
        return mention_id("reddit", f"t1_{_base36(number)}")

    def number(self, mention: MentionId) -> int:
        return int(mention.rpartition("_")[2], 36)

    def _answer(self, asked: Asked) -> Reply:
        self.server.asked.clear()
        if asked.path.endswith("/access_token"):
            token = {"access_token": "token-canary", "token_type": "bearer", "expires_in": 86_400, "scope": "*"}
            return json_reply(token)
        if asked.path.endswith("/api/info"):
            return self._listing([_submission(name) for name in asked.query["id"].split(",") if name[:3] == "t3_"])
        top = self._feed.until(self._clock())
        start = int(asked.query["after"].partition("_")[2], 36) if "after" in asked.query else top
        last = max(0, top - LISTED, start - int(asked.query["limit"]))
        numbers = range(start - 1, last - 1, -1)
        more = numbers and last > max(0, top - LISTED)
        return self._listing(
            [self._comment(number) for number in numbers], after=f"t1_{_base36(last)}" if more else None
        )

    def _listing(self, things: list[Payload], *, after: str | None = None) -> Reply:
        return json_reply({"kind": "Listing", "data": {"children": things, "after": after, "before": None}})

    def _comment(self, number: int) -> Payload:
        said, template = says(number, comments_of_reddit(), "body")
        own, thread, writer = _base36(number), f"s{number * 7919 % _SUBMISSIONS}", self._feed.writer(number)
        rewritten = {
            "id": own,
            "name": f"t1_{own}",
            "link_id": f"t3_{thread}",
            "parent_id": f"t3_{thread}",
            "author": f"writer{writer}",
            "author_fullname": f"t2_w{writer}",
            "body": text(number, said),
            "subreddit": "lumora",
            "permalink": f"/r/lumora/comments/{thread}/a_title/{own}/",
            "created_utc": float(int(self._feed.at(number).timestamp())),
            "edited": False,
            "replies": "",
            "removed_by_category": None,
        }
        return {"kind": "t1", "data": template | rewritten}


def _profile(did: str) -> dict[str, Any]:
    handle = did.rpartition(":")[2]
    return {"did": did, "handle": f"{handle}.example", "displayName": handle, "followersCount": 70, "labels": []}


def _submission(name: str) -> Payload:
    own = name.partition("_")[2]
    data = {
        "id": own,
        "name": name,
        "title": f"What do you think of it, part {own}",
        "selftext": "",
        "author": "opener",
        "author_fullname": "t2_opener",
        "subreddit": "lumora",
        "permalink": f"/r/lumora/comments/{own}/a_title/",
        "created_utc": 1_700_000_000.0,
        "edited": False,
    }
    return {"kind": "t3", "data": data}


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
