"""What the author of a forum's post wrote: its HTML without quotes of others, previews of links, captions and icons."""

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote

from listeners.markup import plain

_ATTRIBUTES: Final = r"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+"""
_BOX: Final = re.compile(rf"<(/?)(aside|details|div)\b({_ATTRIBUTES})>", re.IGNORECASE)
_IMAGE: Final = re.compile(rf"<img\b({_ATTRIBUTES})>", re.IGNORECASE)
_LINK: Final = re.compile(rf"<a\b({_ATTRIBUTES})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([a-z-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""", re.IGNORECASE)

_LEFT_OUT: Final = {("aside", "quote"), ("details", "elided"), ("div", "meta")}
"""Quotes of other posts, what an answer by mail quotes, and the names and sizes of pictures."""


class Words(NamedTuple):
    """A text, and the names of those whom it names or quotes, each once."""

    text: str
    named: tuple[str, ...]


def own_words(cooked: str) -> Words:
    """Return what a post's author wrote. A preview becomes the address of what it shows, an emoji its name."""
    parts: list[str] = []
    named: list[str] = []
    at, inside, depth = 0, "", 0
    for tag in _BOX.finditer(cooked):
        closes, name = bool(tag[1]), tag[2].casefold()
        if inside:
            if name == inside:
                depth += -1 if closes else 1
            if depth == 0:
                inside, at = "", tag.end()
            continue
        given = {} if closes else _attributes(tag[3])
        classes = given.get("class", "").split()
        preview = name == "aside" and "onebox" in classes
        if not preview and not any((name, each) in _LEFT_OUT for each in classes):
            continue
        parts.append(cooked[at : tag.start()])
        parts.append(f"<p>{html.escape(given.get('data-onebox-src', ''))}</p>" if preview else "<p></p>")
        named += [given["data-username"]] if given.get("data-username") else []
        inside, depth = name, 1
    kept = "".join(parts) + ("" if inside else cooked[at:])
    named += _mentioned(kept)
    return Words(plain(_IMAGE.sub(_shown, kept)), tuple({name.casefold(): name for name in named}.values()))


def _mentioned(markup: str) -> Iterator[str]:
    for link in _LINK.finditer(markup):
        given = _attributes(link[1])
        _, user, name = given.get("href", "").rpartition("/u/")
        if user and "mention" in given.get("class", "").split():
            yield unquote(name)


def _shown(image: "re.Match[str]") -> str:
    given = _attributes(image[1])
    return html.escape(given.get("alt", "")) if "emoji" in given.get("class", "").split() else ""


def _attributes(written: str) -> dict[str, str]:
    return {name.casefold(): html.unescape(one or other) for name, one, other in _ATTRIBUTE.findall(written)}
