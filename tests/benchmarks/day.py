"""A day of recorded and scripted traffic at 20 mentions a second: what it costs, what is lost, whether memory grows."""

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from domain.prediction import Predictions, Reading
from nlp.classify import build
from storage.database import open_database
from tests.benchmarks.figure import Figure, at_least, at_most, none_of, progress, shown
from tests.benchmarks.listening import resident
from tests.benchmarks.throughput import disk
from tests.busy.day import DAY, PER_DAY, Budget, Day
from tests.busy.feeds import comments_of_reddit, invented, posts_of_x, records_of_bluesky
from tests.busy.findings import HeardFree, HeardOnX, Spending, heard_free, heard_on_x, notices, spending
from tests.flows.fakes import SetClock, by_keyword
from tests.shared import SHARED

START = datetime(2026, 3, 4, tzinfo=UTC)
BUDGET = Budget(cap_usd=Decimal(40), recheck_usd=Decimal(5))
NOTED = (1, 12, 24)
"""Memory is looked at after so many hours."""

GROWTH = "growth from 1 h, with a digest drawn and the model used, to the end"
BY_MODEL = "of them classified by the shipped model, in 24 minutes of the day; all others by keyword"

LARGEST_BATCH = 1000
"""Ten pages of 100."""

_HOUR = 3600


class _Ears:
    """Classifies by keyword, and in three minutes of every third hour by the shipped model: all would take hours.

    The model keeps the memory of its largest batch: it has as many texts as a poll brings at most before the day.
    """

    def __init__(self, clock: SetClock) -> None:
        self._clock, self._model = clock, build()
        self._model([Reading(text) for text in invented()[:LARGEST_BATCH]])
        self.by_model = 0

    def __call__(self, readings: Sequence[Reading]) -> list[Predictions]:
        now = self._clock()
        if now.hour % 3 or now.minute % 20 != 10:
            return by_keyword(readings)
        self.by_model += len(readings)
        return self._model(readings)


def measure() -> list[Figure]:
    """Live through the day, with SQLite on a disk, and ask X what it delivered."""
    memory: dict[int, float] = {}
    with tempfile.TemporaryDirectory(prefix="earshot-", dir=disk()) as folder:
        database = open_database(f"sqlite:///{folder}/earshot.db")
        database.migrate()
        day = Day(database, start=START, seconds=DAY, budget=BUDGET)
        ears = day.classify = _Ears(day.clock)
        began = time.monotonic()
        with day.open() as jobs, progress("minutes of the day", DAY // 60) as done:
            day.live(jobs, note=_noting(memory, done))
            seconds = time.monotonic() - began
            on_x, money = heard_on_x(day), spending(day)
            day.catch_up(jobs)
        free = heard_free(day)
        database.close()
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    return [
        *_traffic(day, on_x, free, ears.by_model),
        *_money(day, money, on_x),
        *_losses(on_x, free),
        *(shown(f"resident memory of bot and platforms after {hours} h", memory[hours], "MB") for hours in NOTED),
        at_most(
            "growth from 1 h, with a digest drawn and the model used, to the end", memory[24] / memory[1], 1.1, "times"
        ),
        shown("size of the database", size, "MB"),
        shown("it took", seconds / 60, "minutes"),
    ]


def _noting(memory: dict[int, float], done: Callable[[int], None]) -> Callable[[datetime], None]:
    """Return what is called at each tick; the last one is just before the end of the day."""
    minutes = 0

    def note(now: datetime) -> None:
        nonlocal minutes
        passed = (now - START).total_seconds()
        done(int(passed // 60) - minutes)
        minutes = int(passed // 60)
        for hours in NOTED:
            if passed < hours * _HOUR:
                memory[hours] = resident()

    return note


def _traffic(day: Day, on_x: HeardOnX, free: HeardFree, by_model: int) -> list[Figure]:
    polls = day.counting.counts().polls
    recorded = {"X": posts_of_x(), "Reddit": comments_of_reddit(), "Bluesky": records_of_bluesky()}
    made = ", ".join(f"{len(posts)} of {name}" for name, posts in recorded.items())
    absent = f"none: {SHARED.name}/fixtures is absent, and all posts are invented"
    return [
        shown("posts of the day, 20 a second", sum(PER_DAY.values()), "posts"),
        shown("of them on X, which charges", sum(feed.count for feed in day.x.feeds.values()), "posts"),
        shown("on Bluesky, Reddit and a scripted platform that fails and goes away", free.read, "posts"),
        Figure("recorded posts that every second one is made of", made if any(recorded.values()) else absent),
        shown("invented texts of the others", len(invented()), "texts"),
        shown("mentions read", on_x.read + free.read, "posts"),
        shown(BY_MODEL, by_model, "posts"),
        shown("polls", sum(polls.values()), "polls"),
    ]


def _money(day: Day, money: Spending, on_x: HeardOnX) -> list[Figure]:
    told, cap = notices(day), float(BUDGET.cap_usd)
    return [
        shown("what X would charge for all its posts, without authors", float(day.x.price_of_all()), "USD"),
        at_most("spent, as X counts what it delivered", float(money.usd), cap, "USD"),
        shown("for looking stored posts up, by the bot's own book", float(money.looked_up_usd), "USD"),
        none_of("moments at which more was spent than the plan of the day let go", money.moments_ahead),
        Figure("all that the book says", f"{money.booked_usd:.2f} USD", ">= X's", money.booked_usd >= money.usd),
        shown("requests to X", money.requests, "requests"),
        at_least("posts of X's search read in the last hour of the day, of that hour", on_x.late_searched, 1, "posts"),
        at_most("notices that a stream is read slowly, for four that cost money", told["read slowly"], 4, "notices"),
        none_of("notices that a cap is reached", told["cap"]),
        shown("notice that X takes no compliance jobs", told["jobs"], "notices"),
        shown("notices that the scripted platform went away, or came back", told["other"], "notices"),
    ]


def _losses(on_x: HeardOnX, free: HeardFree) -> list[Figure]:
    return [
        shown("posts of X that were not read", on_x.unread, "posts"),
        none_of("of them outside of every gap of the ledger", on_x.unowned),
        none_of("posts on X that name our account, or are its own, not read", on_x.named_unread),
        none_of("posts that X delivered and that are not stored", on_x.not_stored),
        none_of("posts lost on the other platforms", free.lost),
        none_of("stored or counted twice", free.doubled),
        none_of("gaps of theirs that are not filled in the end", free.gaps_left),
    ]
