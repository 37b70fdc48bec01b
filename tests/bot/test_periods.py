"""Periods as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.periods import read_period
from domain.errors import InputError

TODAY = date(2026, 3, 4)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("today", "2026-03-04", "2026-03-05"),
        ("yesterday", "2026-03-03", "2026-03-04"),
        ("week", "2026-03-02", "2026-03-05"),
        ("month", "2026-03-01", "2026-03-05"),
        ("1d", "2026-03-04", "2026-03-05"),
        ("7d", "2026-02-26", "2026-03-05"),
        ("2026-02-01", "2026-02-01", "2026-02-02"),
        ("2026-02-01..2026-02-28", "2026-02-01", "2026-03-01"),
    ],
)
def test_period_is_read_as_days_with_an_exclusive_end(text, since, until):
    assert read_period(text, today=TODAY) == (date.fromisoformat(since), date.fromisoformat(until))


def test_other_words_are_no_period():
    assert read_period("response_rate", today=TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-02-30..2026-03-01",
        "2026-02-01..tomorrow",
        "2026-02-05..2026-02-01",
        "0001-01-01",
        "9999-12-31",
    ],
)
def test_impossible_dates_are_explained(text):
    with pytest.raises(InputError, match=r"date|ends before"):
        read_period(text, today=TODAY)


def test_what_is_no_date_is_repeated_without_its_power():
    with pytest.raises(InputError, match="“2026-&lt;!channel&gt;” is no date"):
        read_period("2026-<!channel>", today=TODAY)


@given(st.text(max_size=30))
def test_nothing_typed_breaks_the_reader(text):
    try:
        period = read_period(text, today=TODAY)
    except InputError:
        return
    assert period is None or period[0] < period[1]
