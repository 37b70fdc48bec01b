"""A platform by a script, at the level of pages: posts that come late, twice, out of order, changed or gone, and calls
that fail. All of it follows from a seed, so that what must be stored in the end is known."""

import random
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final

from domain.errors import PlatformError
from domain.mention import Author, Mention, Removal, mention_id
from listeners.calls import UndoneError
from listeners.listing import Below
from listeners.paging import Page, Stretch
from tests.flows.fakes import SetClock

NAME: Final = "hackernews"
"""It stands for a platform that is known already."""

PAGE_SIZE: Final = 100

LATE: Final = 35
"""Seconds after its time that a post is listed at most."""
BEHIND: Final = 20
"""Seconds that a page may be older than its request: another server of the platform answers."""
OVERLAP: Final = 60
"""What a poll must read again to miss nothing of the two."""

COMPLAINS_EVERY: Final = 1000
"""One post in so many says something awful; it is never deleted."""

_NEVER: Final = 1 << 30
_FAULTS: Final = ("429", "503", "reset", "lost answer")


class ScriptedPlatform:
    """Publishes `count` posts by the clock, two a second with surges; `fetch` is the listing, newest first.

    It notes what it has shown: `shown` the newest version of each post (from 1 on), `told_gone` what it called deleted.
    """

    def __init__(self, count: int, *, seed: int, clock: SetClock) -> None:
        """Decide what will happen from the clock's present on."""
        self._draw = random.Random(seed)
        self._clock, self._start = clock, int(clock().timestamp())
        self._at = array("l", islice(self._moments(), count))
        draws = [self._fate(number) for number in range(count)]
        self._listed, self._edited, self._gone = (array("l", column) for column in zip(*draws, strict=True))
        self._outages = list(self._times_away())
        self.shown, self.told_gone = bytearray(count), bytearray(count)
        self.faults = dict.fromkeys((*_FAULTS, "away", "old pages", "shuffled", "doubled"), 0)

    @property
    def over(self) -> bool:
        """Tell whether the last post, and all that happens to posts, lies behind."""
        return self._now() > self._at[-1] + 2 * OVERLAP + BEHIND

    def changes(self) -> tuple[int, int, int]:
        """Return how many posts are listed late, edited, and deleted in all."""
        late = sum(listed > at for listed, at in zip(self._listed, self._at, strict=True))
        return late, sum(at < _NEVER for at in self._edited), sum(at < _NEVER for at in self._gone)

    def text(self, number: int, version: int) -> str:
        """Say what a version of a post says."""
        says = "is awful, it is down again" if number % COMPLAINS_EVERY == 0 else "on a quiet evening"
        return f"Lumora {says}: post {number}, version {version}"

    def fetch(self, stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        """Implement listeners.paging.Fetch; time goes on with each request."""
        self._clock.advance(seconds=self._draw.choice((0, 0, 1)))
        fault = self._fault()
        if fault and fault != "lost answer":
            raise self._error(fault)
        below, then = Below.parse(token or stretch.resume), self._now()
        if self._draw.random() < 0.05:
            self.faults["old pages"] += 1
            then -= self._draw.randint(1, BEHIND)
        floor = 0 if stretch.floor is None else stretch.floor - self._start
        top = then if below.second is None else min(then, below.second - self._start)
        found = list(islice(self._listing(floor, top, then), below.page * PAGE_SIZE, (below.page + 1) * PAGE_SIZE))
        page = self._page(found, then, below)
        if fault:
            raise self._error(fault)
        for number in found:
            if then >= self._gone[number]:
                self.told_gone[number] = 1
            else:
                self.shown[number] = max(self.shown[number], self._version(number, then))
        return page

    # What happens

    def _moments(self) -> Iterator[int]:
        """Give the second of each post after the start: two a second, surges of 15 to 40, and seconds with hundreds."""
        second, surge_until, surge = 0, 0, 0
        while True:
            if second >= surge_until and self._draw.random() < 1 / 7200:
                surge_until, surge = second + self._draw.randint(120, 600), self._draw.randint(15, 40)
            mean = surge if second < surge_until else 2
            count = 250 if self._draw.random() < 1 / 20_000 else self._draw.randint(0, 2 * mean)
            yield from (second for _ in range(count))
            second += 1

    def _fate(self, number: int) -> tuple[int, int, int]:
        """Return when a post is listed, edited and deleted; a deletion may be told before the post is listed."""
        at, draw = self._at[number], self._draw.random
        listed = at + self._draw.randint(1, LATE) if draw() < 0.1 else at
        edited = listed + self._draw.randint(1, OVERLAP) if draw() < 0.02 else _NEVER
        gone = at + self._draw.randint(0, OVERLAP) if draw() < 0.005 and number % COMPLAINS_EVERY else _NEVER
        return listed, edited, gone

    def _times_away(self) -> Iterator[tuple[int, int]]:
        """Give the spans in which every request fails: 1 to 20 minutes, every hour or so."""
        second = 0
        while (second := second + self._draw.randint(600, 7200)) < self._at[-1]:
            yield second, second + self._draw.randint(60, 1200)

    def _fault(self) -> str | None:
        now = self._now()
        place = bisect_right(self._outages, (now, _NEVER)) - 1
        if place >= 0 and now < self._outages[place][1]:
            return "away"
        return self._draw.choice(_FAULTS) if self._draw.random() < 0.05 else None

    def _error(self, fault: str) -> PlatformError:
        self.faults[fault] += 1
        kind = UndoneError if fault == "429" else PlatformError
        return kind(f"The platform failed ({fault}).", platform=NAME)

    # What the listing shows

    def _now(self) -> int:
        return int(self._clock().timestamp()) - self._start

    def _listing(self, floor: int, top: int, then: int) -> Iterator[int]:
        """Give the posts of [floor, top] that were listed then, newest first, and what is left of deleted ones."""
        for number in range(bisect_right(self._at, top) - 1, bisect_left(self._at, floor) - 1, -1):
            if min(self._listed[number], self._gone[number]) <= then:
                yield number

    def _page(self, found: list[int], then: int, below: Below) -> Page:
        """Make a page: sometimes in no order, sometimes with posts twice."""
        seconds = [self._start + self._at[number] for number in found]
        following = below.after(seconds) if len(found) == PAGE_SIZE else None
        listed = list(found)
        if self._draw.random() < 0.2:
            self.faults["shuffled"] += 1
            self._draw.shuffle(listed)
        if listed and self._draw.random() < 0.05:
            self.faults["doubled"] += 1
            listed += self._draw.choices(listed, k=10)
        return Page(
            tuple(self._mention(number, then) for number in listed if then < self._gone[number]),
            tuple(self._removal(number) for number in listed if then >= self._gone[number]),
            newest=max(seconds, default=None),
            token=following,
            resume=following,
        )

    def _version(self, number: int, then: int) -> int:
        return 2 if then >= self._edited[number] else 1

    def _mention(self, number: int, then: int) -> Mention:
        own, version, handle = mention_id(NAME, str(number)), self._version(number, then), f"writer{number % 50_000}"
        return Mention(
            id=own,
            author=Author(NAME, handle, handle),
            text=self.text(number, version),
            url=f"https://platform.example/{number}",
            posted_at=self._moment(self._at[number]),
            thread_id=own,
            edited_at=self._moment(self._edited[number]) if version > 1 else None,
        )

    def _removal(self, number: int) -> Removal:
        return Removal(mention_id(NAME, str(number)), self._moment(self._now()))

    def _moment(self, second: int) -> datetime:
        return datetime.fromtimestamp(self._start, UTC) + timedelta(seconds=second)
