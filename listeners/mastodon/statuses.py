"""Posts of Mastodon, as its API writes them: statuses, alone or in timelines, notifications, searches and threads."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from domain.mention import Author, Mention, MentionId, mention_id
from listeners.bodies import Body, Found, decode, in_order, reading, text_of
from listeners.markup import plain

NAME: Final = "mastodon"
TITLE: Final = "Mastodon"

Payload = dict[str, Any]

# https://docs.joinmastodon.org/entities/Status/#visibility: the others are for followers, or for those named
_FOR_ALL: Final = frozenset({"public", "unlisted"})
_QUOTE: Final = '<p class="quote-inline">'
"""Where old apps are told the address of the post that is quoted."""


_PARTS: Final = ("ancestors", "statuses", "descendants")
"""Where a thread and a search hold posts."""


class Above(NamedTuple):
    """What a post answers, by the addresses that posts have on all instances."""

    parent: str | None
    root: str


FindAbove = Callable[[str, Above], Above]
"""Looks up what the post with this number answers; the second is what holds where that is not known."""


def id_of(uri: str) -> MentionId:
    """Make our id of a post, the same on whichever instance it is seen.

    An instance numbers what it knows for itself; lasting is a post's `uri` alone. It may be long, so it is hashed.
    """
    return mention_id(NAME, hashlib.sha256(uri.encode()).hexdigest()[:32])


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole answer: a timeline, notifications, a search, a thread or one status.

    What a post answers is known as far as that is in the same body. Posts that are not for all are left out.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    del seen_at
    statuses = statuses_of(body)
    uris, parents = {}, {}
    for status in statuses:
        with reading("The post", status):
            uris[str(status["id"])] = text_of(status["uri"])
            parents[str(status["id"])] = str(status.get("in_reply_to_id"))

    def above(number: str, alone: Above) -> Above:
        chain = [number]
        while (parent := parents[chain[-1]]) in uris and parent not in chain:
            chain.append(parent)
        return Above(uris[chain[1]], uris[chain[-1]]) if len(chain) > 1 else alone

    return in_order(mentions_from(statuses, above=above), ())


def statuses_of(body: Body) -> list[Payload]:
    """Return the posts of an answer. Raises InputError."""
    answer = decode(body, platform=TITLE)
    entries: list[Any] = answer if isinstance(answer, list) else [answer]
    if isinstance(answer, dict) and (parts := [answer[part] for part in _PARTS if part in answer]):
        with reading("The answer of Mastodon", answer):
            entries = [status for part in parts for status in part]
    statuses = []
    for entry in entries:
        with reading("The post", entry):
            if "content" in entry:
                statuses.append(entry)
            elif entry.get("status") is not None:
                statuses.append(entry["status"])
            elif "type" not in entry:
                raise KeyError("content")
    return statuses


def mentions_from(
    statuses: list[Payload], *, above: FindAbove, wanted: Callable[[str], bool] = lambda _: True
) -> list[Mention]:
    """Convert those posts that are for all and whose texts are wanted. Raises InputError."""
    mentions = []
    for status in statuses:
        with reading("The post", status):
            number, answered = str(status["id"]), Above(None, text_of(status["uri"]))
            if status["visibility"] not in _FOR_ALL or not wanted(_text(status.get("reblog") or status)):
                continue
        if status.get("in_reply_to_id") is not None:
            answered = above(number, answered)
        with reading("The post", status):
            mentions.append(mention_from_status(status, above=answered))
    return mentions


def mention_from_status(status: Payload, *, above: Above) -> Mention:
    """Convert a post, or the boost of one. Raises KeyError, TypeError or ValueError where it is malformed."""
    boosted = status.get("reblog")
    told = boosted or status
    return Mention(
        id=id_of(text_of(status["uri"])),
        author=author_of(status["account"]),
        text=_text(told),
        url=_address(told),
        posted_at=moment_of(status["created_at"]),
        thread_id=id_of(text_of(boosted["uri"]) if boosted else above.root),
        reply_to=None if above.parent is None or boosted else id_of(above.parent),
        repost_of=id_of(text_of(boosted["uri"])) if boosted else None,
        language=text_of(told.get("language") or "").partition("-")[0].casefold() or None,
        edited_at=moment_of(told["edited_at"]) if told.get("edited_at") else None,
        summons=() if boosted else _summons(status),
    )


def author_of(account: Payload) -> Author:
    """Return who an account is: its lasting id is its `uri`, as its number differs between instances."""
    followers = account.get("followers_count")
    return Author(
        platform=NAME,
        user_id=text_of(account.get("uri") or account["url"]),
        handle=handle_of(account),
        name=text_of(account.get("display_name") or account["username"]),
        followers=followers if isinstance(followers, int) and followers >= 0 else None,  # -1 where they are hidden
        automated=bool(account.get("bot")),
        url=text_of(account["url"]),
    )


def handle_of(account: Payload) -> str:
    """Return an account's whole address, as in `jane@social.example`; instances shorten those of their own."""
    name = text_of(account["acct"])
    return name if "@" in name else f"{name}@{urlsplit(text_of(account['url'])).netloc}"


def moment_of(written: object) -> datetime:
    """Read a time of the API. Raises ValueError or TypeError."""
    moment = datetime.fromisoformat(text_of(written))
    if moment.tzinfo is None:
        raise ValueError(f"a time is {written}, without a time zone")
    return moment.astimezone(UTC)


def _text(status: Payload) -> str:
    """Return the warning above a text, and the text, without the address of a quoted post."""
    before, quote, rest = text_of(status["content"]).partition(_QUOTE)
    markup = before + rest.partition("</p>")[2] if quote else before
    return "\n\n".join(filter(None, (text_of(status.get("spoiler_text") or "").strip(), plain(markup))))


def _address(status: Payload) -> str:
    for address in (status.get("url"), status["uri"]):
        if isinstance(address, str) and urlsplit(address).scheme in {"http", "https"}:
            return text_of(address)
    raise ValueError("its address does not lead into the web")


def _summons(status: Payload) -> tuple[str, ...]:
    """Return the addresses of those that a post names, and of the author whom it quotes."""
    quoted = ((status.get("quote") or {}).get("quoted_status") or {}).get("account")
    named = [handle_of(account) for account in (*(status.get("mentions") or ()), *([quoted] if quoted else ()))]
    return tuple({handle.casefold(): handle for handle in named}.values())
