"""Reading a newest-first listing in pieces, whatever happens between the polls."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import PlatformError
from domain.mention import Mention, MentionId
from listeners.bodies import in_order
from listeners.paging import Page, Place, Stretch, read
from tests.builders import NOON, author

OVERLAP = 5
PAGE = 3


def mention_at(position: int) -> Mention:
    number = MentionId(f"x:{position}")
    at = NOON + timedelta(seconds=position)
    return Mention(number, author(), "lumora", "https://x.com/i/web/status/1", at, number)


@dataclass
class Listing:
    """Positions that are visible; each page costs a dollar. The next `failures` fetches fail."""

    visible: set[int] = field(default_factory=set)
    failures: int = 0
    fetched: list[tuple[Stretch, str | None]] = field(default_factory=list)

    def fetch(self, stretch: Stretch, token: str | None, budget_usd: Decimal | None) -> Page | None:
        if budget_usd is not None and budget_usd < 1:
            return None
        if self.failures:
            self.failures -= 1
            raise PlatformError("down", platform="x")
        self.fetched.append((stretch, token))
        below = int(token or stretch.resume or 10**9)
        floor = -1 if stretch.floor is None else stretch.floor
        found = sorted((p for p in self.visible if floor < p < below), reverse=True)
        page = found[:PAGE]
        more = str(page[-1]) if len(found) > PAGE else None
        mentions = tuple(mention_at(position) for position in page)
        return Page(mentions, (), max(page, default=None), more, str(page[-1]) if page else None, Decimal(1))

    def poll(self, cursor, **limits):
        return read(Place.parse(cursor), overlap=OVERLAP, fetch=self.fetch, **limits)


def drained(listing, cursor, seen, *, max_pages):
    """Poll until all was read and looked through once more; return after how many polls no new post was waiting."""
    polls = [listing.poll(cursor, max_pages=max_pages)]
    while len(polls) < 200:
        polls.append(listing.poll(polls[-1].cursor, max_pages=max_pages))
    seen |= {mention.id for batch in polls for mention in batch.mentions}
    return max((number for number, batch in enumerate(polls, 1) if batch.capped), default=0)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 12)),
        st.tuples(st.just("late"), st.integers(1, OVERLAP - 1)),
        st.tuples(st.just("poll"), st.integers(1, 4)),
        st.tuples(st.just("fail"), st.integers(1, 3)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_nothing_is_lost_in_any_order_of_events(events):
    listing, seen, cursor, now = Listing(), set(), None, 100
    for event, number in events:
        match event:
            case "publish":
                listing.visible |= set(range(now, now + number))
                now += number
            case "late":  # becomes visible now, with a position that is up to the overlap old
                listing.visible.add(max(0, now - number))
            case "fail":
                listing.failures = number
            case "poll":
                try:
                    batch = listing.poll(cursor, max_pages=number)
                except PlatformError:
                    continue
                seen |= {mention.id for mention in batch.mentions}
                cursor = batch.cursor
    listing.failures = 0
    assert drained(listing, cursor, seen, max_pages=2) < 200, "the backlog does not shrink"
    assert seen == {f"x:{position}" for position in listing.visible}


def test_the_newest_come_first_and_the_backlog_gets_a_page_all_the_same():
    listing = Listing(set(range(100, 130)))
    first = listing.poll(None, max_pages=1)
    assert [m.id for m in first.mentions] == ["x:127", "x:128", "x:129"]
    listing.visible |= set(range(130, 142))
    second = listing.poll(first.cursor, max_pages=1)
    assert [m.id for m in second.mentions] == [f"x:{n}" for n in (124, 125, 126, 139, 140, 141)]
    assert second.capped


def test_a_surge_within_the_overlap_is_read_to_its_end_though_nothing_follows():
    listing = Listing(set(range(100, 130)))
    first = listing.poll(None, max_pages=1)
    seen = {mention.id for mention in first.mentions}
    listing.visible |= set(range(130, 160))
    assert drained(listing, first.cursor, seen, max_pages=1) < 30
    assert seen == {f"x:{position}" for position in range(100, 160)}


def test_an_overlap_of_many_pages_is_read_again_piece_by_piece_and_finds_what_came_late():
    listing, seen, polls = Listing(set(range(100, 200, 2))), set[str](), list[bool]()
    wide = {"overlap": 60, "max_pages": 1}
    cursor = read(Place(), fetch=listing.fetch, overlap=60, max_pages=40).cursor
    for number in range(60):
        if number == 9:
            listing.visible |= {151, 181}
        batch = read(Place.parse(cursor), fetch=listing.fetch, **wide)
        polls, cursor, seen = [*polls, batch.capped], batch.cursor, seen | {m.id for m in batch.mentions}
    assert {"x:151", "x:181"} <= seen
    assert not any(polls)
    assert len(listing.fetched) <= 17 + 60 * 2


def test_the_budget_is_asked_before_each_page_and_the_rest_is_kept():
    listing = Listing(set(range(100, 130)))
    batch = listing.poll(None, budget_usd=Decimal("2.50"))
    assert (batch.cost_usd, batch.capped, len(batch.mentions)) == (Decimal(2), True, 6)
    assert Place.parse(batch.cursor) == Place(129, (Stretch(None, "124"),), checked=129)


def test_without_any_budget_nothing_is_read_and_the_cursor_stays():
    listing = Listing(set(range(100, 130)))
    cursor = Place(110, (Stretch(90, "100"),), checked=110).cursor()
    batch = listing.poll(cursor, budget_usd=Decimal(0))
    assert (batch.cursor, batch.capped, batch.mentions, listing.fetched) == (cursor, True, (), [])


def test_the_cursor_never_goes_back_where_the_newest_posts_were_deleted():
    listing = Listing({100, 101})
    cursor = Place(105).cursor()
    assert Place.parse(listing.poll(cursor).cursor).newest == 105


def test_a_cursor_stays_small_however_long_the_surge():
    listing, cursor, seen = Listing(), None, set()
    for start in range(0, 4000, 100):
        listing.visible |= set(range(start, start + 100))
        batch = listing.poll(cursor, max_pages=1)
        seen |= {m.id for m in batch.mentions}
        cursor = batch.cursor
    assert len(Place.parse(cursor).left) <= 20
    while cursor is None or batch.capped:
        batch = listing.poll(cursor, max_pages=100)
        seen |= {m.id for m in batch.mentions}
        cursor = batch.cursor
    assert len(seen) == 4000


@pytest.mark.parametrize(
    "place", [Place(), Place(1), Place(2**62, (Stretch(None, "7"), Stretch(3, "t3_a", known=8, again=True)), checked=5)]
)
def test_a_place_survives_being_written_down(place):
    assert Place.parse(place.cursor()) == place


def test_a_post_that_is_edited_between_two_pages_is_read_as_it_is_now():
    before, after = (
        mention_at(100),
        replace(mention_at(100), text="lumora, edited", edited_at=NOON + timedelta(hours=1)),
    )
    for order in ((before, after), (after, before)):
        assert in_order(order, ()).mentions == (after,)
