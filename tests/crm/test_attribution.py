import pytest

from crm.attribution import named_brands, reading
from tests.builders import brand

LUMORA, HELIO = brand(), brand("Helio Air", aliases=("helioair",), accounts=())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("LUMORA is down", ["Lumora"]),
        ("thanks @lumora!", ["Lumora"]),
        ("#lumora vs Helio  Air", ["Lumora", "Helio Air"]),
        ("Lumora's app", ["Lumora"]),
        ("illuminating lumorascope", []),
        ("", []),
    ],
)
def test_a_text_names_the_brands_that_stand_in_it_as_words(text, names):
    assert [b.name for b in named_brands(text, (LUMORA, HELIO))] == names


def test_a_reading_carries_every_name_of_brand_and_rivals():
    asked = reading("hi", LUMORA)
    assert set(asked.brand.aliases) == {"Lumora", "lumora", "LumoraHelp"}
    assert asked.rivals[0].aliases == ("Vidora", "vidora+", "vidora")
