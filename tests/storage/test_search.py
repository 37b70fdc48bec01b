from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import mentions
from tests.builders import NOON, mention
from tests.storage.values import seen, store

TEXTS = (
    "Le CAFÉ de Lumora est fermé",
    "AT&T and Lumora, see https://lumora.example/help-page?x=1 or mail help@lumora.example",
    "Łódź: Straße nach Ålesund",
    "Полностью РАЗОЧАРОВАН в Люмора",
    "ルモラは最高 lumora",
    "v1.5 is out #LumoraDown @lumora_help",
)


@pytest.fixture
def shelf(database):
    with database.write() as tx:
        for number, text in enumerate(TEXTS, 1):
            store(tx, seen(mention(text, number=number, posted_at=NOON + timedelta(hours=number))))
    return database


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("cafe", [1]),
        ("CAFÉ", [1]),
        ("cafe\u0301 lumora", [1]),
        ("lumora", [6, 5, 2, 1]),
        ("at&t", [2]),
        ("help-page", [2]),
        ("help@lumora.example", [2]),
        ("page help", [2]),
        ("page-help", []),
        ("alesund", [3]),
        ("разочарован", [4]),
        ("v1.5", [6]),
        ("#lumoradown", [6]),
        ("@lumora_help", [6]),
        ("lumora zebra", []),
        ("lumo", []),
        ("", []),
        ('"*()', []),
    ],
)
def test_words_are_found_whatever_their_case_and_accents(shelf, words, found):
    with shelf.read() as tx:
        assert [s.mention.id for s in mentions.search(tx, words)] == [f"x:{number}" for number in found]


@pytest.mark.parametrize("words", ["lumora OR zebra", "cafe AND lumora", "NOT zebra", "NEAR(lumora help)", "text:cafe"])
def test_the_words_of_a_query_language_are_only_words(shelf, words):
    """No post has all of these."""
    with shelf.read() as tx:
        assert mentions.search(tx, words) == []


@pytest.mark.parametrize(
    "words", ["lumora & cafe", "(lumora) | cafe*", "^cafe !lumora", "'cafe' <-> \"lumora\"", "-cafe"]
)
def test_the_signs_of_a_query_language_mean_nothing(shelf, words):
    with shelf.read() as tx:
        assert [s.mention.id for s in mentions.search(tx, words)] == ["x:1"]


def test_a_search_is_narrowed_by_brand_and_time_and_paged(shelf):
    with shelf.write() as tx:
        store(tx, seen(mention("helio and lumora", number=9, posted_at=NOON), brand="Helio"))
        assert [s.brand for s in mentions.search(tx, "lumora", brand="Helio")] == ["Helio"]
        assert len(mentions.search(tx, "lumora", since=NOON + timedelta(hours=2))) == 3
        pages = [mentions.search(tx, "lumora", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[s.mention.id for s in page] for page in pages] == [["x:9", "x:6"], ["x:5", "x:2"], ["x:1"]]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_words_may_be_searched_for(shelf, words):
    with shelf.read() as tx:
        mentions.search(tx, words)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    word=st.text(alphabet=st.characters(max_codepoint=0x2FF, categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=12)
)
def test_a_latin_word_finds_the_post_that_has_it(database, word):
    with database.write() as tx:
        post = mention(f"well, {word}! indeed")
        store(tx, seen(post))
        assert post.id in {s.mention.id for s in mentions.search(tx, word, limit=1000)}
