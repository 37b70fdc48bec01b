"""The query languages of the platforms' searches, compiled into a function that says whether a post matches.

X and Reddit share the shape (words, "phrases", OR, parentheses, negation, field:value); each gives the meaning of its
terms through a `Leaf`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.world import Post

Match = Callable[[Post], bool]


@dataclass(frozen=True, slots=True)
class Term:
    """One term: `lumora`, `"price rise"`, `from:lumora`. `position` counts from 1 as in X's messages."""

    field: str
    value: str
    quoted: bool
    negated: bool
    position: int


Leaf = Callable[[Term], Match]


class QueryError(ValueError):
    """A query that the platform would refuse; the message names the position."""


_TOKEN = re.compile(
    r"""\s*(?: (?P<open>-?\() | (?P<close>\))
      | (?P<minus>-)? (?: (?P<field>[a-z_]+): )? (?: "(?P<phrase>[^"]*)" | (?P<word>[^\s()"]+) ) )""",
    re.VERBOSE,
)


def compile_query(query: str, leaf: Leaf, *, lucene: bool = False) -> Match:
    """Compile a query. With `lucene`, AND and NOT are words of the language, as on Reddit.

    Raises:
        QueryError: it does not parse, or a leaf refused a term.
    """
    return _Parser(query, leaf, lucene=lucene).parse()


def says(text: str) -> Callable[[str], bool]:
    """Return a test for a word or phrase, in any case, not inside a longer Latin word (`Lumora` is in `Lumoraの`)."""
    pattern = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(text)}(?![A-Za-z0-9_])", re.IGNORECASE)
    return lambda content: pattern.search(content) is not None


class _Parser:
    def __init__(self, query: str, leaf: Leaf, *, lucene: bool) -> None:
        self._query = query
        self._leaf = leaf
        self._lucene = lucene
        self._at = 0

    def parse(self) -> Match:
        match = self._alternatives(negated=False)
        if self._query[self._at :].strip():
            raise QueryError(f"extraneous input at character {self._query[self._at :].strip()[0]!r}{self._here()}")
        return match

    def _here(self) -> str:
        return f" (at position {self._at + 1})"

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._query, self._at)

    def _take_keyword(self, *keywords: str) -> bool:
        token = self._peek()
        if token and token["word"] in keywords and not (token["minus"] or token["field"]):
            self._at = token.end()
            return True
        return False

    def _alternatives(self, *, negated: bool) -> Match:
        options = [self._sequence(negated=negated)]
        while self._take_keyword("OR"):
            options.append(self._sequence(negated=negated))
        return options[0] if len(options) == 1 else lambda post: any(option(post) for option in options)

    def _sequence(self, *, negated: bool) -> Match:
        parts: list[Match] = []
        while (token := self._peek()) and not token["close"] and token["word"] != "OR":
            if self._lucene and self._take_keyword("AND"):
                continue
            parts.append(self._unary(negated=negated))
        if not parts:
            raise QueryError(f"no viable alternative{self._here()}")
        return parts[0] if len(parts) == 1 else lambda post: all(part(post) for part in parts)

    def _unary(self, *, negated: bool) -> Match:
        if self._lucene and self._take_keyword("NOT"):
            inner = self._unary(negated=not negated)
            return lambda post: not inner(post)
        token = self._peek()
        if token is None:
            raise QueryError(f"no viable alternative{self._here()}")
        position = token.end() - len(token[0].lstrip()) + 1
        self._at = token.end()
        if token["open"]:
            group = self._group(negated=negated != token["open"].startswith("-"))
            return (lambda post: not group(post)) if token["open"].startswith("-") else group
        minus = token["minus"] is not None
        phrase = token["phrase"]
        value = token["word"] if phrase is None else phrase
        match = self._leaf(Term(token["field"] or "", value, phrase is not None, negated != minus, position))
        return (lambda post: not match(post)) if minus else match

    def _group(self, *, negated: bool) -> Match:
        match = self._alternatives(negated=negated)
        token = self._peek()
        if token is None or not token["close"]:
            raise QueryError(f"missing ')' at '<EOF>'{self._here()}")
        self._at = token.end()
        return match
