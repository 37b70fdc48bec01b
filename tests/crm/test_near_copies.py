import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.copies import wording
from crm.near_copies import BANDS, Leaders, bands, says_the_same
from tests.benchmarks.copying import find, stream
from tests.seeded_copies import REPORTED

TEXT = "Lumora raised its price again and nobody told us a single word about it, I am leaving"


def same(one, other):
    return says_the_same(wording(one), wording(other))


@pytest.mark.parametrize(
    "copy",
    [
        f"From the board next door: {TEXT}",
        f"{TEXT}. Who is with me?",
        f"Hi Mr Novak! {TEXT} #fail #Lumora https://t.co/a1",
        f"RT @jane: {TEXT[:70]}…",
    ],
)
def test_the_same_with_words_around_it_is_a_copy(copy):
    assert same(copy, TEXT)


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("leaving", "staying"),
        TEXT.replace("price", "quality"),
        TEXT.replace("Lumora", "Vidora"),
        f"{TEXT}. Not true!",
        f"{TEXT}. Update: they fixed it",
        f"{TEXT}, and by the way the new app does look better than the one of last year",
    ],
)
def test_what_turns_it_or_takes_the_place_of_a_word_makes_another_text(other):
    assert not same(other, TEXT)


@given(st.text(max_size=400))
def test_bands_are_storable_and_any_text_copies_itself(text):
    said = wording(text)
    keys = bands(said)
    assert len(keys) in {0, BANDS}
    assert all(0 <= key < 2**63 for key in keys)
    if keys:
        leaders: Leaders[int] = Leaders()
        leaders.add(7, said, keys)
        assert leaders.copied(said, keys) == 7


def test_hostile_repetition_is_compared_in_no_time():
    said = wording("a b c d e f g h " * 37)
    assert says_the_same(said, said)
    assert bands(wording("a b c d e f g h " * 3000)) == ()


def test_seeded_copies_of_invented_posts_are_found_and_strangers_are_not():
    found = find(stream(REPORTED, shared=False))
    assert found.texts > 1000
    assert found.recall >= 0.98
    assert found.precision >= 0.99
