import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.topics import LEAST, top_topics

CALM = [(f"x:{n}", text) for n in range(60) for text in ("the app crashed again", "too expensive for what it is")]


def topics(today, before=CALM, *, names=("Lumora", "Vidora+"), limit=5):
    return top_topics([(f"x:a{n}", text) for n, text in enumerate(today)], before, names=names, limit=limit)


def test_what_is_said_today_and_not_before_stands_out_and_what_was_always_said_does_not():
    found = topics(["no signal in Leeds and the app crashed"] * 6 + ["too expensive, and no signal"] * 3)
    assert found[0].words in {"signal", "leeds"}
    assert {topic.words for topic in found}.isdisjoint({"app", "crashed", "app crashed", "expensive"})
    signal = next(topic for topic in found if topic.words == "signal")
    assert (signal.posts, signal.authors, signal.before) == (9, 9, 0)


def test_a_pair_of_words_stands_for_its_words():
    found = topics(["remote control broken"] * 4 + ["the remote control is dead"] * 3)
    assert "remote control" in {topic.words for topic in found}
    assert not {"remote", "control"} & {topic.words for topic in found}


def test_nobodys_own_words_are_shown():
    rant = [("x:one", f"my basement flooded {n}") for n in range(9)]
    assert top_topics(rant, CALM, names=(), limit=5) == []
    shared = [(f"x:{n % 2}", f"my basement flooded {n}") for n in range(9)]
    assert top_topics(shared, CALM, names=(), limit=5) == []
    of_three = [(f"x:{n % 3}", f"my basement flooded {n}") for n in range(9)]
    assert {t.authors for t in top_topics(of_three, CALM, names=(), limit=5)} == {LEAST}


def test_names_handles_and_addresses_are_left_out():
    text = (
        "Lumora @lumora_help u/someone r/television https://evil.example/outage #fail pic.twitter.com/x1 Vidora+ outage"
    )
    assert [topic.words for topic in topics([text] * 9)] == ["outage"]


def test_words_around_a_name_or_a_stop_word_are_no_pair():
    found = {topic.words for topic in topics(["signal Lumora outage", "signal for outage"] * 5)}
    assert "signal outage" not in found


def test_without_earlier_days_nothing_stands_out():
    assert topics(["no signal"] * 9, before=[]) == []
    assert topics([]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.text(max_size=60)), max_size=40), st.randoms())
def test_the_order_of_the_posts_changes_nothing_and_few_authors_show_nothing(said, random):
    found = top_topics(said, CALM, names=("Lumora", ""), limit=5)
    shuffled = list(said)
    random.shuffle(shuffled)
    assert top_topics(shuffled, CALM, names=("Lumora", ""), limit=5) == found
    assert all(topic.authors >= LEAST and topic.posts >= LEAST for topic in found)
    for topic in found:
        users = {author for author, text in said if topic.words.split()[0] in text.casefold().replace("’", "'")}
        assert len(users) >= LEAST


@pytest.mark.parametrize("limit", [1, 2])
def test_only_the_most_telling_are_returned(limit):
    assert len(topics(["signal outage flooded basement tower mast"] * 9, limit=limit)) == limit
