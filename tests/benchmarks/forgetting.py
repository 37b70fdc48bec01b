"""How long forgetting a person with 10,000 posts takes, and how long others wait for their turn to write meanwhile."""

import tempfile
import threading
import time
from pathlib import Path

from domain.case import TriagePolicy
from domain.clock import system_clock
from domain.forgetting import ForgettingState
from flows.carding import Origin
from flows.filing import file_mentions
from flows.forgetting import confirm, offer, scrub
from flows.house import House
from storage import deliveries, mentions
from storage.database import open_database
from tests import builders
from tests.benchmarks.figure import Figure, at_most, none_of, progress, shown
from tests.benchmarks.throughput import disk
from tests.databases import postgres_server

POSTS, BATCH = 10_000, 500
ONE_IN = 5
"""Every fifth post of hers makes a case with a card."""


def measure() -> list[Figure]:
    """Fill both databases with her posts and as many of others, forget her, and write beside it."""
    with tempfile.TemporaryDirectory(prefix="earshot-", dir=disk()) as folder:
        figures = _forget("SQLite", f"sqlite:///{folder}/earshot.db")
        with postgres_server(Path(folder) / "postgresql") as url:
            figures += _forget("PostgreSQL", url.render_as_string(hide_password=False))
    return figures


def _forget(name: str, url: str) -> list[Figure]:
    database = open_database(url)
    database.migrate()
    house = House(
        database, system_clock, (builders.brand(),), TriagePolicy(), secret=b"benchmark", noise=builders.NO_SURGES
    )
    _fill(house, name)
    (found,) = offer("@jane", person=builders.ADA, house=house)
    ended = threading.Event()
    waits: list[float] = []
    writer = threading.Thread(target=_write_beside, args=(house, waits, ended))
    writer.start()
    began = time.monotonic()
    done = confirm(found.id, person=builders.ADA, house=house, seconds=3600)
    seconds = time.monotonic() - began
    ended.set()
    writer.join()
    began = time.monotonic()
    assert scrub(house=house)
    scrubbing = time.monotonic() - began
    assert done.state is ForgettingState.ERASED
    assert done.gone.posts == POSTS, f"{done.gone.posts} of {POSTS} went"
    with database.read() as tx:
        left = len(mentions.of_authors(tx, ["x:id-jane"], limit=9))
    database.close()
    return [
        shown(f"{name}: forgetting a person with {POSTS:,} posts in {POSTS // ONE_IN:,} cases", seconds, "s"),
        at_most(f"{name}: the longest that somebody else waited to write", max(waits), 1.0, "s"),
        shown(f"{name}: overwriting the bytes on disk", scrubbing, "s"),
        none_of(f"{name}: posts of hers that are left", left),
    ]


def _fill(house: House, name: str) -> None:
    origin = Origin(stream="s", alert=True, channels={"Lumora": "C0ALERTS"})
    now, brand = system_clock(), house.brands[0]
    with progress(f"posts into {name}", 2 * POSTS) as done:
        for start in range(0, 2 * POSTS, BATCH):
            posts = [
                builders.mention(
                    f"Lumora is down, number{number}",
                    number=number + 1,
                    by=builders.author("jane" if number % 2 else f"user{number}"),
                    posted_at=now,
                )
                for number in range(start, start + BATCH)
            ]
            said = [builders.predictions("negative" if n % (2 * ONE_IN) == 1 else "neutral") for n in range(BATCH)]
            with house.database.write() as tx:
                classified = [(post, brand, guess) for post, guess in zip(posts, said, strict=True)]
                file_mentions(tx, classified, origin=origin, house=house)
            done(BATCH)


def _write_beside(house: House, waits: list[float], ended: threading.Event) -> None:
    """Write a row twenty times a second, as clicks do, and note how long each took."""
    number = 0
    while not ended.wait(0.05):
        began, number = time.monotonic(), number + 1
        with house.database.write() as tx:
            deliveries.first_time(tx, f"beside{number}", at=house.clock())
        waits.append(time.monotonic() - began)
