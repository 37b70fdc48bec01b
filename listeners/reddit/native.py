"""What of a query Reddit's search is asked."""

import re
from typing import Final

from domain.query import Field, FieldName, NativeQuery, Phrase, Query, Term, Word
from listeners.querying import Dialect, native_queries, plain_word
from listeners.reddit.things import NAME

# https://www.reddit.com/dev/api#GET_search
MAX_QUERY: Final = 512

_HANDLE = re.compile(r"[A-Za-z0-9_-]{1,20}")


def native(query: Query) -> tuple[NativeQuery, ...]:
    """Say which searches together bring all that a query means. Raises InputError where there are none.

    Nothing is taken out by Reddit itself: it reads words by their stems, so that NOT would take out more than is meant.
    """
    return native_queries(query, Dialect(_write, limit=MAX_QUERY, minus=""), platform=NAME)


def _write(part: Term | Field) -> str | None:
    match part:
        case Word(text) if text.startswith(("#", "@")):
            return None
        case Word(text) if plain_word(text):
            return text
        case Word(text) | Phrase(text):
            return f'"{text}"'
        case Field(FieldName.AUTHOR, value) if _HANDLE.fullmatch(value):
            return f"author:{value}"
    return None
