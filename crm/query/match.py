"""Whether a post is what a query means: queries compiled into closures over a text that is cut into words once."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crm.query.words import bare_handle, bare_link, is_marked, links_of, words_of
from domain.mention import Mention
from domain.query import And, Field, FieldName, Followers, Near, Not, Or, Phrase, Prefix, Query, Term, Word

Span = tuple[int, int]
"""The first and the last word of a place in a text."""


class Document:
    """A post cut into words; what few queries need is made when one asks.

    `marked` and `bare` are its words in their order, with their marks and without, `words` is both. `line` is the bare
    words with a space before and behind each.
    """

    __slots__ = ("_links", "_sorted", "bare", "line", "marked", "mention", "words")

    def __init__(self, mention: Mention) -> None:
        """Cut the post's text."""
        self.mention = mention
        self.marked = words_of(mention.text)
        text = mention.text
        plain = text.isascii() and "#" not in text and "@" not in text
        self.bare = self.marked if plain else [word[1:] if is_marked(word) else word for word in self.marked]
        self.words = set(self.bare) if plain else {*self.bare, *self.marked}
        self.line = f" {' '.join(self.bare)} "
        self._sorted: list[str] | None = None
        self._links: list[str] | None = None

    def places(self, word: str) -> list[int]:
        """Return where a word stands, with its mark or, if it has none, whether marked or not."""
        if word not in self.words:
            return []
        said = self.marked if is_marked(word) else self.bare
        found, at = [], -1
        for _ in range(said.count(word)):
            at = said.index(word, at + 1)
            found.append(at)
        return found

    def beginning(self, stem: str) -> list[str]:
        """Return the different words that begin so."""
        if self._sorted is None:
            self._sorted = sorted(self.words)
        start = end = bisect_left(self._sorted, stem)
        while end < len(self._sorted) and self._sorted[end].startswith(stem):
            end += 1
        return self._sorted[start:end]

    def stands(self, place: int, words: tuple[str, ...]) -> bool:
        """Tell whether these words stand side by side from this place on."""
        if place + len(words) > len(self.bare):
            return False
        return all(word in (self.bare[place + i], self.marked[place + i]) for i, word in enumerate(words))

    @property
    def links(self) -> list[str]:
        """The addresses in the text."""
        if self._links is None:
            may_lead = "://" in self.mention.text or " www " in self.line
            self._links = links_of(self.mention.text) if may_lead else []
        return self._links


Test = Callable[[Document], bool]
Find = Callable[[Document], list[Span]]


@lru_cache(maxsize=1024)
def matcher(query: Query) -> Callable[[Mention], bool]:
    """Compile a query into a test of posts; the same query is compiled once."""
    test = compiled(query)
    return lambda mention: test(Document(mention))


def compiled(query: Query) -> Test:  # noqa: PLR0911 - one for each kind of node
    """Compile a query into a test of texts that are cut already."""
    match query:
        case Word() | Phrase() | Prefix():
            return _term(query)
        case Near():
            return _near(query)
        case Field():
            return _FIELDS[query.name](query.value)
        case Followers():
            return _followers(query)
        case Not():
            part = compiled(query.part)
            return lambda document: not part(document)
        case And():
            return _all(query.parts)
        case Or():
            return _any(query.parts)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Parts of an And or Or by how they are tested: words, pieces of a text's line, and the rest, cheapest first."""

    words: frozenset[str]
    pieces: tuple[str, ...]
    tests: tuple[Test, ...]

    @classmethod
    def of(cls, parts: Sequence[Query]) -> "_Parts":
        """Sort and compile parts."""
        pieces = {part: piece for part in parts if (piece := _piece(part)) is not None}
        single = {part for part, piece in pieces.items() if isinstance(part, Word) and " " not in piece.strip()}
        rest = [compiled(part) for part in sorted(parts, key=_effort) if part not in pieces]
        return cls(
            frozenset(pieces[part].strip() for part in single),
            tuple(piece for part, piece in pieces.items() if part not in single),
            tuple(rest),
        )


def _piece(query: Query) -> str | None:
    """Return what stands in the line of exactly the texts that a term is in; None for what is told in another way."""
    if not isinstance(query, Word | Phrase | Prefix):
        return None
    words = words_of(query.stem if isinstance(query, Prefix) else query.text)
    if any(map(is_marked, words)):
        return None
    return f" {' '.join(words)}" if isinstance(query, Prefix) else f" {' '.join(words)} "


def _all(parts: Sequence[Query]) -> Test:
    """Look for all words at once, for pieces of the line, and then for the rest, the cheapest first."""
    sorted_parts = _Parts.of(parts)
    words, pieces, tests = sorted_parts.words, sorted_parts.pieces, sorted_parts.tests

    def all_hold(document: Document) -> bool:
        if not words <= document.words:
            return False
        for piece in pieces:
            if piece not in document.line:
                return False
        for test in tests:  # noqa: SIM110 - a generator takes twice as long
            if not test(document):
                return False
        return True

    return all_hold


def _any(parts: Sequence[Query]) -> Test:
    """Look for all words at once, for pieces of the line, and then for the rest, the cheapest first."""
    sorted_parts = _Parts.of(parts)
    words, pieces, tests = sorted_parts.words, sorted_parts.pieces, sorted_parts.tests
    if not (pieces or tests):
        return lambda document: not words.isdisjoint(document.words)

    def one_holds(document: Document) -> bool:
        if not words.isdisjoint(document.words):
            return True
        for piece in pieces:
            if piece in document.line:
                return True
        for test in tests:  # noqa: SIM110 - a generator takes twice as long
            if test(document):
                return True
        return False

    return one_holds


def _effort(query: Query) -> int:  # noqa: PLR0911 - one for each kind of node
    """Rank a part by what it costs to test, the cheapest first."""
    match query:
        case Word() | Followers():
            return 0
        case Field():
            return 3 if query.name is FieldName.URL else 0
        case Prefix():
            return 1
        case Phrase():
            return 2
        case Near():
            return 4
        case Not():
            return _effort(query.part)
        case And() | Or():
            return max(map(_effort, query.parts))


def _term(term: Term) -> Test:
    piece = _piece(term)
    if piece is not None and (isinstance(term, Prefix) or " " in piece.strip()):
        return lambda document: piece in document.line
    if isinstance(term, Prefix):
        stem = stem_of(term)
        return lambda document: bool(document.beginning(stem))
    words = tuple(words_of(term.text))
    if len(words) == 1:
        (word,) = words
        return lambda document: word in document.words
    return lambda document: any(document.stands(place, words) for place in document.places(words[0]))


def stem_of(prefix: Prefix) -> str:
    """Return the beginning that words are compared with."""
    (stem,) = words_of(prefix.stem)
    return stem


def _near(near: Near) -> Test:
    left, right, distance = _spans(near.left), _spans(near.right), near.distance
    has_right = _any(near.right)

    def close(document: Document) -> bool:
        if not has_right(document) or not (ours := left(document)):
            return False
        theirs = right(document)
        return _follows(ours, theirs, distance) or _follows(theirs, ours, distance)

    return close


def _follows(first: list[Span], second: list[Span], distance: int) -> bool:
    """Tell whether one of the second begins after one of the first ended, at most so many words on."""
    begins = sorted({start for start, _ in second})
    for end in {end for _, end in first}:
        at = bisect_left(begins, end + 1)
        if at < len(begins) and begins[at] - end <= distance:
            return True
    return False


def _spans(terms: tuple[Term, ...]) -> Find:
    finds = [_span(term) for term in terms]
    if len(finds) == 1:
        return finds[0]
    return lambda document: [span for find in finds for span in find(document)]


def _span(term: Term) -> Find:
    if isinstance(term, Prefix):
        stem = stem_of(term)
        return lambda document: [(place, place) for word in document.beginning(stem) for place in document.places(word)]
    words = tuple(words_of(term.text))
    first, last = words[0], len(words) - 1
    if last == 0:
        return lambda document: [(place, place) for place in document.places(first)]
    return lambda document: [(place, place + last) for place in document.places(first) if document.stands(place, words)]


def _followers(asked: Followers) -> Test:
    least, most = asked.least, asked.most

    def within(document: Document) -> bool:
        followers = document.mention.author.followers
        if followers is None:
            return False
        return (least is None or followers >= least) and (most is None or followers <= most)

    return within


def _author(value: str) -> Test:
    handle = bare_handle(value)
    return lambda document: bare_handle(document.mention.author.handle) == handle


def _language(value: str) -> Test:
    return lambda document: (document.mention.language or "").lower().partition("-")[0] == value


def _platform(value: str) -> Test:
    return lambda document: document.mention.platform == value


def _has(value: str) -> Test:
    del value  # a link is all there is
    return lambda document: bool(document.links)


def _is(value: str) -> Test:
    return IS[value]


IS: dict[str, Test] = {
    "repost": lambda document: document.mention.repost_of is not None,
    "reply": lambda document: document.mention.reply_to is not None,
    "verified": lambda document: document.mention.author.verified,
    "automated": lambda document: document.mention.author.automated,
}
"""What a post or its author may be."""


def _url(value: str) -> Test:
    wanted = bare_link(value)
    return lambda document: any(leads_to(link, wanted) for link in document.links)


def leads_to(link: str, wanted: str) -> bool:
    """Tell whether a bare link leads to a site, one of its subdomains, or below a page of it."""
    host, _, path = link.partition("/")
    site, _, page = wanted.partition("/")
    if host != site and not host.endswith(f".{site}"):
        return False
    return not page or path == page or path.startswith((f"{page}/", f"{page}?", f"{page}#"))


def sites_of(links: Iterable[str]) -> set[str]:
    """Return the sites that bare links lead to, each with those that it is a subdomain of."""
    sites: set[str] = set()
    for link in links:
        host = link.partition("/")[0][:255]
        labels = host.split(".")
        sites.update(".".join(labels[i:]) for i in range(len(labels)))
    return sites


_FIELDS: dict[FieldName, Callable[[str], Test]] = {
    FieldName.AUTHOR: _author,
    FieldName.LANG: _language,
    FieldName.PLATFORM: _platform,
    FieldName.HAS: _has,
    FieldName.IS: _is,
    FieldName.URL: _url,
}
