"""What of a query a platform can search: the widest search that its syntax can say, split where it grows too long.

Whatever a platform cannot tell is left out, so that its searches together bring all that the query means, and more; the
local matcher, which judges every post that comes, does the rest.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from domain.errors import InputError
from domain.query import (
    And,
    Field,
    FieldName,
    NativeQuery,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Word,
    negated,
    parts_of,
    written,
)

MOST_SEARCHES: Final = 20
"""One query becomes so many searches of a platform at most: each is polled by itself."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A platform's search syntax. `write` says a word, phrase or field in it, and None what it cannot say exactly.

    `limit` is the longest search, counted by `length`. `either` joins alternatives; "" where the syntax has no OR. With
    `minus` it takes things out; `narrowing` are fields that cannot stand without a word beside them.
    """

    write: Callable[[Term | Field], str | None]
    limit: int
    either: str = " OR "
    minus: str = "-"
    narrowing: frozenset[FieldName] = frozenset()
    length: Callable[[str], int] = len


def native_queries(query: Query, dialect: Dialect, *, platform: str) -> tuple[NativeQuery, ...]:
    """Compile a query for a platform.

    Raises:
        InputError: it has nothing that the platform can search for, or would take more searches than MOST_SEARCHES.
    """
    here = on_platform(_pushed(query), platform)
    if here is False:
        raise InputError(f"The query can never mean a post of {platform}: it asks for another platform.")
    loose = None if here is True else _loosened(here, dialect)
    if loose is None or not _wants_something(loose, dialect):
        raise InputError(
            f"There is nothing in the query that {platform} can search for: each alternative needs a whole word or a "
            "phrase. Beginnings of words (cancel*) are not searched there: write the words out."
        )
    pieces = _split(loose, dialect)
    if len(pieces) > MOST_SEARCHES:
        raise InputError(
            f"{platform} would need {len(pieces)} searches for the query, and {MOST_SEARCHES} are allowed: shorten it "
            "or its lists, or make several streams."
        )
    left = tuple(_left_over(query, dialect))
    searches = {_text(piece, dialect): piece for piece in pieces}
    return tuple(NativeQuery(text, piece, left) for text, piece in searches.items())


def anchored(query: Query, *, platform: str, either: str | None = None) -> tuple[NativeQuery, ...]:
    """Compile for a platform without a syntax of its own: one search for each word of which a post has one at least.

    Where its search takes alternatives, `either` stands between them, and one search is enough.

    Raises:
        InputError: as `native_queries`.
    """
    here = on_platform(_pushed(query), platform)
    words = [] if isinstance(here, bool) else _anchors(here)
    if not words:
        raise InputError(f"There is no whole word in each alternative of the query that {platform} could search for.")
    if either is not None:
        wanted: Query = Or(tuple(map(Word, words))) if len(words) > 1 else Word(words[0])
        return (NativeQuery(either.join(words), wanted, () if query == wanted else (written(query),)),)
    if len(words) > MOST_SEARCHES:
        raise InputError(
            f"{platform} would need {len(words)} searches, and {MOST_SEARCHES} are allowed: shorten the query."
        )
    return tuple(NativeQuery(word, Word(word), () if query == Word(word) else (written(query),)) for word in words)


def _anchors(query: Query) -> list[str]:
    """Return words of which a post has one at least, as few as may be and long ones; empty where there are none."""
    match query:
        case Word() | Phrase():
            return [_longest(query.text)]
        case Near():
            return _fewest([_anchors_of_each(query.left), _anchors_of_each(query.right)])
        case And():
            return _fewest([_anchors(part) for part in query.parts])
        case Or():
            return _anchors_of_each(query.parts)
    return []


def _anchors_of_each(alternatives: Iterable[Query]) -> list[str]:
    each = [_anchors(part) for part in alternatives]
    return list(dict.fromkeys(word for words in each for word in words)) if all(each) else []


def _fewest(choices: list[list[str]]) -> list[str]:
    return min(filter(None, choices), key=lambda words: (len(words), -min(map(len, words))), default=[])


def _longest(text: str) -> str:
    """Return the longest word of a text, without marks."""
    letters = "".join(char if char.isalnum() or char == "_" else " " for char in text)
    return max(letters.split(), key=len)


def plain_word(text: str) -> bool:
    """Tell whether a word can stand in a search without quotation marks."""
    return text.removeprefix("#").replace("_", "").isalnum() and text.upper() not in {"AND", "OR", "NOT"}


def on_platform(query: Query, platform: str) -> Query | bool:
    """Put in what is known of `platform:`; the rest of the query, or True or False where that decides it."""
    match query:
        case Field(FieldName.PLATFORM, value):
            return value == platform
        case Not():
            part = on_platform(query.part, platform)
            return (not part) if isinstance(part, bool) else negated(part)
        case And() | Or():
            decides = isinstance(query, Or)
            parts = [on_platform(part, platform) for part in query.parts]
            if decides in parts:
                return decides
            rest = tuple(part for part in parts if not isinstance(part, bool))
            return _joined(type(query), rest) if rest else not decides
    return query


def _pushed(query: Query, *, negative: bool = False) -> Query:
    """Push every negation down to what it negates: platforms negate single terms well, and groups badly."""
    match query:
        case Not():
            return _pushed(query.part, negative=not negative)
        case And() | Or():
            kind = type(query) if not negative else (Or if isinstance(query, And) else And)
            return _joined(kind, tuple(_pushed(part, negative=negative) for part in query.parts))
    return Not(query) if negative else query


def _loosened(query: Query, dialect: Dialect) -> Query | None:  # noqa: PLR0911 - one for each kind of node
    """Return the narrowest query around this one that the syntax can say; None where that is every post."""
    match query:
        case Word() | Phrase() if not dialect.write(query):
            wider = Word(_longest(query.text))
            return wider if dialect.write(wider) else None
        case Word() | Phrase() | Prefix() | Field():
            return query if dialect.write(query) else None
        case Not():
            return query if dialect.minus and _loosened(query.part, dialect) == query.part else None
        case Near():
            return _loosened(And((_joined(Or, query.left), _joined(Or, query.right))), dialect)
        case And():
            said = [part for part in (_loosened(part, dialect) for part in query.parts) if part is not None]
            return _joined(And, tuple(said)) if said else None
        case Or():
            loose = [_loosened(part, dialect) for part in query.parts]
            said = [part for part in loose if part is not None and _is_positive(part)]
            return _joined(Or, tuple(said)) if len(said) == len(loose) else None
    return None


def _is_positive(query: Query) -> bool:
    """Tell whether a query says what there is, and not only what there is not."""
    match query:
        case And():
            return any(map(_is_positive, query.parts))
        case Or():
            return all(map(_is_positive, query.parts))
    return not isinstance(query, Not)


def _wants_something(query: Query, dialect: Dialect) -> bool:
    """Tell whether a search can stand alone: it wants a word, or a field that is searched for."""
    match query:
        case And():
            return any(_wants_something(part, dialect) for part in query.parts)
        case Or():
            return all(_wants_something(part, dialect) for part in query.parts)
        case Field():
            return query.name not in dialect.narrowing
    return isinstance(query, Word | Phrase)


def _split(query: Query, dialect: Dialect) -> list[Query]:
    """Split a search until each fits; together they bring no less."""
    single = not dialect.either
    if not (single and _has_or(query)) and dialect.length(_text(query, dialect)) <= dialect.limit:
        return [query]
    if isinstance(query, Or):
        parts = [piece for part in query.parts for piece in _split(part, dialect)]
        return parts if single else _packed(parts, dialect)
    if not isinstance(query, And):
        raise InputError(f"This is too long for a search: {written(query)[:60]}")
    return _split_all(query, dialect)


def _split_all(query: And, dialect: Dialect) -> list[Query]:
    """Split a search for several things at its alternatives, or leave out what narrows it least."""
    choices = [part for part in query.parts if isinstance(part, Or)]
    rest = tuple(part for part in query.parts if not isinstance(part, Or))
    if choices and not dialect.either and _wants_something(And(rest), dialect):
        return _split(_joined(And, rest), dialect)
    if not choices:
        return _split(_joined(And, _without_one(query, dialect)), dialect)
    wanted = [each for each in choices if _wants_something(each, dialect)]
    if not dialect.either:
        least = min(wanted, key=lambda each: len(each.parts))
        return [piece for part in least.parts for piece in _split(_joined(And, (*rest, part)), dialect)]
    longest = max(choices, key=lambda each: dialect.length(_text(each, dialect)))
    others = tuple(part for part in query.parts if part is not longest)
    if dialect.length(_text(_joined(And, others), dialect)) > dialect.limit * 2 // 3 and len(wanted) > 1:
        return _split(_joined(And, tuple(part for part in query.parts if part is not longest)), dialect)
    halves = longest.parts[: len(longest.parts) // 2], longest.parts[len(longest.parts) // 2 :]
    return [piece for half in halves for piece in _split(_joined(And, (*others, _joined(Or, half))), dialect)]


def _without_one(query: And, dialect: Dialect) -> tuple[Query, ...]:
    """Leave out the longest part of those without which something is still wanted, negated ones first."""
    for longest in sorted(
        query.parts, key=lambda part: (not isinstance(part, Not), -dialect.length(_text(part, dialect)))
    ):
        others = tuple(part for part in query.parts if part is not longest)
        if _wants_something(And(others), dialect):
            return others
    raise InputError(f"This is too long for a search: {written(query)[:60]}")


def _packed(parts: Iterable[Query], dialect: Dialect) -> list[Query]:
    """Put alternatives into as few searches as their length allows, in their order."""
    packs: list[list[Query]] = []
    for part in parts:
        if packs and dialect.length(_text(_joined(Or, (*packs[-1], part)), dialect)) <= dialect.limit:
            packs[-1].append(part)
        else:
            packs.append([part])
    return [_joined(Or, tuple(pack)) for pack in packs]


def _has_or(query: Query) -> bool:
    return isinstance(query, Or) or (isinstance(query, And) and any(map(_has_or, query.parts)))


def _text(query: Query, dialect: Dialect) -> str:
    match query:
        case And():
            return " ".join(
                f"({_text(part, dialect)})" if isinstance(part, Or) else _text(part, dialect) for part in query.parts
            )
        case Or():
            # Parentheses around what stands together: platforms differ in what they join first.
            joint = dialect.either or " OR "
            return joint.join(
                f"({_text(part, dialect)})" if isinstance(part, And) else _text(part, dialect) for part in query.parts
            )
        case Not():
            return f"{dialect.minus}{_text(query.part, dialect)}"
        case Word() | Phrase() | Prefix() | Field():
            return dialect.write(query) or ""
    raise AssertionError(query)  # pragma: no cover - nothing else is left in a loosened query


def _left_over(query: Query, dialect: Dialect) -> Iterable[str]:
    """Name what the platform is not asked in just these words, each once."""
    told = [part for part in _leaves(query) if not (isinstance(part, Field) and part.name is FieldName.PLATFORM)]
    return dict.fromkeys(written(part) for part in told if _loosened(part, dialect) != part)


def _leaves(query: Query) -> Iterable[Query]:
    match query:
        case And() | Or():
            for part in query.parts:
                yield from _leaves(part)
        case Not(part) if isinstance(part, And | Or):
            yield from _leaves(part)
        case _:
            yield query


def _joined(kind: type[And] | type[Or], parts: tuple[Query, ...]) -> Query:
    flat = tuple(dict.fromkeys(each for part in parts for each in parts_of(part, kind)))
    return flat[0] if len(flat) == 1 else kind(flat)
