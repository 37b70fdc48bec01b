"""Which streams compare for the share of voice, and how days add up."""

from crm.voices import Comparison, comparisons, total
from domain.brand import SourceKind
from domain.volume import Voice
from tests.builders import stream


def listening(*rivals, kind=SourceKind.SEARCH, platform="x"):
    return [stream(name=f"{rival} {platform} {kind}", rival=rival, kind=kind, platform=platform) for rival in rivals]


def test_a_rival_compares_with_us_by_streams_of_the_same_platform_and_kind():
    found = comparisons(listening(None, "Vidora"), "Lumora")
    assert found == [
        Comparison(None, ("Vidora",), ("x search",)),
        Comparison("Vidora", ("Vidora",), ("x search",)),
    ]


def test_nothing_compares_across_platforms_kinds_or_brands_nor_with_what_accounts_write():
    assert comparisons(listening(None), "Lumora") == []
    assert comparisons(listening(None) + listening("Vidora", platform="reddit"), "Lumora") == []
    assert comparisons(listening(None) + listening("Vidora", kind=SourceKind.MENTIONS), "Lumora") == []
    assert comparisons(listening(None, "Vidora"), "Helio") == []
    assert comparisons(listening(None, "Vidora", kind=SourceKind.OWN_POSTS), "Lumora") == []


def test_all_rivals_together_are_compared_by_the_sources_that_hear_every_one_of_them():
    streams = listening(None, "Vidora", "Kinobox") + listening(None, "Vidora", kind=SourceKind.MENTIONS)
    together, kinobox, vidora = comparisons(streams, "Lumora")
    assert together == Comparison(None, ("Kinobox", "Vidora"), ("x search",))
    assert kinobox.sources == ("x search",)
    assert vidora.sources == ("x mentions", "x search")
    apart = listening(None, "Vidora") + listening(None, "Kinobox", kind=SourceKind.MENTIONS)
    assert [one.rival for one in comparisons(apart, "Lumora")] == ["Kinobox", "Vidora"]


def test_days_add_up_by_rival():
    days = [
        (Voice(None, 3, 1, ("x search",)), Voice("Vidora", 3, 1, ("x search",))),
        (),
        (Voice(None, 1, 3, ("x new",)),),
    ]
    assert total(days) == (Voice(None, 4, 4, ("x new", "x search")), Voice("Vidora", 3, 1, ("x search",)))
    assert total(days)[0].share == 0.5
    assert Voice(None, 0, 0, ()).share is None
