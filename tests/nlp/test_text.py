"""Brands and rivals are masked however people write them, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.prediction import BrandName, Reading
from nlp.text import model_text

SPOTIFY = BrandName("Northtune", ("northtune premium", "@NorthtuneCares"))


def read(text, brand=SPOTIFY, *rivals):
    return model_text(Reading(text, brand, rivals))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("I love Northtune", "I love ourbrand"),
        ("NORTHTUNE's app, northtunes", "ourbrand app, ourbrand"),
        ("Northtune’s and northtune.", "ourbrand and ourbrand ."),
        ("@northtune @AskNorthtune @NorthtuneCares_UK hi", "ourbrand ourbrand ourbrand hi"),
        ("@northtune@mastodon.example hi", "ourbrand hi"),
        ("#northtune #DeleteNorthtune", "ourbrand # Delete ourbrand"),
        ("#NorthtuneIsDown", "# ourbrand Is Down"),
        ("NorthtunePremium, MyNorthtune", "ourbrand , My ourbrand"),
        ("Northtune Premium", "ourbrand"),
        ("northtuned, unnorthtune", "northtuned, unnorthtune"),
    ],
)
def test_a_brand_is_masked_in_every_spelling(written, expected):
    assert read(written).text.replace(" ,", ",") == expected.replace(" ,", ",")


@pytest.mark.parametrize(
    "written", ["Blue Fern", "BlueFern", "blue-fern", "BLUE_FERN", "@bluefern", "#BlueFern", "blue fern's"]
)
def test_a_name_of_two_words_is_masked_with_any_joint(written):
    assert read(f"flew {written} today", BrandName("Blue Fern")).text == "flew ourbrand today"


def test_a_short_name_is_not_found_inside_longer_words():
    assert read("HPE, #php, @hpfan but HP", BrandName("HP")).text == "HPE, # php, @user but ourbrand"


def test_the_rival_moved_to_is_named():
    seen = read(
        "Tallow was fine but I went from Northtune to Wavely", SPOTIFY, BrandName("Tallow"), BrandName("Wavely")
    )
    assert seen.rival == "Wavely"
    assert seen.text == "rivalco was fine but I went from ourbrand to rivalco"


def test_the_first_rival_is_named_where_none_is_moved_to():
    assert read("Wavely and Tallow are bad", SPOTIFY, BrandName("Tallow"), BrandName("Wavely")).rival == "Wavely"


def test_no_rival_and_no_brand_leave_the_text_alone():
    seen = model_text(Reading("Plain words, nothing more"))
    assert (seen.text, seen.rival, seen.brand_named) == ("Plain words, nothing more", None, False)


def test_strangers_links_tags_emoji_and_stretching_are_written_plainly():
    assert read("@someone soooooo bad 😡 https://x.example/a?b #NeverAgain &amp; bye").text == (
        "@user sooo bad pouting face http # Never Again & bye"
    )


def test_invisible_characters_cannot_hide_a_brand():
    assert read("Nor\u200bthtune is down").text == "ourbrand is down"


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing_and_reading_it_twice_changes_nothing(text):
    once = read(text, SPOTIFY, BrandName("Wavely")).text
    assert read(once, None).text == once


@given(
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=60),
    st.sampled_from(["Northtune", "@northtune", "NORTHTUNE's"]),
)
def test_a_brand_that_stands_alone_never_survives(around, written):
    seen = read(f"{around} {written} {around}")
    assert seen.brand_named
    assert written.casefold() not in seen.text.casefold().split()
