"""Streams that come of a query: one for each search that its platform needs, all with the query itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field

import listeners
from config.fields import Name
from crm.query.parse import QueryError, Vocabulary, parse, vocabulary_of
from domain.brand import Brand, SourceKind, Stream
from domain.errors import SettingsError
from domain.query import Query

RESERVED = ("brand", "rivals")


def _list_name(text: str) -> str:
    if not text.replace("-", "").replace("_", "").isalnum() or text.casefold() in RESERVED:
        raise ValueError("write letters, digits, - and _, and neither brand nor rivals, which make themselves")
    return text.casefold()


ListName = Annotated[Name, AfterValidator(_list_name)]
Lists = Mapping[str, tuple[str, ...]]
ListWords = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=500)]


def read_query(text: str, *, brand: Brand, lists: Lists) -> Query:
    """Read a query of the settings; raises SettingsError."""
    try:
        return parse(text, vocabulary(brand, lists))
    except QueryError as error:
        pointer = "\n".join(f"    {line}" for line in error.pointer.splitlines())
        raise SettingsError(f"{error}\n{pointer}") from None


def vocabulary(brand: Brand, lists: Lists) -> Vocabulary:
    """Return what a query for a brand may name."""
    return vocabulary_of(brand, lists, tuple(listeners.PLATFORMS))


def streams_of(stream: Stream, query: Query) -> tuple[Stream, ...]:
    """Return the streams that together bring what the query means.

    Of several, each bears a mark made of what it asks for, so that its cursor stays with it when others come or go; the
    daily cap is divided among them. Where a platform is not searched, its places are read and matched.

    Raises:
        SettingsError: the platform has nothing to ask for.
    """
    if stream.kind is not SourceKind.SEARCH:
        return (replace(stream, query=query),)
    found = listeners.searches(query, stream.platform)
    if found.problem:
        raise SettingsError(found.problem)
    natives = found.natives
    if len(natives) == 1:
        return (replace(stream, target=natives[0].text, query=query),)
    cap = None if stream.daily_cap_usd is None else stream.daily_cap_usd / len(natives)
    return tuple(
        replace(stream, name=f"{stream.name} #{_mark(each.text)}", target=each.text, query=query, daily_cap_usd=cap)
        for each in natives
    )


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=3).hexdigest()
