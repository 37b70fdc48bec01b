"""What of a query X's recent search is asked, and what reading costs."""

import re
from decimal import Decimal
from typing import Final

from domain.query import Field, FieldName, NativeQuery, Phrase, Query, Term, Word
from listeners.querying import Dialect, native_queries, plain_word
from listeners.x.client import Settings
from listeners.x.posts import NAME

# Self-serve access. https://docs.x.com/x-api/posts/search/integrate/build-a-query
MAX_QUERY: Final = 512

_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
# https://docs.x.com/x-api/posts/search/integrate/operators; what is verified, X and we do not take in the same way
_IS = {"repost": "is:retweet", "reply": "is:reply"}


def native(query: Query) -> tuple[NativeQuery, ...]:
    """Say which searches together bring all that a query means. Raises InputError where there are none."""
    narrowing = frozenset({FieldName.LANG, FieldName.HAS, FieldName.IS})
    return native_queries(query, Dialect(_write, limit=MAX_QUERY, narrowing=narrowing), platform=NAME)


def cost_usd(settings: Settings, *, posts: int, authors: int) -> Decimal:
    """Return the price of so many posts and authors in the answers of one UTC day."""
    return posts * settings.post_usd + authors * settings.user_usd


def _write(part: Term | Field) -> str | None:  # noqa: PLR0911 - one for each operator
    match part:
        case Word(text) if plain_word(text) or (text.startswith("@") and _HANDLE.fullmatch(text[1:])):
            return text
        case Word(text) | Phrase(text):
            return f'"{text}"'
        case Field(FieldName.AUTHOR, value):
            return f"from:{value}" if _HANDLE.fullmatch(value) else None
        case Field(FieldName.LANG, value):
            return f"lang:{value}"
        case Field(FieldName.HAS):
            return "has:links"
        case Field(FieldName.IS, value):
            return _IS.get(value)
        case Field(FieldName.URL, value):
            return f'url:"{value}"'
    return None
