"""What a Bluesky post's record says: its text with whole links, whom it names, and which posts it answers or quotes.

Anybody writes records, with any program: what is malformed in one is read past, as far as a post remains.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import MentionId, mention_id
from listeners.bodies import text_of

NAME: Final = "bluesky"

POST: Final = "app.bsky.feed.post"
"""The collection of posts: https://atproto.blue/en/latest/atproto/atproto_client.models.app.bsky.feed.post.html"""

# https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
_LONGEST: Final = 3000
"""No program shows a post whose text has more bytes."""

_MENTION = "app.bsky.richtext.facet#mention"
_LINK = "app.bsky.richtext.facet#link"

Payload = dict[str, Any]


def id_of(did: str, rkey: str) -> MentionId:
    """Build a post's id of its author's id and its own key."""
    return mention_id(NAME, f"{did}/{rkey}")


def id_from_uri(uri: object) -> MentionId:
    """Read the id out of `at://did/app.bsky.feed.post/key`. Raises ValueError."""
    scheme, _, rest = text_of(uri).partition("://")
    did, _, path = rest.partition("/")
    collection, _, rkey = path.partition("/")
    if scheme != "at" or not did.startswith("did:") or collection != POST or not rkey:
        raise ValueError(f"{str(uri)[:80]} is no address of a post")
    return id_of(did, rkey)


def author_of(mention: MentionId) -> str:
    """Return the id of a post's author."""
    return mention.partition(":")[2].partition("/")[0]


def text_in(record: Payload) -> str:
    """Return the text, with whole links where it shows them shortened, and the address of a link card below it.

    Raises:
        KeyError, TypeError, ValueError: there is no text, or one too long to be shown.
    """
    raw, parts, at = text_of(record["text"]).encode(), [], 0
    if len(raw) > _LONGEST:
        raise ValueError(f"the text has {len(raw)} bytes")
    for start, end, feature in _features(record):
        uri = feature.get("uri")
        if feature.get("$type") == _LINK and isinstance(uri, str) and start >= at:
            parts += [_decoded(raw[at:start]), _whole(_decoded(raw[start:end]), text_of(uri))]
            at = end
    text = "".join((*parts, _decoded(raw[at:]))).strip()
    card = _part(_part(record, "embed"), "external").get("uri")
    return f"{text}\n\n{text_of(card)}".strip() if isinstance(card, str) and card not in text else text


def named_in(record: Payload) -> dict[str, str]:
    """Return the accounts that a post names: their ids, with the handles that its text shows."""
    raw, named = text_of(record["text"]).encode(), {}
    for start, end, feature in _features(record):
        did = feature.get("did")
        if feature.get("$type") == _MENTION and isinstance(did, str):
            named[did] = _decoded(raw[start:end]).removeprefix("@")
    return named


def quoted_in(record: Payload) -> MentionId | None:
    """Return the post that this one quotes."""
    quoted = _part(_part(record, "embed"), "record")
    return _linked(quoted if "uri" in quoted else _part(quoted, "record"))


def answered_by(record: Payload) -> tuple[MentionId, MentionId] | None:
    """Return the post that began the thread and the post that this one answers; None where it answers none."""
    reply = _part(record, "reply")
    root, parent = _linked(_part(reply, "root")), _linked(_part(reply, "parent"))
    return (root or parent, parent) if parent else None


def language_of(record: Payload) -> str | None:
    """Return the first language that the author's program names, as in `en`."""
    langs = record.get("langs")
    first = langs[0] if isinstance(langs, list) and langs else None
    return first.partition("-")[0].lower() if isinstance(first, str) and first else None


def posted_at(record: Payload, *, seen_at: datetime) -> datetime:
    """Return when the author's program says that the post was made, never later than the network saw it."""
    try:
        created = datetime.fromisoformat(record["createdAt"])
        created = created.replace(tzinfo=UTC) if created.tzinfo is None else created.astimezone(UTC)
    except (KeyError, OverflowError, TypeError, ValueError):
        return seen_at
    return min(created, seen_at)


def _features(record: Payload) -> Iterator[tuple[int, int, Payload]]:
    """Give the marked parts of a text in their order, as bytes from and to, with what each is."""
    facets = record.get("facets")
    found = []
    for facet in facets if isinstance(facets, list) else ():
        index = _part(facet, "index")
        start, end = index.get("byteStart"), index.get("byteEnd")
        features = facet.get("features") if isinstance(facet, dict) else None
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end and isinstance(features, list):
            found += [(start, end, feature) for feature in features if isinstance(feature, dict)]
    yield from sorted(found, key=lambda each: each[:2])


def _whole(shown: str, uri: str) -> str:
    """Return a link's address; words that are more than its shortened form stay before it."""
    short = shown.removesuffix("...").removesuffix("…")
    return uri if short and short.casefold() in uri.casefold() else f"{shown} ({uri})"


def _part(payload: object, key: str) -> Payload:
    part = payload.get(key) if isinstance(payload, dict) else None
    return part if isinstance(part, dict) else {}


def _linked(reference: Payload) -> MentionId | None:
    try:
        return id_from_uri(reference["uri"])
    except (KeyError, TypeError, ValueError):
        return None  # a list, a feed or something else that is no post


def _decoded(raw: bytes) -> str:
    return raw.decode(errors="replace")
