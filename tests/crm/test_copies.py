import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.copies import normalised, wording

TEXT = "Lumora raised its price again and nobody told us, I am leaving"


@pytest.mark.parametrize(
    "copy",
    [
        TEXT.upper(),
        f"RT @jane_doe: {TEXT}",
        f"{TEXT}!!! 😡😡 https://t.co/abc",
        f"@lumora {TEXT.replace(',', ' —')}",
        TEXT.replace("Lumora", "\uff2cumora"),  # a full-width letter
    ],
)
def test_the_same_words_are_a_copy_whatever_surrounds_them(copy):
    assert wording(copy).fingerprint == wording(TEXT).fingerprint


@pytest.mark.parametrize(
    "other", [TEXT.replace("leaving", "staying"), f"{TEXT} today", TEXT.replace("price", "prices")]
)
def test_other_words_are_no_copy(other):
    assert wording(other).fingerprint != wording(TEXT).fingerprint


@pytest.mark.parametrize(
    "short", ["", "Lumora is down", "😡" * 50, "@a @b https://example.com/a-very-long-address-it-is"]
)
def test_what_many_people_write_by_themselves_is_no_copy(short):
    assert wording(short).fingerprint is None


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing(text):
    once = normalised(text)
    assert normalised(once) in {once, ""} or "http" in once
