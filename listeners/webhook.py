"""Posts that other programs deliver by a signed webhook: for platforms that have no module here.

Deliveries are signed as https://www.standardwebhooks.com says: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import CredentialsError, InputError, SettingsError
from domain.mention import Author, Mention, MentionId, Removal, mention_id
from domain.seams import Poll, Replier
from listeners.bodies import Body, Found, decode, in_order, reading, text_of
from listeners.settings import secret

NAME: Final = "webhook"

TRAINABLE: Final = False
"""Nobody knows whose texts they are."""

READS: Final = {SourceKind.INBOUND: ("places",)}

MOST_POSTS: Final = 100
"""A delivery has so many posts at most: they are classified while the sender waits."""

OLDEST: Final = timedelta(minutes=5)
"""A delivery whose time differs by more may be a recording that somebody sends again."""

_PREFIX: Final = "whsec_"

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """The secret that deliveries are signed with: `whsec_` and at least 24 random bytes in base64.

    Several with spaces between are each accepted, while a new one takes the place of an old one.
    """

    secret: str = field(default="", repr=False, metadata=secret("WEBHOOK_SECRET"))


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Refuse: deliveries come by themselves. Raises SettingsError."""
    del settings, clock
    raise SettingsError(
        f"The stream {stream.name} reads {stream.kind} of a webhook, which cannot be polled: use inbound."
    )


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: nothing is known of the platform behind."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """See that the secret can be used; return a sentence. Raises CredentialsError."""
    _keys(settings.secret)
    return "Deliveries are accepted that are signed with WEBHOOK_SECRET."


def verify(settings: Settings, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """See that a delivery was signed with our secret, not long ago. `headers` have lower-case names.

    Raises:
        CredentialsError: it was not; the message says what is wrong.
    """
    told = headers.get("webhook-timestamp", "")
    if not (told.isascii() and told.isdecimal()) or len(told) > 11:  # 12 digits are beyond the calendar
        raise _refused("the header webhook-timestamp is missing, or is no number of seconds since 1970")
    if abs(now - datetime.fromtimestamp(int(told), UTC)) > OLDEST:
        raise _refused(f"webhook-timestamp is more than {OLDEST.seconds // 60} minutes away from our clock")
    signed = f"{headers.get('webhook-id', '')}.{told}.".encode() + body
    wanted = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in _keys(settings.secret)]
    for signature in headers.get("webhook-signature", "").split():
        version, _, given = signature.partition(",")
        if version == "v1" and any(hmac.compare_digest(one, given.encode()) for one in wanted):
            return
    raise _refused("no signature of the header webhook-signature fits the body and WEBHOOK_SECRET")


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one delivery: `{"source": ..., "posts": [...]}`, see docs/platforms/webhook.md.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    delivery = decode(body, platform="the webhook")
    with reading("The delivery", delivery):
        source = text_of(delivery["source"])  # type: ignore[call-overload]
        posts = list(delivery["posts"])  # type: ignore[call-overload]
    if not source or "/" in source or any(letter.isspace() for letter in source):
        raise InputError("`source` is a short name of where the posts are from, without spaces and slashes.")
    if len(posts) > MOST_POSTS:
        raise InputError(f"A delivery has {MOST_POSTS} posts at most, and this has {len(posts)}: send several.")
    mentions, removals = [], []
    for post in posts:
        with reading("The post", post):
            if post.get("deleted") is True:
                removals.append(Removal(_id(source, post["id"]), seen_at))
            else:
                mentions.append(mention_from_post(post, source=source))
    return in_order(mentions, removals)


def mention_from_post(post: Payload, *, source: str) -> Mention:
    """Convert one post of a delivery. Raises KeyError, TypeError or ValueError where it is malformed."""
    own, author = _id(source, post["id"]), post["author"]
    url = text_of(post.get("url") or "")
    if url and not url.startswith(("https://", "http://")):
        raise ValueError("`url` is a whole address, as in https://example.com/post/1")
    handle = text_of(author.get("handle") or author["id"])
    followers = author.get("followers")
    return Mention(
        id=own,
        author=Author(
            platform=NAME,
            user_id=f"{source}/{text_of(author['id'])}",
            handle=handle,
            name=text_of(author.get("name") or handle),
            followers=None if followers is None else int(followers),
            verified=author.get("verified") is True,
            automated=author.get("automated") is True,
        ),
        text=text_of(post["text"]),
        url=url,
        posted_at=_moment(post["posted_at"]),
        thread_id=_id(source, post["thread"]) if post.get("thread") else own,
        reply_to=_id(source, post["reply_to"]) if post.get("reply_to") else None,
        language=text_of(post["language"]) if post.get("language") else None,
        edited_at=_moment(post["edited_at"]) if post.get("edited_at") else None,
    )


def _keys(written: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(one.removeprefix(_PREFIX), validate=True) for one in written.split()]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or any(len(key) < 24 for key in keys):
        raise CredentialsError(
            f"WEBHOOK_SECRET is not set, or is no {_PREFIX} with at least 24 bytes in base64: make one with "
            f'`echo "{_PREFIX}$(openssl rand -base64 32)"` and give the sender the same.',
            platform=NAME,
        )
    return keys


def _refused(why: str) -> CredentialsError:
    return CredentialsError(f"The delivery is refused: {why}.", platform=NAME)


def _id(source: str, number: object) -> MentionId:
    own = text_of(number) if isinstance(number, str) else str(int(str(number)))
    if not own or len(own) > 200:
        raise ValueError("an id has 1 to 200 characters")
    return mention_id(NAME, f"{source}/{own}")


def _moment(written: object) -> datetime:
    moment = datetime.fromisoformat(text_of(written))
    if moment.tzinfo is None:
        raise ValueError(f"{written} has no time zone: write it as 2026-11-25T08:30:00Z")
    return moment.astimezone(UTC)
