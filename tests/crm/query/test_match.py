"""What a query means, by example and against plain search."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.query.index import QueryIndex, anchor_choices
from crm.query.match import matcher
from crm.query.parse import parse
from tests.builders import author, mention
from tests.crm.query.drawn import mentions, plainly, queries


def means(query, text="", **changes):
    return matcher(parse(query))(mention(text, **changes))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("lumora", "LUMORA!"),
        ("lumora", "#Lumora"),
        ("lumora", "@lumora help"),
        ("lumora", "ｌｕｍｏｒａ"),
        ("lumora", "lu\u200bmo\u00adra"),
        ("lumora", "see https://lumora.example"),
        ("#lumora", "so #LUMORA"),
        ('"@lumora"', "hey @Lumora"),
        ("strasse", "Straße"),
        ("lumora", "Lumoraが落ちてる"),
        ("落ちてる", "Lumoraが落ちてる"),
        ("ルモラ", "新しいルモラです"),
        ('"price rise"', "Price-rise"),
        ("don't", "I don’t"),
        ("cancel*", "cancelling"),
        ("cancel*", "#CancelLumora"),
        ("cancel NEAR/2 lumora", "lumora, please cancel"),
        ("cancel NEAR/1 lumora", "lumora cancel"),
        ('"price rise" NEAR/2 (lumora OR vidora)', "vidora has price rise"),
        ("lumora -vidora", "lumora"),
        ("lumora OR vidora price", "lumora"),
        ("url:lumora.example", "https://www.help.Lumora.example/a?b"),
        ("url:lumora.example/plans", "www.lumora.example/plans."),
        ("lumora has:link", "lumora http://a.example"),
    ],
)
def test_what_is_meant(query, text):
    assert means(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("lumora", "lumoras"),
        ("#lumora", "lumora"),
        ("#lumora", "@lumora"),
        ('"@lumora"', "mail jane@lumora.example"),
        ("cafe", "café"),
        ('"price rise"', "rise price"),
        ("cancel*", "uncancelled"),
        ("cancel NEAR/1 lumora", "cancel my lumora"),
        ("lumor* NEAR/3 lumora", "lumora"),
        ("lumora OR vidora price", "vidora"),
        ("url:lumora.example", "https://notlumora.example"),
        ("url:lumora.example/plans", "https://lumora.example/plansets"),
        ("lumora has:link", "lumora www"),
    ],
)
def test_what_is_not_meant(query, text):
    assert not means(query, text)


def test_fields_ask_what_the_platform_tells():
    by = author("Jane", followers=1001, verified=True)
    assert means("author:@jane", by=by)
    assert means("lumora followers:>1000 is:verified", "lumora", by=by)
    assert not means("lumora followers:<=1000", "lumora", by=by)
    assert not means("lumora followers:<=1000", "lumora", by=author())  # nobody knows
    assert means("lumora lang:de", "lumora", language="de-AT")
    assert not means("lumora lang:de", "lumora")
    assert not means("lumora -is:repost", "lumora", repost_of="x:1")
    assert means("lumora platform:x", "lumora")


@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=queries(), post=mentions())
@pytest.mark.timeout(900)
def test_ten_thousand_random_pairs_are_judged_as_plain_search_does(query, post):
    assert matcher(query)(post) == plainly(query, post)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(some=st.lists(queries(), min_size=1, max_size=40), posts=st.lists(mentions(), min_size=1, max_size=5))
def test_the_index_finds_what_each_query_alone_finds(some, posts):
    index = QueryIndex(some)
    for post in posts:
        assert index.matching(post) == [number for number, query in enumerate(some) if plainly(query, post)]


def test_a_query_that_could_mean_every_post_has_no_anchor():
    assert anchor_choices(parse("lumora OR vidora"))
    with pytest.raises(ValueError, match="no anchor"):
        QueryIndex([parse("lumora"), parse("lumora -spam").parts[1]])
