"""Several places in one stream: their cursors, and what becomes of one that fails."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.errors import CursorTooOldError, PlatformError
from domain.mention import Batch, Cursor
from listeners.places import PlacesPoll
from tests.builders import mention, stream


class Scripted:
    """A poll that gives what it is told, and remembers its cursors and budgets."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, cursor, *, budget_usd=None):
        self.asked.append((cursor, budget_usd))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def batch(*mentions, cursor="c", **changes):
    return Batch(mentions=mentions, cursor=Cursor(cursor) if cursor else None, **changes)


def places(**polls):
    return PlacesPoll(stream(), polls, title="Somewhere")


FAILURE = PlatformError("b says 404.", platform="x")


def test_every_place_keeps_its_own_cursor_and_the_posts_come_oldest_first():
    first, second = mention(), mention()
    earlier = mention(posted_at=first.posted_at - timedelta(days=1))
    a = Scripted(batch(first, cursor="a1"), batch(cursor=None))
    b = Scripted(batch(earlier, second, cursor="b1"), batch(cursor="b2"))
    poll = places(a=a, b=b)
    got = poll(None)
    assert got.mentions[0] == earlier
    assert set(got.mentions) == {first, second, earlier}
    again = poll(got.cursor)
    assert [asked for asked, _ in (*a.asked, *b.asked)] == [None, "a1", None, "b1"]
    assert again.cursor == '{"a": "a1", "b": "b2"}'


def test_a_place_that_fails_holds_up_no_other_and_keeps_its_cursor():
    poll = places(a=Scripted(batch(mention(), cursor="a2")), b=Scripted(FAILURE))
    got = poll(Cursor('{"a": "a1", "b": "b1", "gone": "g1"}'))
    assert len(got.mentions) == 1
    assert (got.cursor, got.failing) == ('{"a": "a2", "b": "b1"}', "b says 404.")


def test_places_that_all_fail_are_a_failure():
    with pytest.raises(PlatformError, match="404"):
        places(a=Scripted(FAILURE), b=Scripted(FAILURE))(None)


def test_a_gap_at_one_place_is_told_before_anything_is_handed_on():
    gap = CursorTooOldError("posts may be missed", platform="x")
    poll = places(a=Scripted(batch(mention()), batch(mention())), b=Scripted(gap, batch(mention())))
    with pytest.raises(CursorTooOldError):
        poll(None)
    assert len(poll(None).mentions) == 2


def test_what_one_place_costs_the_next_cannot_spend():
    a, b = Scripted(batch(cost_usd=Decimal("0.3"))), Scripted(batch(cost_usd=Decimal("0.1"), capped=True))
    got = places(a=a, b=b)(None, budget_usd=Decimal("0.5"))
    assert (b.asked[0][1], got.cost_usd, got.capped) == (Decimal("0.2"), Decimal("0.4"), True)
