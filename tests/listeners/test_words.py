"""Which posts hold the words that a platform does not look for."""

import pytest

from listeners.words import words_test


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lumora", True),
        ("LUMORA", True),
        ('"stream is down"', True),
        ("helio is", True),
        ("", True),
        ("lumor", False),
        ('"down is"', False),
        ("helio", False),
        ("ストリーム", True),
    ],
)
def test_one_of_the_words_or_phrases_is_enough_in_any_case_but_not_inside_longer_ones(words, found):
    assert words_test(words)("Help: Lumora stream is down. ルモラストリーム") is found
