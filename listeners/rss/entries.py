"""Reading the entries of an RSS or Atom document: many are not as the standards want, and are used all the same."""

import hashlib
import html
import io
import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from xml.parsers import expat

import feedparser

from domain.errors import InputError
from domain.mention import Author, Mention, MentionId, mention_id
from listeners.bodies import reading, text_of
from listeners.markup import plain

NAME: Final = "rss"

Payload = Any
"""feedparser's dictionaries: a feed, an entry, and what they hold."""

_FIRST_FEEDS: Final = datetime(1995, 1, 1, tzinfo=UTC)
"""No entry is so old: such a date is a program's fault."""

_LARGEST_BROKEN: Final = 1024 * 1024
"""Bytes of a document that is no XML and is read all the same: feedparser's time grows with the square of such."""

_MAIL = re.compile(r"(?<![^\s<(])[^\s<>()@]{1,80}@[^\s<>()@]{1,200}")
_EMPTY_BRACKETS = re.compile(r"<\s*>|\(\s*\)")
_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,200}encoding\s*=")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a document holds: its posts in its own order, and the times of those that are dated."""

    mentions: tuple[Mention, ...]
    dated: tuple[datetime, ...]


def read_feed(body: bytes, *, address: str, charset: str = "", seen_at: datetime) -> Feed:
    """Read a document that came from an address. `charset` counts where the document itself declares none.

    Raises:
        InputError: it is neither RSS nor Atom, or nothing of it can be read.
    """
    if len(body) > _LARGEST_BROKEN:
        _well_formed(body, address=address)
    kind = "application/xml" + (f"; charset={charset}" if charset and not _DECLARED.match(body) else "")
    # A stream, because feedparser would take bytes for the name of a file, and a text for an address to be fetched.
    document = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": kind, "content-location": address},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not document.get("version") and not document.entries:
        raise InputError(f"The document of {address.partition('?')[0]} is no feed: neither RSS nor Atom.")
    mentions, dated = [], []
    with reading("An entry of the feed", None):
        for entry in document.entries:
            mention = _mention(entry, document.feed, address=address, seen_at=seen_at)
            if mention.text:  # without title and text there is nothing to be read
                mentions.append(mention)
            if _date(entry, seen_at=seen_at) is not None:
                dated.append(mention.posted_at)
    return Feed(tuple(mentions), tuple(dated))


def _well_formed(body: bytes, *, address: str) -> None:
    try:
        expat.ParserCreate().Parse(body, True)  # noqa: FBT003  # the last part
    except (expat.ExpatError, LookupError, ValueError) as error:
        size = _LARGEST_BROKEN // 1024 // 1024
        where = address.partition("?")[0]
        raise InputError(f"The feed {where} is larger than {size} MB and not well-formed XML ({error}).") from error


def own_address(body: bytes) -> str:
    """Return the address that a document gives as its own, else its site's; "" where it gives none."""
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False).feed
    links = [link.get("href", "") for link in feed.get("links", ()) if link.get("rel") == "self"]
    return _web(*links, feed.get("link", ""))


def entry_id(address: str, own: str) -> MentionId:
    """Make the lasting id of an entry from its feed's address and its own id there.

    The address is part of it, because ids are unique within one feed only, and a feed could claim another one's. The
    scheme is not: a feed that moves to https stays the same.
    """
    parts = urlsplit(address)
    place = f"{parts.netloc.casefold()}{parts.path}?{parts.query}"
    return mention_id(NAME, hashlib.sha256(f"{place}\n{own}".encode()).hexdigest()[:32])


def _mention(entry: Payload, feed: Payload, *, address: str, seen_at: datetime) -> Mention:
    title, words = _plain(entry.get("title_detail")), _words(entry)
    text = words if words.startswith(title.rstrip("….")) else f"{title}\n\n{words}".strip()
    link = _web(entry.get("link", ""))
    content = hashlib.sha256(text.encode()).hexdigest()
    own = entry_id(address, text_of(entry.get("id") or link or content))
    posted = _date(entry, seen_at=seen_at)
    edited = _moment(entry, "updated", seen_at=seen_at)
    return Mention(
        id=own,
        author=_author(entry, feed, address=address),
        text=text,
        url=link or _web(feed.get("link", ""), address),
        posted_at=posted or _moment(feed, "updated", "published", seen_at=seen_at) or seen_at,
        thread_id=own,
        language=_language(entry, feed),
        edited_at=edited if posted and edited and edited > posted else None,
        dates_edits=edited is not None,
    )


def _words(entry: Payload) -> str:
    """Return the whole text where the feed gives it, else its summary."""
    for detail in (*entry.get("content", ()), entry.get("summary_detail")):
        if words := _plain(detail):
            return words
    return ""


def _plain(detail: Payload | None) -> str:
    if not detail:
        return ""
    value = text_of(detail.get("value") or "")
    return text_of(plain(value)) if "html" in (detail.get("type") or "") else value.strip()


def _author(entry: Payload, feed: Payload, *, address: str) -> Author:
    """Name who wrote an entry, else the feed. Feeds know no accounts: within a site, the name is the id."""
    detail = entry.get("author_detail") or {}
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    name = _name(text_of(entry.get("author") or detail.get("name") or ""))
    site = " ".join(_plain(feed.get("title_detail")).split()) or host
    who = f"{host}/{name.casefold()}" if name else host
    return Author(NAME, who, name or site, name=name or site, url=_web(detail.get("href", "")))


def _name(written: str) -> str:
    """Return the name in what RSS writes as `mail (name)` and others otherwise; the address is nobody's business."""
    mail = _MAIL.search(written)
    named = " ".join(_EMPTY_BRACKETS.sub("", _MAIL.sub("", html.unescape(written))).split())
    if named.startswith("(") and named.endswith(")"):
        named = named[1:-1].strip()
    return named or (mail[0].partition("@")[0] if mail else "")


def _language(entry: Payload, feed: Payload) -> str | None:
    """Return the two letters of the language that the text, or else the feed, is said to be in."""
    said = [detail.get("language") for detail in (*entry.get("content", ()), entry.get("summary_detail") or {})]
    code = str(next(filter(None, [*said, feed.get("language")]), "")).replace("_", "-").partition("-")[0].casefold()
    return code if len(code) == 2 and code.isalpha() else None


def _date(entry: Payload, *, seen_at: datetime) -> datetime | None:
    return _moment(entry, "published", "updated", "created", seen_at=seen_at)


def _moment(payload: Payload, *names: str, seen_at: datetime) -> datetime | None:
    """Return the first date that can be one, not later than when it was seen: the future has not been posted yet."""
    for name in names:
        parsed = dict.get(payload, f"{name}_parsed")  # feedparser's own would give another date for a missing one
        try:
            moment = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
        except (OverflowError, ValueError, OSError):
            moment = None
        if moment is not None and moment >= _FIRST_FEEDS:
            return min(moment, seen_at)
    return None


def _web(*addresses: str) -> str:
    """Return the first of these that leads into the web."""
    return next((text_of(each) for each in addresses if each.startswith(("https://", "http://"))), "")
