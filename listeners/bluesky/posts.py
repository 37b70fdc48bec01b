"""Bluesky's posts and accounts as Earshot's: from records, and from the views of the public API."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from domain.mention import Author, Mention
from listeners.bluesky.records import (
    NAME,
    Payload,
    answered_by,
    author_of,
    id_from_uri,
    id_of,
    language_of,
    named_in,
    posted_at,
    quoted_in,
    text_in,
)
from listeners.bodies import reading, text_of

TITLE: Final = "Bluesky"
SITE: Final = "https://bsky.app"

_BROKEN_HANDLE = "handle.invalid"
"""What the API says for a handle that does not lead back to its account: https://atproto.com/specs/handle"""

_REPOST = "app.bsky.feed.defs#reasonRepost"


def nameless(did: str) -> Author:
    """Return an account of which nothing but its id is known."""
    return Author(NAME, did, did, url=f"{SITE}/profile/{did}")


def author_from_view(view: Payload) -> Author:
    """Convert an account as the API shows it, in a profile or beside a post. Raises KeyError or TypeError."""
    did, handle = text_of(view["did"]), text_of(view["handle"])
    labels = [label for label in view.get("labels") or () if label.get("src") == did and not label.get("neg")]
    return Author(
        platform=NAME,
        user_id=did,
        handle=did if handle == _BROKEN_HANDLE else handle,
        name=text_of(view.get("displayName") or ""),
        followers=view.get("followersCount"),
        verified=(view.get("verification") or {}).get("verifiedStatus") == "valid",
        automated=any(label.get("val") == "bot" for label in labels),
        url=f"{SITE}/profile/{did}",
    )


def mention_from_record(
    record: Payload,
    *,
    rkey: str,
    author: Author,
    handles: Mapping[str, str],
    seen_at: datetime,
    edited_at: datetime | None = None,
) -> Mention:
    """Convert a post's record; `handles` are those of the accounts that it may call, by id.

    Raises:
        KeyError, TypeError, ValueError: it holds no post.
    """
    own = id_of(author.user_id, rkey)
    thread = answered_by(record)
    called = named_in(record)
    if quoted := quoted_in(record):
        called.setdefault(author_of(quoted), "")
    summons = (handles.get(did) or shown for did, shown in called.items())
    return Mention(
        id=own,
        author=author,
        text=text_in(record),
        url=f"{SITE}/profile/{author.user_id}/post/{rkey}",
        posted_at=posted_at(record, seen_at=seen_at),
        thread_id=thread[0] if thread else own,
        reply_to=thread[1] if thread else None,
        language=language_of(record),
        edited_at=edited_at,
        summons=tuple(dict.fromkeys(filter(None, summons))),
    )


def mention_from_view(view: Payload) -> Mention:
    """Convert a post as the API shows it. Raises KeyError, TypeError or ValueError."""
    author = author_from_view(view["author"])
    rkey = id_from_uri(view["uri"]).rpartition("/")[2]
    shown = (view.get("embed") or {}).get("record") or {}
    quoted = shown.get("author") or (shown.get("record") or {}).get("author") or {}
    handles = {text_of(quoted["did"]): text_of(quoted["handle"])} if "handle" in quoted else {}
    return mention_from_record(view["record"], rkey=rkey, author=author, handles=handles, seen_at=_moment(view))


def mentions_in(answer: Payload) -> list[Mention]:
    """Read the posts of a feed, a search or a look-up; reposts in an account's feed are others' posts, and left out.

    Raises:
        InputError: the answer is malformed; the message says where.
    """
    with reading("The answer of Bluesky", answer):
        items = answer["feed"] if "feed" in answer else [{"post": view} for view in answer["posts"]]
        views = [item["post"] for item in items if (item.get("reason") or {}).get("$type") != _REPOST]
    mentions = []
    for view in views:
        with reading("The post", view):
            mentions.append(mention_from_view(view))
    return mentions


def listed_at(item: Payload) -> datetime:
    """Return the time by which a feed sorts this item of it. Raises KeyError or ValueError."""
    reason = item.get("reason") or {}
    if "indexedAt" in reason:
        return _moment(reason)
    return posted_at(item["post"]["record"], seen_at=_moment(item["post"]))


def _moment(view: Payload) -> datetime:
    return datetime.fromisoformat(view["indexedAt"]).astimezone(UTC)
