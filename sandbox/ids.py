"""How each platform of the sandbox makes the ids of its accounts and posts."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Platform = Literal["x", "reddit", "bluesky", "hackernews", "rss"]

X_EPOCH_MS = 1288834974657
"""Where the clock of X's snowflake ids starts (4 November 2010), in Unix milliseconds."""

SEQUENCE_BITS = 22

_FIRST_COMMENT = int("nq00000", 36)
_FIRST_SUBMISSION = int("1p00000", 36)
_FIRST_ITEM = 41_000_000
_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
"""The digits of Bluesky's ids, which sort as numbers do: https://atproto.com/specs/tid"""


@dataclass(frozen=True, slots=True)
class NewPost:
    """What an id is made of: a snowflake as `order`, and how many posts the world has."""

    author_id: str
    order: int
    number: int
    is_answer: bool


@dataclass(frozen=True, slots=True)
class Ids:
    """How ids are made: of an account, from a snowflake of its own and its handle; of a post; by an edit."""

    account: Callable[[int, str], str]
    post: Callable[[NewPost], str]
    new_when_edited: bool = False


def snowflake(moment: datetime, sequence: int = 0) -> int:
    """Return the X id of `moment` and a sequence number that keeps ids of one millisecond apart."""
    since_epoch = int(moment.timestamp() * 1000) - X_EPOCH_MS
    return (since_epoch << SEQUENCE_BITS) | (sequence % (1 << SEQUENCE_BITS))


def base36(number: int) -> str:
    """Write a number as Reddit writes its ids."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def tid(order: int) -> str:
    """Write a snowflake as a Bluesky record's key: microseconds and a clock's number, in 13 digits."""
    micros = ((order >> SEQUENCE_BITS) + X_EPOCH_MS) * 1000 + order % 1000
    number = (micros << 10) | (order // 1000) % 1024
    return "".join(_BASE32[(number >> shift) & 31] for shift in range(60, -1, -5))


def _did(number: int, _handle: str) -> str:
    digest = int.from_bytes(hashlib.sha256(str(number).encode()).digest())
    return "did:plc:" + "".join(_BASE32[(digest >> shift) & 31] for shift in range(0, 120, 5))


def _fullname(new: NewPost) -> str:
    if new.is_answer:
        return f"t1_{base36(_FIRST_COMMENT + new.number)}"
    return f"t3_{base36(_FIRST_SUBMISSION + new.number)}"


IDS: Mapping[Platform, Ids] = {
    "x": Ids(account=lambda number, _: str(number), post=lambda new: str(new.order), new_when_edited=True),
    "reddit": Ids(account=lambda number, _: f"t2_{base36(number >> SEQUENCE_BITS)}", post=_fullname),
    "bluesky": Ids(account=_did, post=lambda new: f"{new.author_id}/{tid(new.order)}"),
    "hackernews": Ids(account=lambda _, handle: handle, post=lambda new: str(_FIRST_ITEM + new.number)),
    "rss": Ids(account=lambda _, handle: handle, post=lambda new: f"tag:telly-talk.example,2026:{new.number}"),
}
PLATFORMS = tuple(IDS)
