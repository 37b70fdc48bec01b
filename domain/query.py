"""A brand query as a typed tree, and what of it a platform can search. Texts are as typed; `crm.query` reads them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class FieldName(StrEnum):
    """What a field may ask of a post beside its words."""

    AUTHOR = "author"  # a handle, without @ or u/
    LANG = "lang"  # ISO 639-1, as the platform tells it
    PLATFORM = "platform"
    HAS = "has"  # link
    IS = "is"  # repost, reply, verified, automated
    URL = "url"  # a link in the text to this site or page


@dataclass(frozen=True, slots=True)
class Word:
    """One word, as in `lumora`; `#lumora` is the tag alone."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, as in `"price rise"`."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that begins so, as in `cancel*`."""

    stem: str


Term = Word | Phrase | Prefix
"""What stands in a text."""


@dataclass(frozen=True, slots=True)
class Near:
    """One of the left terms and one of the right ones, at most `distance` words apart (1: side by side), any first."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field and the one value that it asks for, in lower case."""

    name: FieldName
    value: str


@dataclass(frozen=True, slots=True)
class Followers:
    """The author's followers, both bounds inclusive; an author of whom they are not known is never meant."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two parts."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One at least of at least two parts."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but the part, which is no `Not` itself."""

    part: "Query"


Query = Term | Near | Field | Followers | And | Or | Not


def written(query: Query) -> str:  # noqa: PLR0911 - one for each kind of node
    """Write a query in its language, with no more parentheses than it needs; what is read from that is the same."""
    match query:
        case Word() if query.text.removeprefix("#").isalnum() and query.text.upper() not in {"AND", "OR", "NOT"}:
            return query.text
        case Word() | Phrase():
            return f'"{query.text}"'
        case Prefix():
            return f"{query.stem}*"
        case Near():
            return f"{_one_of(query.left)} NEAR/{query.distance} {_one_of(query.right)}"
        case Field():
            value = (
                query.value
                if all(not char.isspace() and char not in "()" for char in query.value)
                else f'"{query.value}"'
            )
            return f"{query.name.value}:{value}"
        case Followers():
            return _followers(query)
        case Not():
            inner = written(query.part)
            return f"-({inner})" if isinstance(query.part, And | Or | Near) else f"-{inner}"
        case And():
            return " ".join(f"({written(part)})" if isinstance(part, Or) else written(part) for part in query.parts)
        case Or():
            return " OR ".join(map(written, query.parts))


def size(query: Query) -> int:
    """Count the terms and fields of a query."""
    match query:
        case And() | Or():
            return sum(map(size, query.parts))
        case Not():
            return size(query.part)
        case Near():
            return len(query.left) + len(query.right)
    return 1


def negated(query: Query) -> Query:
    """Return what holds where the query does not."""
    return query.part if isinstance(query, Not) else Not(query)


def _one_of(terms: tuple[Term, ...]) -> str:
    inner = " OR ".join(map(written, terms))
    return f"({inner})" if len(terms) > 1 else inner


def _followers(asked: Followers) -> str:
    if asked.least is not None and asked.most is not None:
        return f"followers:{asked.least}..{asked.most}"
    return f"followers:>={asked.least}" if asked.least is not None else f"followers:<={asked.most}"


@dataclass(frozen=True, slots=True)
class NativeQuery:
    """One search of a platform: what it is asked, and what of the query it cannot tell, for the local matcher.

    `reads` is what the platform then brings, in our language: everything that this search is there for, and more.
    """

    text: str
    reads: Query
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Searches:
    """The searches of one platform that together bring all that a query means; or why there are none."""

    platform: str
    natives: tuple[NativeQuery, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SearchPlatforms:
    """What is known of the platforms' searches. `names` are all that a query may name.

    `searches` says what a platform would be asked; `cost_usd` what it takes for so many posts and authors of one day.
    """

    names: tuple[str, ...] = ()
    searches: Callable[[Query, str], Searches] = lambda _query, platform: Searches(platform)
    cost_usd: Callable[[str, int, int], Decimal] = lambda _platform, _posts, _authors: Decimal(0)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A version of a query that somebody saved under a name; the first is 1."""

    name: str
    version: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlatformTrial:
    """What a platform would be asked, and what it would have brought of the posts that are stored.

    `read` counts the posts that its searches bring, `kept` those that the query means. `monthly_usd` is for 30 days.
    """

    searches: Searches
    read: int = 0
    kept: int = 0
    monthly_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored post that the query means."""

    author: str
    platform: str
    text: str
    url: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class QueryTrial:
    """A query over the stored posts of one brand: `days` are the brand's own, every one of them, oldest first."""

    query: str
    brand: str
    days: tuple[tuple[date, int], ...]
    platforms: tuple[PlatformTrial, ...]
    samples: tuple[Sample, ...]
    looked_at: int
    found: int

    @property
    def monthly_usd(self) -> Decimal:
        """What reading it costs in 30 days, everywhere together."""
        return sum((each.monthly_usd for each in self.platforms), Decimal(0))


def parts_of(query: Query, kind: type[And] | type[Or]) -> Iterator[Query]:
    """Yield the parts of an And or Or, and of those of the same kind right inside it; anything else is its own part."""
    if isinstance(query, kind):
        for part in query.parts:
            yield from parts_of(part, kind)
    else:
        yield query
