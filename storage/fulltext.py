"""Search for words in posts: FTS5 on SQLite, tsvector on PostgreSQL, cases and accents folded on both.

The words are only ever searched for: whatever means something in a query language is taken out.
"""

import re
import unicodedata

from sqlalchemy import ColumnElement, Text, and_, bindparam, column, func, literal_column, select, table

from storage.database import Tx
from storage.tables import MentionRow

_VECTOR = (
    r"to_tsvector('simple'::regconfig, regexp_replace(regexp_replace(normalize(mentions.text, NFKD),"
    r" '[\u0300-\u036f]', '', 'g'), '[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]+', ' ', 'g'))"
)
"""Literally the expression of the index ix_mentions_words, or PostgreSQL would not use it: accents are dropped, and
punctuation parts words, so that addresses are found by their parts as on SQLite."""


def matches(tx: Tx, words: str) -> ColumnElement[bool] | None:
    """Return the condition that a post has all the words, adjacent where they were written as one, as in `AT&T`.

    None where there is nothing to look for.
    """
    if tx.get_bind().dialect.name == "sqlite":
        phrases = _phrases(unicodedata.normalize("NFC", words))
        rows = table("mentions_fts", column("rowid"))
        wanted = bindparam(None, " ".join(f'"{phrase}"' for phrase in phrases), Text)
        found = select(rows.c.rowid).where(literal_column("mentions_fts").op("MATCH")(wanted))
        return MentionRow.number.in_(found) if phrases else None
    phrases = _phrases(unicodedata.normalize("NFKD", words))
    simple: ColumnElement[str] = literal_column("'simple'::regconfig")
    vector: ColumnElement[str] = literal_column(_VECTOR)
    return and_(*(vector.op("@@")(func.phraseto_tsquery(simple, p)) for p in phrases)) if phrases else None


def _phrases(words: str) -> list[str]:
    """Return each word as the letters and digits that it is made of, parted by spaces."""
    bare = re.sub("[\u0300-\u036f]", "", words)
    return [" ".join(pieces) for word in bare.split() if (pieces := re.findall(r"[^\W_]+", word))]
