"""Builds the same days again from the same events in another order."""

import json
import random
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import text

from domain.brand import Account
from domain.case import TriagePolicy
from domain.mention import Mention, MentionId
from flows.carding import Origin
from flows.filing import file_mentions
from flows.house import House
from flows.kpi_days import close_days, report
from flows.removing import remove
from storage import mentions
from storage.database import open_database
from storage.tables import Row
from tests.builders import author, brand, mention, predictions
from tests.flows.fakes import SetClock

FIRST, DAYS = date(2026, 3, 6), 4  # in America the clocks go forward on 8 March
START = datetime(2026, 3, 6, 6, tzinfo=UTC)
POSTS, REPLIES, DELETIONS = 40, 20, 6
AT_A_TIME = 9


class Rebuilding:
    """One SQLite file, emptied before each time."""

    def __init__(self, url: str, clock: SetClock) -> None:
        self._database, self._clock = open_database(url), clock
        self._posts, self._replies, self._deleted = _events()

    def report(self, zone: str, chance: random.Random) -> bytes:
        """File everything, a few at a time, close the days, and return the report of the whole and of each day.

        What is deleted goes when all has arrived, half of it before the days are closed and half of it after.
        """
        self._empty()
        self._clock.now = START + timedelta(days=9)
        ours = brand(time_zone=ZoneInfo(zone), accounts=(Account("x", "lumora"), Account("x", "lumora_status")))
        house = House(self._database, self._clock, (ours,), TriagePolicy(), secret=b"s")
        arrivals = [*self._posts, *self._replies]
        chance.shuffle(arrivals)
        deletions = list(self._deleted)
        while arrivals:
            some, arrivals = arrivals[:AT_A_TIME], arrivals[AT_A_TIME:]
            with self._database.write() as tx:
                new = mentions.unseen(tx, some, brand=ours.name, secret=house.secret)
                classified = [(post, ours, predictions(*_said(post))) for post in new]
                file_mentions(tx, classified, origin=Origin("s", alert=False, channels={}), house=house)
        with self._database.write() as tx:
            for post in deletions[::2]:
                remove(tx, post.id, house=house)
        self._clock.now += timedelta(hours=1)
        assert close_days(house=house)
        with self._database.write() as tx:
            for post in deletions[1::2]:
                remove(tx, post.id, house=house)
        days = [FIRST + timedelta(days=n) for n in range(DAYS + 1)]
        periods = [(days[0], days[-1]), *pairwise(days)]
        found = [report(brand=ours, since=since, until=until, house=house) for since, until in periods]
        return json.dumps([asdict(one) for one in found], default=str, sort_keys=True).encode()

    def close(self) -> None:
        self._database.close()

    def _empty(self) -> None:
        with self._database.write() as tx:
            tx.execute(text("PRAGMA defer_foreign_keys = ON"))
            for table in reversed(Row.metadata.sorted_tables):
                if table.name not in {"audit", "audit_head", "stamps", "brands"}:
                    tx.execute(table.delete())


def _events() -> tuple[list[Mention], list[Mention], list[Mention]]:
    """Make posts of a few people in a few threads, our answers to some, and what is deleted in the end."""
    chance = random.Random(8)
    posts = []
    for number in range(POSTS):
        at = START + timedelta(minutes=chance.randrange(DAYS * 24 * 60 - 12 * 60))
        by = author(f"user{chance.randrange(25)}")
        thread = f"x:{by.handle}:{chance.randrange(2)}"
        words = chance.choice(["down", "down", "cancel", "love", "signed up", "hm"])
        posts.append(mention(words, number=1000 + number, by=by, posted_at=at, thread_id=thread))
    replies = [_answer(post, number, chance) for number, post in enumerate(chance.sample(posts, REPLIES))]
    return posts, replies, chance.sample(posts, DELETIONS)


def _answer(post: Mention, number: int, chance: random.Random) -> Mention:
    return replace(
        post,
        id=MentionId(f"x:{9000 + number}"),
        author=author("lumora_status", automated=True) if number % 5 == 0 else author("lumora"),
        text="sorry",
        posted_at=post.posted_at + timedelta(minutes=chance.choice([5, 59, 60, 61, 240, 1440, 3000])),
        reply_to=post.id,
    )


def _said(post: Mention) -> tuple[str, str]:
    return {
        "down": ("negative", "none"),
        "cancel": ("negative", "leaving"),
        "love": ("positive", "none"),
        "signed up": ("positive", "joining"),
    }.get(post.text, ("neutral", "none"))
