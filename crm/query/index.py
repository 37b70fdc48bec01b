"""Many queries and one post: an index of what must stand in a post for a query to be worth a look.

Each query hangs on anchors: words, beginnings of words, authors or sites of which a post that it means has one
at least. A post then costs one look-up for each of its words, and a test for the few queries that hang on one of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from crm.query.match import Document, compiled, sites_of, stem_of
from crm.query.words import bare_handle, bare_link, words_of
from domain.mention import Mention
from domain.query import And, Field, FieldName, Followers, Near, Not, Or, Phrase, Prefix, Query, Word

SHORTEST_STEM: Final = 3
"""A word that is cut off has so many letters at least: shorter beginnings would be in every post."""

_SHORT = 3
"""Words of so few letters are in many posts: a poor anchor."""


class Kind(StrEnum):
    """What an anchor is compared with."""

    WORD = "word"
    STEM = "stem"
    AUTHOR = "author"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something that a post must have."""

    kind: Kind
    text: str


Anchors = frozenset[Anchor]


def anchor_choices(query: Query) -> list[Anchors]:  # noqa: PLR0911 - one for each kind of node
    """Return the sets of which each alone will do: a post that the query means has one of its anchors at least.

    Empty where there is none: such a query would have to be tested on every post.
    """
    match query:
        case Word() | Phrase():
            return [frozenset({Anchor(Kind.WORD, word)}) for word in words_of(query.text)]
        case Prefix():
            return [frozenset({Anchor(Kind.STEM, stem_of(query))})]
        case Field(FieldName.AUTHOR, value):
            return [frozenset({Anchor(Kind.AUTHOR, bare_handle(value))})]
        case Field(FieldName.URL, value):
            return [frozenset({Anchor(Kind.SITE, bare_link(value).partition("/")[0])})]
        case Near():
            sides = (_one_of([anchor_choices(term) for term in side]) for side in (query.left, query.right))
            return [side for side in sides if side is not None]
        case And():
            return [choice for part in query.parts for choice in anchor_choices(part)]
        case Or():
            every = _one_of([anchor_choices(part) for part in query.parts])
            return [] if every is None else [every]
        case Not() | Field() | Followers():
            return []


def _one_of(alternatives: Iterable[list[Anchors]]) -> Anchors | None:
    """Take for each alternative the choice that is in the fewest posts; None where one has none."""
    taken: set[Anchor] = set()
    for choices in alternatives:
        if not choices:
            return None
        choice: Anchors = min(choices, key=_commonness)
        taken.update(choice)
    return frozenset(taken)


def _commonness(choice: Anchors) -> tuple[int, int, int]:
    """Order choices by how many posts may have one of them: short words are in many, few anchors in few."""
    short = sum(anchor.kind is Kind.STEM or len(anchor.text) <= _SHORT for anchor in choice)
    return short, len(choice), -min(len(anchor.text) for anchor in choice)


class QueryIndex:
    """Finds which of many queries mean a post. Queries are known by their place in the sequence."""

    def __init__(self, queries: Sequence[Query]) -> None:
        """Compile the queries; each needs an anchor, which `crm.query.parse` sees to."""
        choices = [anchor_choices(query) for query in queries]
        asked = Counter(anchor for each in choices for choice in each for anchor in choice)
        self._tests = [compiled(query) for query in queries]
        self._words: defaultdict[str, list[int]] = defaultdict(list)
        self._stems: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._authors: defaultdict[str, list[int]] = defaultdict(list)
        self._sites: defaultdict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(choices):
            if not each:
                raise ValueError(f"query {number} has no anchor: {queries[number]}")
            for anchor in min(each, key=lambda choice: _crowding(choice, asked)):
                self._hang(anchor, number)
        # A default dictionary would grow with every word that is looked up in it.
        self._words.default_factory = self._stems.default_factory = None
        self._authors.default_factory = self._sites.default_factory = None

    def _hang(self, anchor: Anchor, number: int) -> None:
        if anchor.kind is Kind.STEM:
            self._stems[anchor.text[:SHORTEST_STEM]].append((anchor.text, number))
            return
        {Kind.WORD: self._words, Kind.AUTHOR: self._authors, Kind.SITE: self._sites}[anchor.kind][anchor.text].append(
            number
        )

    def matching(self, mention: Mention) -> list[int]:
        """Return the queries that mean the post, in their order."""
        document = Document(mention)
        known, candidates = self._words, set[int]()
        for word in known.keys() & document.words:
            candidates.update(known[word])
        if self._stems:
            self._add_stems(document, candidates)
        if self._authors:
            candidates.update(self._authors.get(bare_handle(mention.author.handle), ()))
        if self._sites and document.links:
            for site in sites_of(document.links):
                candidates.update(self._sites.get(site, ()))
        if not candidates:
            return []
        tests = self._tests
        return [number for number in sorted(candidates) if tests[number](document)]

    def _add_stems(self, document: Document, candidates: set[int]) -> None:
        stems = self._stems
        for word in document.words:
            found = stems.get(word[:SHORTEST_STEM])
            if found is not None:
                candidates.update(number for stem, number in found if word.startswith(stem))


def _crowding(choice: Anchors, asked: Counter[Anchor]) -> tuple[int, int, int]:
    """Order choices so that few queries hang on each anchor, and these on rare words."""
    short, anchors, longest = _commonness(choice)
    return short, sum(asked[anchor] for anchor in choice) + anchors, longest
