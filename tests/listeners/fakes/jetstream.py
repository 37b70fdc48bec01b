"""Events as Jetstream sends them."""

from datetime import datetime
from typing import Any

Event = dict[str, Any]


def did_of(handle: str) -> str:
    return f"did:plc:{handle}"


def micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1e6)


def change(
    operation: str, *, did: str, rkey: str, at: datetime, record: dict[str, Any] | None = None, **more: Any
) -> Event:
    """An event about a post, as Jetstream sends it."""
    commit: Event = {"rev": "3l", "operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey}
    commit |= {} if record is None else {"record": record, "cid": "bafy"}
    return {"did": did, "time_us": micros(at), "kind": "commit", "commit": commit} | more


def record_of(text: str, *, at: datetime, **more: Any) -> dict[str, Any]:
    created = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": created, "langs": ["en"]} | more
