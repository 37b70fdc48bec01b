"""Reading queries: what a tree says is what was written, and every fault is pointed at."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.query.parse import MAX_DEPTH, MAX_LENGTH, QueryError, parse, vocabulary_of
from domain.query import And, Field, FieldName, Followers, Near, Not, Or, Phrase, Prefix, Word, written
from tests.builders import brand
from tests.crm.query.drawn import queries

KNOWN = vocabulary_of(brand(), {"Churn": ("cancel*", "price rise", "leaving"), "none": ()}, ("x", "reddit"))
LUMORA = Word("lumora")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("lumora", LUMORA),
        ("lumora price", And((LUMORA, Word("price")))),
        ("lumora AND price", And((LUMORA, Word("price")))),
        ("a OR b c", Or((Word("a"), And((Word("b"), Word("c")))))),
        ("(a OR b) c", And((Or((Word("a"), Word("b"))), Word("c")))),
        ("lumora -spam", And((LUMORA, Not(Word("spam"))))),
        ("lumora NOT (a b)", And((LUMORA, Not(And((Word("a"), Word("b"))))))),
        ("lumora NOT NOT a", And((LUMORA, Word("a")))),
        ("“price rise”", Phrase("price rise")),
        ('"@lumora"', Word("@lumora")),
        ("cancel*", Prefix("cancel")),
        ("a NEAR/3 (b OR c*)".replace("c*", "can*"), Near((Word("a"),), (Word("b"), Prefix("can")), 3)),
        ("lumora followers:>1,000", And((LUMORA, Followers(least=1001)))),
        ("lumora followers:<=2k", And((LUMORA, Followers(most=2000)))),
        ("lumora followers:10..20", And((LUMORA, Followers(10, 20)))),
        ("author:@Jane", Field(FieldName.AUTHOR, "jane")),
        ("url:https://www.Lumora.example/Plans/", Field(FieldName.URL, "lumora.example/plans")),
        ("lumora lang:DE", And((LUMORA, Field(FieldName.LANG, "de")))),
        ("@brand", Or((Word("Lumora"), LUMORA))),
        ("@rivals", Or((Word("Vidora"), Word("vidora+")))),
        ("@churn", Or((Prefix("cancel"), Phrase("price rise"), Word("leaving")))),
        ("ANDROID ORANGE", And((Word("ANDROID"), Word("ORANGE")))),
        ("self-care", Phrase("self-care")),
    ],
)
def test_what_is_written_is_what_is_read(text, tree):
    assert parse(text, KNOWN) == tree


@pytest.mark.parametrize(
    ("text", "column", "told"),
    [
        ("", 1, "empty"),
        ("lumora (a OR b", 8, "never closed"),
        ("lumora) a", 7, "closes nothing"),
        ("lumora ()", 9, "nothing stands in it"),
        ('lumora "price', 8, "missing its partner"),
        ("lumora OR", 10, "missing after OR"),
        ("AND lumora", 1, "AND needs something on both sides"),
        ("lumora or price", 8, "write OR in capitals"),
        ("lumora - price", 8, "a minus stands right before"),
        ("lumora autor:x", 8, "Did you mean author:?"),
        ("lumora from:x", 8, "Did you mean author:?"),
        ("lumora is:retweet", 8, "Did you mean is:repost?"),
        ("lumora has:links", 8, "Did you mean has:link?"),
        ("lumora platform:redit", 8, "Did you mean platform:reddit?"),
        ("lumora lang:english", 8, "lang:en"),
        ("lumora followers:many", 8, "followers:>1000"),
        ("lumora @rival", 8, "Did you mean @rivals?"),
        ("lumora @none", 8, "list @none is empty"),
        ("lumora ca*", 8, "3 letters"),
        ("lumora can*el", 8, "end of a word"),
        ("lumora !!!", 8, "no letter or digit"),
        ("a NEAR/3 b NEAR/3 c", 12, "for three things"),
        ("a NEAR/99 b", 3, "from 1 to 50"),
        ("a NEAR/3 (b c)", 3, "beside NEAR"),
        ("-spam", 1, "nearly every post"),
        ("lumora OR lang:de", 1, "nearly every post"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), MAX_DEPTH + 1, "inside one another"),
        ("a" * (MAX_LENGTH + 1), MAX_LENGTH + 1, "characters"),
    ],
)
def test_every_fault_is_pointed_at_and_says_what_to_do(text, column, told):
    with pytest.raises(QueryError, match=rf"Column {column}: ") as raised:
        parse(text, KNOWN)
    assert told in str(raised.value)
    shown, mark = raised.value.pointer.split("\n")
    assert mark.strip() == "^"
    assert shown[len(mark) - 1 : len(mark)] == text[column - 1 : column]


@settings(max_examples=500, deadline=None)
@given(queries())
def test_a_query_that_is_written_out_means_the_same(query):
    once = parse(written(query))
    assert parse(written(once)) == once


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.sampled_from('ab"()-*:@#/5 ORANDTEfollwers><.'), max_size=60) | st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused(text):
    try:
        query, column = parse(text, KNOWN), 1
    except QueryError as error:
        query, column = None, error.column
    assert 1 <= column <= len(text) + 1
    assert query is None or parse(written(query), KNOWN) == query
