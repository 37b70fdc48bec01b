"""Posts and accounts as Bluesky writes them: records, the API's views of them, and the events of a Jetstream."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from sandbox.world import Author, Post, World

POST = "app.bsky.feed.post"

Payload = dict[str, Any]

_HANDLE = re.compile(r"(?<![\w.])@([A-Za-z0-9_-]+(?:\.[A-Za-z0-9-]+)*)")
_TAG = re.compile(r"(?<!\w)#(\w*[^\W\d_]\w*)")
_LINK = re.compile(r"https?://[^\s|<>]+")


def time_us(moment: datetime) -> int:
    """Write a moment as Jetstream does, in Unix microseconds."""
    return int(moment.timestamp() * 1_000_000)


def stamp(moment: datetime) -> str:
    """Write a moment as records do."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def profile(author: Author) -> Payload:
    """Write an account as `app.bsky.actor.getProfiles` does."""
    verified = {"verification": {"verifiedStatus": "valid", "trustedVerifierStatus": "none", "verifications": []}}
    return {
        "did": author.id,
        "handle": author.handle,
        "displayName": author.name,
        "description": author.bio,
        "followersCount": author.followers,
        "followsCount": author.followers // 7,
        "createdAt": stamp(author.created_at),
        "labels": [],
    } | (verified if author.verified else {})


def view(post: Post, world: World) -> Payload:
    """Write a post as feeds show it."""
    shown = profile(post.author)
    return {
        "uri": _uri(post.id),
        "cid": _cid(post.id + post.text),
        "author": {key: shown[key] for key in ("did", "handle", "displayName", "labels")},
        "record": record(post, world),
        "replyCount": len(world.children(post.id)),
        "repostCount": 0,
        "likeCount": 0,
        "indexedAt": stamp(post.visible_at),
        "labels": [],
    }


def record(post: Post, world: World) -> Payload:
    """Write what the author's program stored."""
    written: Payload = {"$type": POST, "createdAt": stamp(post.posted_at), "langs": [post.lang], "text": post.text}
    if facets := _facets(post.text, world):
        written["facets"] = facets
    if post.reply_to:
        written["reply"] = {"root": _reference(post.thread), "parent": _reference(post.reply_to)}
    if post.quotes:
        written["embed"] = {"$type": "app.bsky.embed.record", "record": _reference(post.quotes)}
    return written


def event(post: Post, operation: str, world: World, *, at: datetime) -> Payload:
    """Write a change to a post as Jetstream sends it; `operation` is create, update or delete."""
    did, _, rkey = post.id.partition("/")
    commit: Payload = {"rev": rkey, "operation": operation, "collection": POST, "rkey": rkey}
    if operation != "delete":
        commit |= {"record": record(post, world), "cid": _cid(post.id + post.text)}
    return {"did": did, "time_us": time_us(at), "kind": "commit", "commit": commit}


def _facets(text: str, world: World) -> list[Payload]:
    """Mark handles of known accounts, tags and links, by their bytes."""
    named = [(match, world.author("bluesky", match[1])) for match in _HANDLE.finditer(text)]
    found = [(m, {"$type": "app.bsky.richtext.facet#mention", "did": a.id}) for m, a in named if a]
    found += [(m, {"$type": "app.bsky.richtext.facet#tag", "tag": m[1]}) for m in _TAG.finditer(text)]
    found += [(m, {"$type": "app.bsky.richtext.facet#link", "uri": m[0]}) for m in _LINK.finditer(text)]
    return [{"index": _bytes(text, match), "features": [feature]} for match, feature in found]


def _bytes(text: str, match: "re.Match[str]") -> dict[str, int]:
    start = len(text[: match.start()].encode())
    return {"byteStart": start, "byteEnd": start + len(match[0].encode())}


def _reference(post_id: str) -> Payload:
    return {"uri": _uri(post_id), "cid": _cid(post_id)}


def _uri(post_id: str) -> str:
    did, _, rkey = post_id.partition("/")
    return f"at://{did}/{POST}/{rkey}"


def _cid(text: str) -> str:
    return f"bafyrei{hashlib.sha256(text.encode()).hexdigest()[:52]}"
