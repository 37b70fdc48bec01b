"""What must hold for any query and any text: what the fuzzer tries, one input at a time."""

import time

import listeners
from crm.query.index import QueryIndex
from crm.query.match import matcher
from crm.query.parse import MAX_LENGTH, QueryError, parse, vocabulary_of
from domain.query import Query, written
from tests import builders

LONGEST_SECONDS = 1.0
"""CPU time that one input may take, under instrumentation, which slows it down some ten times."""

TOKENS = (
    "lumora", "vidora", "#lumora", '"@lumora"', '"price rise"', "cancel*", "pri*", "a", "é", "ルモラ", "don't", "AND",
    "OR", "NOT", "NEAR/2", "NEAR/50", "(", ")", "-", "-spam", '"', "@rivals", "@brand", "@churn", "@nobody", "x:y",
    "author:jane", "lang:de", "platform:x", "has:link", "is:repost", "-is:reply", "url:lumora.example/a", "url:",
    "followers:>1000", "followers:<5", "1..2", "\u200b", "ﬁ", "İ", "*", ":", "/", "or",
)  # fmt: skip
PLATFORMS = ("x", "reddit", "hackernews")
KNOWN = vocabulary_of(builders.brand(), {"churn": ("cancel*", "price rise")}, PLATFORMS)


def texts_of(data: bytes) -> tuple[str, str]:
    """Make a query and a post of bytes: of tokens where the first byte is odd, of any characters where it is even."""
    if not data:
        return "", ""
    half = 1 + (len(data) - 1) // 2
    parts = data[1:half], data[half:]
    if data[0] % 2:
        query, text = (" ".join(TOKENS[byte % len(TOKENS)] for byte in part) for part in parts)
    else:
        query, text = (part.decode("utf-8", "surrogateescape") for part in parts)
    return query, text * (1 + data[0] % 7 * 40)


def try_one(data: bytes) -> bool:
    """Read a query, write it out, compile it for the platforms and match it; True where it could be read.

    Raises:
        AssertionError: something does not hold, or took too long.
    """
    query, text = texts_of(data)
    began = time.thread_time()
    read = _judge(query, text)
    spent = time.thread_time() - began
    assert spent < LONGEST_SECONDS, f"{spent:.2f} s for {query!r} and {len(text)} characters"
    return read


def _judge(query: str, text: str) -> bool:
    tree, fault = _read(query)
    if tree is None:
        assert fault is not None
        assert 1 <= fault.column <= len(query) + 1, (query, fault.column)
        assert fault.pointer.count("\n") == 1, query
        return False
    again = written(tree)
    assert len(again) > MAX_LENGTH or parse(again, KNOWN) == tree, (query, again)
    post = builders.mention(text, number=1)
    meant = matcher(tree)(post)
    assert QueryIndex([tree]).matching(post) == ([0] if meant else []), (query, text)
    for platform in PLATFORMS:
        found = listeners.searches(tree, platform)
        brought = any(matcher(native.reads)(post) for native in found.natives)
        assert brought or not meant or found.problem or post.platform != platform, (query, text)
    return True


def _read(query: str) -> tuple[Query | None, QueryError | None]:
    try:
        return parse(query, KNOWN), None
    except QueryError as error:
        return None, error
