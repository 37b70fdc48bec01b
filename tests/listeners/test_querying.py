"""What the platforms are asked for a query: never less than it means, and as much of it as they can search."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

import listeners
from crm.query.match import matcher
from crm.query.parse import parse, vocabulary_of
from domain.clock import system_clock
from domain.errors import InputError
from domain.query import Word
from listeners.hackernews import MAX_QUERY as HN_LIMIT
from listeners.querying import anchored
from listeners.x.native import MAX_QUERY as X_LIMIT
from sandbox.world import World
from sandbox.x_search import compile_search
from tests.builders import brand
from tests.crm.query.drawn import mentions, queries

KNOWN = vocabulary_of(brand(), {"many": tuple(f"unpleasantness{n}" for n in range(60)), "long": ("x" * 600,)})
SEARCHED = ("x", "reddit", "hackernews")


def asked(platform, query):
    found = listeners.searches(parse(query, KNOWN), platform)
    assert not found.problem
    return [native.text for native in found.natives]


@pytest.mark.parametrize(
    ("query", "x", "reddit", "hackernews"),
    [
        (
            'lumora (price OR "price rise") -is:repost -spam followers:>1k lang:en',
            ['lumora (price OR "price rise") -is:retweet -spam lang:en'],
            ['lumora (price OR "price rise")'],
            ["lumora"],
        ),
        ("lumora NEAR/5 (cancel OR give)", *[["lumora (cancel OR give)"]] * 2, ["lumora"]),
        ("@rivals", *[['Vidora OR "vidora+"']] * 2, ["Vidora", '"vidora+"']),
        ('"@lumora" OR #lumora', ["@lumora OR #lumora"], ["lumora"], ["lumora"]),
        ("lumora cancel*", ["lumora"], ["lumora"], ["lumora"]),
        ("lumora platform:x OR vidora", ["lumora OR vidora"], ["vidora"], ["vidora"]),
        ("lumora OR (a b)", *[["lumora OR (a b)"]] * 2, ["lumora", "a b"]),
    ],
)
def test_each_platform_is_asked_in_its_own_syntax(query, x, reddit, hackernews):
    assert [asked(platform, query) for platform in SEARCHED] == [x, reddit, hackernews]


def test_what_is_left_to_us_is_told():
    query = parse("lumora cancel* lang:en followers:>5")
    (native,) = listeners.searches(query, "x").natives
    assert native.left == ("cancel*", "followers:>=6")


def test_a_search_that_is_too_long_is_split_and_no_word_is_lost():
    for query in ("@many", "lumora @many -is:repost"):
        texts = asked("x", query)
        assert len(texts) > 1
        assert all(len(text) <= X_LIMIT for text in texts)
        assert all(sum(f"unpleasantness{n}" in text.replace("(", " ").replace(")", " ").split() for text in texts) == 1
                   for n in range(60))  # fmt: skip


@pytest.mark.parametrize("query", ["cancel*", "cancel* lang:en", "lumora OR cancel*"])
def test_what_no_platform_can_search_is_refused_with_what_to_do(query):
    assert "write the words out" in listeners.searches(parse(query), "x").problem


def test_too_many_searches_are_refused():
    assert "60 searches" in listeners.searches(parse("@many", KNOWN), "hackernews").problem
    assert "too long" in listeners.searches(parse("@long", KNOWN), "x").problem


def test_a_platform_without_a_syntax_is_asked_for_words_of_which_each_post_has_one():
    found = anchored(parse('"price rise" (lumora OR #vidora) -spam'), platform="other")
    assert [(native.text, native.reads) for native in found] == [("price", Word("price"))]
    with pytest.raises(InputError, match="no whole word"):
        anchored(parse("cancel*"), platform="other")


def test_where_a_platform_takes_alternatives_one_search_is_enough():
    (found,) = anchored(parse("lumora OR #vidora -spam"), platform="other", either=", ")
    assert found.text == "lumora, vidora"
    (alone,) = anchored(parse("lumora"), platform="other", either=", ")
    assert (alone.text, alone.left) == ("lumora", ())


def test_github_is_asked_for_issues():
    found = listeners.searches(parse("lumora OR vidora"), "github").natives
    assert [native.text for native in found] == ["lumora is:issue", "vidora is:issue"]


def test_bluesky_looks_for_all_words_at_once_and_mastodon_for_none():
    (found,) = listeners.searches(parse("(lumora OR vidora) cancel*"), "bluesky").natives
    assert found.text == "lumora, vidora"
    assert 'use kind = "new"' in listeners.searches(parse("lumora"), "mastodon").problem


@settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=queries(), post=mentions())
def test_searches_together_bring_whatever_the_query_means(query, post):
    for platform in listeners.PLATFORMS:
        there = replace(post, author=replace(post.author, platform=platform))
        found = listeners.searches(query, platform)
        if matcher(query)(there) and not found.problem:
            assert any(matcher(native.reads)(there) for native in found.natives), found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=queries())
def test_searches_are_such_as_the_platform_takes(query):
    for native in listeners.searches(query, "x").natives:
        assert len(native.text) <= X_LIMIT
        compile_search(native.text, World(clock=system_clock))
    for native in listeners.searches(query, "hackernews").natives:
        assert len(native.text.encode()) <= HN_LIMIT
        assert " OR " not in native.text


def test_reading_x_costs_what_its_price_list_says():
    settings = listeners.load("x").Settings(bearer_token="")
    assert listeners.cost_usd("x", settings, posts=1000, authors=800) == 13
    assert listeners.cost_usd("reddit", None, posts=1000, authors=800) == 0
