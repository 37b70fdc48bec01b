"""What people type, read as they mean it, and the errors that say how to mend it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.durations import read_duration
from bot.typed import duration_in, nearest, page_of, quoted_back, read_handle, read_typed
from domain.errors import InputError
from tests.bot.validation import live_tokens
from tests.hostile import HOSTILE

FILTERS = ("brand", "since")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["jane_doe-1", "@jane_doe-1", "u/jane_doe-1", "/u/jane_doe-1"])
def test_a_handle_is_read_as_people_write_it(typed):
    assert read_handle(typed) == "jane_doe-1"


@pytest.mark.parametrize("typed", ["", "@", "u/", "jane doe", "@<!channel>", "x" * 61])
def test_what_can_be_no_handle_is_refused_without_its_power(typed):
    with pytest.raises(InputError, match="is no handle") as refused:
        read_handle(typed)
    assert live_tokens(str(refused.value)) == []


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30m", timedelta(minutes=30)),
        ("45min", timedelta(minutes=45)),
        ("2h", timedelta(hours=2)),
        ("1D", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
        ("2", None),
        ("h", None),
        ("2 hours", None),
        ("99999h", None),
        ("-2h", None),
    ],
)
def test_durations_are_read(text, duration):
    assert read_duration(text) == duration


def test_no_time_at_all_is_no_duration():
    with pytest.raises(InputError, match="no time at all"):
        read_duration("0h")


@pytest.mark.parametrize(
    ("text", "words", "filters"),
    [
        ('refund "price rise" brand:Lumora', ("refund", "price rise"), {"brand": "Lumora"}),
        ('BRAND:"Big Co" x', ("x",), {"brand": "Big Co"}),
        ("brand:“Big Co”", (), {"brand": "Big Co"}),
        ("don't stop", ("don't", "stop"), {}),
        ("https://x.com/a other:thing", ("https://x.com/a", "other:thing"), {}),
        ("since:1d since:2d", (), {"since": "2d"}),
        ("# $(rm) `a` \\", ("#", "$(rm)", "`a`", "\\"), {}),
        ("", (), {}),
    ],
)
def test_words_phrases_and_filters_are_told_apart(text, words, filters):
    typed = read_typed(text, filters=FILTERS)
    assert (typed.words, dict(typed.filters)) == (words, filters)


@pytest.mark.parametrize(("text", "told"), [('"half', "quotation mark"), ("brand: Lumora", "needs a value")])
def test_what_cannot_be_read_is_said(text, told):
    with pytest.raises(InputError, match=told):
        read_typed(text, filters=FILTERS)


@given(st.text(max_size=200))
def test_anything_typed_is_read_or_refused_in_words(text):
    if text.translate(str.maketrans("“”„«»", '"""""')).count('"') % 2:
        with pytest.raises(InputError, match="quotation mark"):
            read_typed(text)
    else:
        assert all(isinstance(word, str) for word in read_typed(text).words)


def test_the_last_duration_counts_and_the_rest_is_the_topic():
    assert duration_in(("4h", "outage", "2h")) == (timedelta(hours=2), ("4h", "outage"))
    with pytest.raises(InputError, match="Say for how long"):
        duration_in(("@jane",))


@pytest.mark.parametrize("words", [("0",), ("1001",), ("two",), ("1", "2"), ("²",)])
def test_what_is_no_page_is_refused(words):
    with pytest.raises(InputError, match=r"is no page\. Try `/earshot queue 2`"):
        page_of(words, verb="queue")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_typed_comes_to_life_where_it_is_repeated(text):
    assert live_tokens(quoted_back(text)) == []
    assert live_tokens(nearest("qeue", ["queue"], "/earshot", text)) == []
