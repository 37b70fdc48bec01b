"""Turning the HTML in which some platforms give their texts into plain text, in time that grows with their length only.

The standard library's parser takes minutes for some 200 kB (`<a <a <a ...`), and feeds are written by anybody.
"""

import html
import re
from typing import Final

_PARAGRAPHS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "details", "div", "dl", "figcaption", "figure", "footer", "h1", "h2"}
    | {"h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"}
)
_LINES: Final = frozenset({"br", "dd", "dt", "li", "tr"})
_UNSEEN: Final = frozenset({"iframe", "noscript", "object", "script", "style", "svg", "template", "textarea", "title"})

_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE)
_DECLARATION = re.compile(r"<[!?][^<>]*+>")
_BLANKS = re.compile(r"\s+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def plain(markup: str) -> str:
    """Return what a reader sees: paragraphs with an empty line between, links cut short in full, no markup."""
    shown = _DECLARATION.sub("", without_comments(markup))
    parts: list[str] = []
    at, kept, unseen = 0, 0, ""
    link: tuple[str, int] | None = None
    for tag in _TAG.finditer(shown):
        closes, name = bool(tag[1]), tag[2].casefold()
        if not unseen:
            parts.append(_words(shown[at : tag.start()], kept=kept > 0))
        at = tag.end()
        if unseen:
            unseen = "" if closes and name == unseen else unseen
        elif name in _UNSEEN and not closes and not tag[3].endswith("/"):
            unseen = name
        elif name == "a":
            if link is not None:
                _complete(parts, *link)
            link = None if closes else (_address(tag[3]), len(parts))
        elif name in _LINES and not closes:
            parts.append("\n")
        elif name in _PARAGRAPHS:
            parts.append("\n\n")
            kept = max(0, kept + (-1 if closes else 1)) if name == "pre" else kept
    if not unseen:
        parts.append(_words(shown[at:], kept=kept > 0))
    lines = (line.strip(" \t") for line in "".join(parts).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def without_comments(markup: str) -> str:
    """Leave out comments; one that does not end reaches to the end."""
    first, *others = markup.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def _words(text: str, *, kept: bool) -> str:
    """Return the words of a stretch without tags; blanks count as in a browser: one space, where they are not kept."""
    words = html.unescape(text)
    return words if kept else _BLANKS.sub(" ", words)


def _address(attributes: str) -> str:
    found = _HREF.search(attributes)
    return html.unescape(next(filter(None, found.groups()), "")) if found else ""


def _complete(parts: list[str], address: str, start: int) -> None:
    """Put a link's address in the place of its text, where that shows nothing but the address cut short with dots."""
    beginning = "".join(parts[start:]).strip().removesuffix("...").removesuffix("…")
    if len(beginning) > 3 and address.removeprefix("https://").removeprefix("http://").startswith(
        beginning.removeprefix("https://").removeprefix("http://")
    ):
        parts[start:] = [address]
