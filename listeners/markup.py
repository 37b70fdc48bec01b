"""Turning the HTML in which some platforms give their texts into plain text."""

import re
from html.parser import HTMLParser
from typing import Final

_PARAGRAPHS: Final = frozenset(
    "address article aside blockquote details div dl figcaption figure footer h1 h2 h3 h4 h5 h6 header hr main nav ol p "
    "pre section table ul".split()
)
_LINES: Final = frozenset({"br", "dd", "dt", "li", "tr"})
_UNSEEN: Final = frozenset({"iframe", "noscript", "object", "script", "style", "svg", "template"})

_BLANKS = re.compile(r"\s+")
_AROUND_LINES = re.compile(r"[ \t]*\n[ \t]*")
_EMPTY_LINES = re.compile(r"\n{3,}")


def plain(markup: str) -> str:
    """Return what a reader sees: paragraphs with an empty line between, links that were cut short in full, no markup."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Gathers the text. Blanks count as in a browser: one space, but in `pre`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._unseen: list[str] = []
        self._kept = 0
        self._link: tuple[str, int] | None = None

    def text(self) -> str:
        lines = _AROUND_LINES.sub("\n", "".join(self._parts))
        return _EMPTY_LINES.sub("\n\n", lines).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        self._kept += tag == "pre"
        self._break(tag)
        if tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self._parts))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        self._kept = max(0, self._kept - (tag == "pre"))
        if tag in _PARAGRAPHS:
            self._break(tag)
        if tag == "a" and self._link is not None:
            address, start = self._link
            self._link = None
            if _stands_for("".join(self._parts[start:]), address):
                self._parts[start:] = [address]

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(data if self._kept else _BLANKS.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._parts.append("\n\n")
        elif tag in _LINES:
            self._parts.append("\n")


def _stands_for(shown: str, address: str) -> bool:
    """Tell whether a link shows nothing but its own address, cut short with dots."""
    beginning = shown.strip().removesuffix("...").removesuffix("…")
    return len(beginning) > 3 and (address.startswith(beginning) or address.partition("://")[2].startswith(beginning))
