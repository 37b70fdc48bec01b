from datetime import timedelta

import pytest

from crm.muting import muted_by
from domain.noise import Mute, MuteKind
from tests.builders import NOON, author, mention


def mute(kind=MuteKind.TOPIC, value="price rise", *, brand=None, hours=2) -> Mute:
    return Mute("m1", kind, value, value, brand, "U0MIA", NOON, NOON + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("text", "is_muted"),
    [
        ("Another PRICE rise!", True),
        ("the price-rise of Lumora", True),
        ("prices rise", False),
        ("rise of the price", False),
        ("price, then rise", False),
        ("price, rise", True),
    ],
)
def test_a_topic_is_its_words_side_by_side(text, is_muted):
    assert bool(muted_by(mention(text), [mute()], brand="Lumora", now=NOON)) is is_muted


def test_an_author_is_muted_on_her_own_platform():
    one = mute(MuteKind.AUTHOR, "x:id-jane")
    assert muted_by(mention(), [one], brand="Lumora", now=NOON) is one
    assert muted_by(mention(by=author(platform="reddit")), [one], brand="Lumora", now=NOON) is None


def test_a_mute_holds_for_its_brand_and_its_time():
    text = mention("price rise")
    assert muted_by(text, [mute(brand="Lumora")], brand="Vidora", now=NOON) is None
    assert muted_by(text, [mute(brand="Lumora")], brand="Lumora", now=NOON)
    assert muted_by(text, [mute()], brand="Lumora", now=NOON + timedelta(hours=2)) is None
