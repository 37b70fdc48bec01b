"""How soon the digest of a day is made over a large database, and how soon its chart is drawn."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from bot.views.digest import digest_blocks
from crm.business_time import day_bounds
from domain.brand import Brand
from domain.case import TriagePolicy
from domain.clock import system_clock
from flows.digest import chart, digest, yesterday
from flows.house import House
from storage import tallies
from storage.database import open_database
from tests import builders
from tests.benchmarks.figure import Figure, at_most, quantile, shown
from tests.benchmarks.large_database import MENTIONS, large_database

ROUNDS, COLD_ROUNDS = 7, 3


def measure() -> list[Figure]:
    """Make yesterday's digest again and again, as leadership gets it, and its chart."""
    path, brand = large_database(), builders.brand()
    cold = [_cold(path, brand) for _ in range(COLD_ROUNDS)]
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    house = House(database, system_clock, (brand,), TriagePolicy(), secret=b"benchmark")
    day = yesterday(house.clock(), brand)
    first = _seconds(lambda: chart(brand=brand, day=day, house=house))
    digests = [_seconds(lambda: digest_blocks(digest(brand=brand, day=day, house=house))) for _ in range(ROUNDS)]
    charts = [_seconds(lambda: chart(brand=brand, day=day, house=house)) for _ in range(ROUNDS)]
    with database.read() as tx:
        said = tallies.by_day(tx, brand=brand.name, days=[(day, *day_bounds(day, brand))])
    found = sum(tally.count for tally in said)
    database.close()
    return [
        shown("mentions stored", MENTIONS, "mentions"),
        shown("of them on the digest's day", found, "mentions"),
        at_most("digest, the slowest with nothing of the file in memory", max(cold), 5, "s"),
        at_most("digest, the slowest", max(digests), 5, "s"),
        shown("median", quantile(digests, 0.5), "s"),
        shown("chart with what it shows, the first with loading matplotlib", first, "s"),
        shown("chart, median", quantile(charts, 0.5), "s"),
    ]


def _cold(path: Path, brand: Brand) -> float:
    """Time a digest by a new connection, after the system has forgotten what it kept of the file."""
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    database.scrub()  # what lies in the log would stay in memory
    database.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    database = open_database(f"sqlite:///{path}")
    house = House(database, system_clock, (brand,), TriagePolicy(), secret=b"benchmark")
    day = yesterday(house.clock(), brand)
    taken = _seconds(lambda: digest_blocks(digest(brand=brand, day=day, house=house)))
    database.close()
    return taken


def _seconds(made: Callable[[], object]) -> float:
    began = time.perf_counter()
    made()
    return time.perf_counter() - began
