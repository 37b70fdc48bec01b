"""The weighted length of a post: the cases have the weights of twitter-text's conformance suite."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.x.length import length

CASES = {
    "": 0,
    "This is a test.": 15,
    "http://test.com": 23,
    "test.com": 23,
    "Test https://test.com test https://test.com test.com test": 86,
    "Hi http://test.co": 26,
    "A\u0301B": 2,  # composed first
    "A\ufb2c": 4,
    "저찀쯿쿿": 8,
    "故人西辞黄鹤楼": 14,
    "H🐱☺👨\u200d👩\u200d👧\u200d👦": 7,
    "😷👾😡🔥💩": 10,
    "🙋🏽👨\u200d🎤": 4,
    "1\u20e3": 2,
    "🇩🇪🏳️\u200d🌈❤️": 6,
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f": 2,
    "ABC\u202a\uffffABC\ufffe": 12,
    "\u2066\u202ahttp://foobar.پاکستان/\u202c\u2069": 31,
    "randomurlrandomurlrandomurlrandomurlrandomurlrandomurlrandomurls.com": 68,
    f"https://{'long' * 20}.com": 92,  # no name may have so long a part, so it is no link
    f"{'あ' * 10} http://{'あ' * 5}.com": 44,
    "“Sorry” – we’re on it…": 23,
    "I am here.So what, e.g. this": 28,
    "mail help@lumora.com": 20,
    "see help.lumora.de, or lumora.de/help": 55,
    "@lumora.com": 11,
}


@pytest.mark.parametrize("text", CASES)
def test_a_text_weighs_what_x_says(text):
    assert length(text) == CASES[text]


@given(st.text(max_size=400))
def test_a_word_more_weighs_its_letters_more_whatever_stands_before(text):
    assert length(f"{text} x") == length(text) + 2


@given(st.integers(0, 140))
def test_wide_letters_weigh_two_however_many(count):
    assert length("楼" * count) == 2 * count
