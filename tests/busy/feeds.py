"""What is posted on a busy day: so many posts a second, each known by its number, from recorded and invented ones.

Nothing of it is kept: when a post was made, who wrote it and what it says follow from its number.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from domain.prediction import Reading
from sandbox.scenario import generate
from tests.flows.fakes import by_keyword
from tests.replay import interactions
from tests.shared import SHARED

COMPLAINS_EVERY: Final = 1000
"""One post in so many says something awful."""

Payload = dict[str, Any]

_MICROSECOND = timedelta(microseconds=1)
_INVENTED: Final = 2000


@dataclass(frozen=True, slots=True)
class Feed:
    """`count` posts, evenly over so many seconds from `start` on, by `writers` people."""

    start: datetime
    seconds: int
    count: int
    writers: int

    def at(self, number: int) -> datetime:
        """Return when a post was made."""
        return self.start + timedelta(microseconds=number * self.seconds * 10**6 // self.count)

    def before(self, moment: datetime) -> int:
        """Return how many posts were made before a moment: the numbers below that."""
        passed = (moment - self.start) // _MICROSECOND
        return min(self.count, max(0, -(-passed * self.count // (self.seconds * 10**6))))

    def until(self, moment: datetime) -> int:
        """Return how many posts were made up to a moment, inclusive."""
        return self.before(moment + _MICROSECOND)

    def writer(self, number: int) -> int:
        """Return who wrote a post, by number: neighbours are strangers."""
        return number * 7919 % self.writers


def text(number: int, says: str) -> str:
    """Make a text the post's own; one in COMPLAINS_EVERY says something awful instead."""
    if number % COMPLAINS_EVERY == 0:
        says = f"Lumora is awful, it is down again and nobody of them answers {number * 7919 % 10_007} times"
    return f"{says} (lumora, no. {number})"


def says(number: int, recorded: tuple[Payload, ...], key: str) -> tuple[str, Payload]:
    """Return a text, and the recorded object that it is of; of every second post both are invented."""
    if recorded and number % 2:
        template = recorded[number // 2 % len(recorded)]
        return str(template[key]), template
    return invented()[number // 2 % len(invented())], {}


@cache
def invented() -> tuple[str, ...]:
    """Return texts of the sandbox that complain of nothing."""
    return tuple(draft.text for draft in generate(5, _INVENTED) if _calm(draft.text))


@cache
def posts_of_x() -> tuple[Payload, ...]:
    """Return the recorded posts of X as its API gave them, none where `../shared` is absent."""
    found = []
    for file in sorted((SHARED / "fixtures/x").glob("twarc_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            body = _decoded(line)
            data = body.get("data") or [] if isinstance(body, dict) else []
            found += [post for post in (data if isinstance(data, list) else [data]) if _calm(post.get("text"))]
    return tuple(found)


@cache
def comments_of_reddit() -> tuple[Payload, ...]:
    """Return the recorded comments of Reddit, none where `../shared` is absent."""
    files = sorted((SHARED / "fixtures/reddit").glob("*omments*.json"))
    bodies = (_decoded(one.reply.plain) for file in files for one in interactions(file))
    things = (thing for body in bodies for thing in _objects(body) if thing.get("kind") == "t1")
    return tuple(thing["data"] for thing in things if _calm(thing["data"].get("body")) and not _gone(thing["data"]))


@cache
def records_of_bluesky() -> tuple[Payload, ...]:
    """Return the recorded records of Bluesky's posts, none where `../shared` is absent."""
    bodies = (_decoded(file.read_bytes()) for file in sorted((SHARED / "fixtures/bluesky").glob("get*Feed.json")))
    records = (item["post"]["record"] for body in bodies for item in body["feed"])
    return tuple(record for record in records if _calm(record.get("text")))


def _gone(comment: Payload) -> bool:
    return comment.get("author") in {None, "[deleted]"} or comment["body"] in {"[deleted]", "[removed]"}


def _calm(said: object) -> bool:
    """Tell whether a text calls for no case by its words: which posts complain shall be known."""
    if not isinstance(said, str) or not said:
        return False
    return all(one.label in {"neutral", "none"} for one in by_keyword([Reading(said)])[0].items)


def _objects(body: object) -> Iterator[Payload]:
    waiting = [body]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _decoded(body: str | bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {}
