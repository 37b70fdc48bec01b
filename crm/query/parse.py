"""Reading a query: text to tree, with errors that point at the column and say what was perhaps meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput

from crm.query.index import SHORTEST_STEM, anchor_choices
from crm.query.match import IS
from crm.query.words import bare_handle, bare_link, words_of
from domain.brand import Brand
from domain.errors import InputError
from domain.query import (
    And,
    Field,
    FieldName,
    Followers,
    Near,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Word,
    negated,
    parts_of,
    size,
)

MAX_LENGTH: Final = 2_000
MAX_DEPTH: Final = 20
MAX_TERMS: Final = 500
MAX_DISTANCE: Final = 50
"""What a query may be at most: characters, parentheses inside parentheses, terms with all lists written out, and the
words between two terms that are near each other."""

QUOTES: Final = str.maketrans("“”„«»", '"""""')
_KEYWORDS = {"and": "AND", "or": "OR", "not": "NOT"}
_MEANT = {
    "from": "author",
    "by": "author",
    "user": "author",
    "handle": "author",
    "language": "lang",
    "source": "platform",
    "site": "url",
    "link": "url",
    "http": "url",
    "https": "url",
    "domain": "url",
    "reach": "followers",
    "filter": "is",
}
_LANGUAGES = {"english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es", "italian": "it"}
_KINDS = {"retweet": "repost", "share": "repost", "crosspost": "repost", "comment": "reply", "bot": "automated"}


class QueryError(InputError):
    """A query cannot be read. `column` counts from 1 in `query`; the message names it."""

    def __init__(self, message: str, *, query: str, column: int) -> None:
        """Keep where the fault is."""
        super().__init__(f"Column {column}: {message}")
        self.query = query
        self.column = column

    @property
    def pointer(self) -> str:
        """The query, at most 70 characters of it, and below it a mark at the column: two lines of equal letters."""
        start = max(0, self.column - 40)
        shown = "".join(" " if char.isspace() else char for char in self.query[start : start + 70])
        return f"{shown}\n{' ' * (self.column - 1 - start)}^"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a query may name: lists by their names without `@`, and platforms; no platforms: any."""

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    platforms: tuple[str, ...] = ()


def vocabulary_of(brand: Brand, lists: Mapping[str, tuple[str, ...]], platforms: tuple[str, ...] = ()) -> Vocabulary:
    """Return what a query for a brand may name: the lists of the settings, `@brand` and `@rivals`."""
    own = tuple(dict.fromkeys((brand.name, *brand.aliases)))
    rivals = tuple(dict.fromkeys(name for rival in brand.rivals for name in (rival.name, *rival.aliases)))
    return Vocabulary(
        {**{name.casefold(): words for name, words in lists.items()}, "brand": own, "rivals": rivals}, platforms
    )


def parse(text: str, vocabulary: Vocabulary | None = None) -> Query:
    """Read a query, in time linear in its length.

    Raises:
        QueryError: it cannot be read, is too long or too deep, or could mean every post; the message says what to do.
    """
    text = text.translate(QUOTES).encode("utf-8", "replace").decode()  # a half of a character becomes a ?
    if len(text) > MAX_LENGTH:
        told = f"the query has {len(text):,} characters, {MAX_LENGTH:,} are allowed. Put words into a list."
        raise QueryError(told, query=text, column=MAX_LENGTH + 1)
    _check_depth(text)
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        raise _explained(error, text) from None
    query = _Reader(text, vocabulary or Vocabulary()).read(tree)
    if (terms := size(query)) > MAX_TERMS:
        told = (
            f"the query has {terms:,} terms with its lists written out, {MAX_TERMS} are allowed. Shorten it or a list."
        )
        raise QueryError(told, query=text, column=1)
    if not anchor_choices(query):
        told = (
            "this could mean nearly every post. Each alternative needs a word, a phrase, an author: or a url: that the "
            "post must have; NOT, lang:, platform:, has:, is: and followers: only narrow it."
        )
        raise QueryError(told, query=text, column=1)
    return query


@cache
def _grammar() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic")


def _check_depth(text: str) -> None:
    depth, quoted = 0, False
    for at, char in enumerate(text, 1):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
            if depth > MAX_DEPTH:
                told = f"more than {MAX_DEPTH} parentheses stand inside one another. Write it flatter."
                raise QueryError(told, query=text, column=at)


class _Reader:
    """Turns the parser's tree into ours; as deep as the parentheses are, which are counted before."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary

    def read(self, node: Tree[Token] | Token) -> Query:
        """Read a node and all below it."""
        if isinstance(node, Token):
            return self._token(node)
        match node.data:
            case "either":
                return _joined(Or, [self.read(child) for child in node.children])
            case "all":
                return _joined(And, [self.read(child) for child in node.children])
            case "no":
                *negations, near = node.children
                query = self.read(near)
                return negated(query) if len(negations) % 2 else query
        return self._near(node.children)

    def _token(self, token: Token) -> Query:
        match token.type:
            case "WORD":
                return self._word(token)
            case "PHRASE":
                return self._phrase(token.value[1:-1], token)
            case "LIST":
                return _joined(Or, self._list(token))
        return self._field(token)

    def _word(self, token: Token) -> Term:
        text = token.value
        if (meant := _KEYWORDS.get(text)) or text.lower().startswith("near/"):
            meant = meant or "NEAR/5"
            raise self._error(
                f'write {meant} in capitals, or "{text}" in quotation marks where the word is meant.', token
            )
        if "*" in text:
            return self._prefix(text, token)
        words = words_of(text)
        if not words:
            raise self._error(f"{_shown(text)} has no letter or digit to look for.", token)
        return Word(text) if len(words) == 1 else Phrase(text)

    def _prefix(self, text: str, token: Token) -> Prefix:
        stem = text.removesuffix("*")
        if "*" in stem:
            raise self._error("a * stands at the end of a word only, as in cancel*.", token)
        words = words_of(stem)
        if len(words) != 1 or len(words[0].lstrip("#@")) < SHORTEST_STEM:
            told = f"a word that is cut off needs {SHORTEST_STEM} letters at least before its *, and no other sign."
            raise self._error(told, token)
        return Prefix(stem)

    def _phrase(self, text: str, token: Token) -> Term:
        words = words_of(text)
        if not words:
            raise self._error("there is no letter or digit to look for between the quotation marks.", token)
        if "*" in text:
            raise self._error("a * has no meaning inside quotation marks. Try NEAR/1: price NEAR/1 ris*.", token)
        return Word(text.strip()) if len(words) == 1 else Phrase(" ".join(text.split()))

    def _list(self, token: Token) -> list[Query]:
        name = token.value[1:].casefold()
        known = self._vocabulary.lists
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"Did you mean @{close[0]}?" if close else f"There are {', '.join(f'@{each}' for each in known)}."
            quoted = f'For a handle in the text put it in quotation marks: "{token.value[:40]}".'
            raise self._error(f"there is no list {_shown(token.value)}. {hint} {quoted}", token)
        terms = [self._listed(word, token) for word in known[name]]
        if not terms:
            where = "[[rivals]] of the settings" if name == "rivals" else f"[lists] {name} of the settings"
            raise self._error(f"the list @{name} is empty: fill {where}.", token)
        return list(terms)

    def _listed(self, text: str, token: Token) -> Term:
        if "*" in text and " " not in text.strip():
            return self._prefix(text.strip(), token)
        return self._phrase(text.replace('"', " ").replace("*", " "), token)

    def _near(self, children: list[Tree[Token] | Token]) -> Query:
        left, near, right = children
        distance = int(str(near).partition("/")[2])
        if not 1 <= distance <= MAX_DISTANCE:
            raise self._error(f"NEAR takes a distance from 1 to {MAX_DISTANCE} words.", near)
        return Near(self._terms(left, near), self._terms(right, near), distance)

    def _terms(self, node: Tree[Token] | Token, near: Tree[Token] | Token) -> tuple[Term, ...]:
        terms = tuple(parts_of(self.read(node), Or))
        if not all(isinstance(term, Word | Phrase | Prefix) for term in terms):
            told = "beside NEAR stand words, phrases, or such with OR between them in parentheses, and nothing else."
            raise self._error(told, near)
        return terms  # type: ignore[return-value]

    def _field(self, token: Token) -> Query:
        name, _, value = token.value.partition(":")
        name, value = name.lower(), value.strip('"').strip()
        fields = [each.value for each in FieldName] + ["followers"]
        if name not in fields:
            close = [_MEANT[name]] if name in _MEANT else get_close_matches(name, fields, n=1)
            known = ", ".join(f"{each}:" for each in fields)
            hint = f"Did you mean {close[0]}:?" if close else f"Fields are {known}."
            raise self._error(
                f"there is no field {_shown(name)}:. {hint} Where it is text, put it in quotation marks.", token
            )
        if not value:
            raise self._error(f"{name}: needs a value right behind it, without a space.", token)
        return (
            self._followers(value, token)
            if name == "followers"
            else Field(FieldName(name), self._value(name, value, token))
        )

    def _value(self, name: str, value: str, token: Token) -> str:
        folded = value.lower()
        match name:
            case "author":
                return bare_handle(value) or self._refuse("author: takes a handle, as in author:jane.", token)
            case "url":
                return self._url(folded, token)
            case "lang":
                folded = _LANGUAGES.get(folded, "") or folded
                if not (folded.isascii() and folded.isalpha() and len(folded) in {2, 3}) or folded != value.lower():
                    self._refuse(
                        f"lang: takes a code of ISO 639-1, as in lang:{_LANGUAGES.get(value.lower(), 'en')}.", token
                    )
                return folded
            case "platform":
                return self._one_of(folded, self._vocabulary.platforms or (folded,), name, token)
            case "has":
                return self._one_of(folded, ("link",), name, token)
        return self._one_of(folded, tuple(IS), name, token)

    def _url(self, value: str, token: Token) -> str:
        bare = bare_link(value)
        host = bare.partition("/")[0]
        if "." not in host or not all(part and part.replace("-", "").isalnum() for part in host.split(".")):
            self._refuse(
                "url: takes a site or a page of it, as in url:lumora.example or url:lumora.example/plans.", token
            )
        return bare

    def _one_of(self, value: str, known: tuple[str, ...], name: str, token: Token) -> str:
        if value in known:
            return value
        meant = _KINDS.get(value.removesuffix("s"), "")
        close = [meant] if meant in known else get_close_matches(value, known, n=1)
        hint = (
            f"Did you mean {name}:{close[0]}?"
            if close
            else f"There is {', '.join(f'{name}:{each}' for each in known)}."
        )
        return self._refuse(f"{name}: knows no {_shown(value)}. {hint}", token)

    def _followers(self, value: str, token: Token) -> Followers:
        told = "followers: takes a number behind >, >=, < or <=, or two with .. between them, as in followers:>1000."
        low, dots, high = value.partition("..")
        sign = "" if dots else value[: len(value) - len(value.lstrip("<>="))]
        numbers = [_number(each) for each in ((low, high) if dots else (value[len(sign) :],))]
        if None in numbers or sign not in {"", "<", "<=", ">", ">="}:
            self._refuse(told, token)
        first, last = numbers[0] or 0, numbers[-1] or 0
        if dots or not sign:
            return Followers(first, last)
        if sign.startswith(">"):
            return Followers(least=first if sign == ">=" else first + 1)
        return Followers(most=first if sign == "<=" else first - 1)

    def _refuse(self, told: str, token: Token) -> NoReturn:
        raise self._error(told, token)

    def _error(self, told: str, token: Tree[Token] | Token) -> QueryError:
        return QueryError(told, query=self._text, column=(getattr(token, "start_pos", 0) or 0) + 1)


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    """Join parts without repetitions and without the same kind inside itself."""
    flat = list(dict.fromkeys(each for part in parts for each in parts_of(part, kind)))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _number(text: str) -> int | None:
    """Read a number as people write it: 1000, 1,000, 10k, 2M."""
    plain = text.lower().replace(",", "").replace("_", "")
    factor = {"k": 1_000, "m": 1_000_000}.get(plain[-1:], 1)
    digits = plain[:-1] if factor > 1 else plain
    return int(digits) * factor if digits.isascii() and digits.isdecimal() and len(digits) <= 10 else None


def _shown(text: str) -> str:
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def _explained(error: UnexpectedInput, text: str) -> QueryError:
    """Say what is wrong where the parser could not go on."""
    place: int | None = error.pos_in_stream  # -1 or None, whatever it says, where the text ends
    at = len(text) if place is None or place < 0 else min(place, len(text))
    token = getattr(error, "token", None)
    kind = "" if token is None else str(token.type)
    if isinstance(error, UnexpectedCharacters):
        told = {
            '"': "a quotation mark is missing its partner.",
            "-": "a minus stands right before what the post must not have, as in -spam.",
            "@": "the name of a list is missing behind the @.",
        }.get(text[at : at + 1], f"{_shown(text[at : at + 1])} has no meaning here.")
        return QueryError(told, query=text, column=at + 1)
    if kind == "$END":
        return _ends_too_soon(text)
    told = {
        "_RPAR": "this parenthesis closes nothing, or nothing stands in it.",
        "_OR": "OR needs something on both sides.",
        "_AND": "AND needs something on both sides.",
        "NEAR": "NEAR needs one thing on each side; for three things write a NEAR/5 b AND b NEAR/5 c.",
    }.get(kind, f"{_shown(text[at : at + 20])} is not expected here.")
    return QueryError(told, query=text, column=at + 1)


def _ends_too_soon(text: str) -> QueryError:
    opened: list[int] = []
    quoted = False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and char == "(":
            opened.append(at)
        elif not quoted and char == ")" and opened:
            opened.pop()
    end = len(text.rstrip())
    last = text.split()[-1:] or [""]
    if not text.strip():
        return QueryError("the query is empty. Write a word, as in lumora.", query=text, column=1)
    if last[0].lstrip("(") in {"AND", "OR", "NOT"} or last[0].startswith("NEAR/"):
        return QueryError(f"something is missing after {last[0].lstrip('(')}.", query=text, column=end + 1)
    if opened:
        return QueryError("this parenthesis is never closed: add a ).", query=text, column=opened[-1] + 1)
    return QueryError("the query ends too soon.", query=text, column=end + 1)
