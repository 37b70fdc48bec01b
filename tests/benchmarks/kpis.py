"""How long KPIs, their evidence and the scorecard take over a large database, and closing a day."""

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete

from domain.case import TriagePolicy
from domain.clock import system_clock
from domain.scorecard import Target
from flows.evidence import Question, rows_behind
from flows.house import House
from flows.kpi_days import close_days, report
from flows.scoring import scores
from storage.database import open_database
from storage.tables import ClosedDayRow, ClosedOutcomeRow
from tests import builders
from tests.benchmarks.figure import Figure, at_most, progress, quantile, shown
from tests.benchmarks.large_database import large_database

ASKED = 40
MONTH = timedelta(days=30)
GOAL = 500


def measure() -> list[Figure]:
    """Ask for a month's KPIs before and after its days are closed."""
    path = large_database()
    brand, today = builders.brand(), system_clock().date()
    target = Target("response_rate", 0.25, by=today + MONTH, since=today - MONTH)
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    house = House(database, system_clock, (brand,), TriagePolicy(), secret=b"benchmark", targets=(target,))
    with database.write() as tx:
        tx.execute(delete(ClosedOutcomeRow))
        tx.execute(delete(ClosedDayRow))
    since, until = today - MONTH, today + timedelta(days=1)
    rate, posts = (Question(name, brand, since, until) for name in ("response_rate", "mentions"))

    def month() -> object:
        return report(brand=brand, since=since, until=until, house=house)

    def all_that_the_command_asks() -> object:
        return month(), scores(brand=brand, house=house)

    try:
        open_month = _times("a month of open days", month)
        with_targets = _times("the same with the scorecard", all_that_the_command_asks)
        began, closed = time.monotonic(), 0
        while done := close_days(house=house):
            closed += done
        per_day = (time.monotonic() - began) * 1000 / closed
        asked = {
            "KPIs of a month of closed days": month,
            "KPIs of a month of closed days with the scorecard": all_that_the_command_asks,
            "a page of evidence, cases": lambda: rows_behind(rate, person=builders.MIA, house=house, limit=10),
            "a page of evidence, posts": lambda: rows_behind(posts, person=builders.MIA, house=house, limit=10),
        }
        times = {what: _times(what, ask) for what, ask in asked.items()}
    finally:
        database.close()
    return [
        at_most("KPIs of a month of open days, p95", quantile(open_month, 0.95), GOAL, "ms"),
        at_most("KPIs of a month of open days with the scorecard, p95", quantile(with_targets, 0.95), GOAL, "ms"),
        *(at_most(f"{what}, p95", quantile(taken, 0.95), GOAL, "ms") for what, taken in times.items()),
        shown("KPIs of a month of closed days, p50", quantile(times["KPIs of a month of closed days"], 0.5), "ms"),
        shown("closing a day, mean", per_day, "ms"),
        shown("days closed", closed, "days"),
    ]


def _times(what: str, ask: Callable[[], object]) -> list[float]:
    """Ask again and again; return how long each answer took, in milliseconds."""
    taken = []
    with progress(what, ASKED) as done:
        for _ in range(ASKED):
            began = time.monotonic()
            ask()
            taken.append((time.monotonic() - began) * 1000)
            done(1)
    return taken
