"""How soon the digest of a day is made over a large database, and how soon its chart is drawn."""

import time
from collections.abc import Callable

from bot.views.digest import digest_blocks
from crm.business_time import day_bounds
from domain.case import TriagePolicy
from domain.clock import system_clock
from flows.digest import chart, digest, yesterday
from flows.house import House
from storage import tallies
from storage.database import open_database
from tests import builders
from tests.benchmarks.figure import Figure, at_most, quantile, shown
from tests.benchmarks.large_database import MENTIONS, large_database

ROUNDS = 7


def measure() -> list[Figure]:
    """Make yesterday's digest again and again, as leadership gets it, and its chart."""
    database = open_database(f"sqlite:///{large_database()}")
    brand = builders.brand()
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
        at_most("digest, the slowest", max(digests), 5, "s"),
        shown("median", quantile(digests, 0.5), "s"),
        shown("chart with what it shows, the first with loading matplotlib", first, "s"),
        shown("chart, median", quantile(charts, 0.5), "s"),
    ]


def _seconds(made: Callable[[], object]) -> float:
    began = time.perf_counter()
    made()
    return time.perf_counter() - began
