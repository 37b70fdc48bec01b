"""`kpi` equals an independent computation in SQL over the outcome rows, on both databases and across time zones."""

import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from domain.brand import BusinessHours
from domain.case import CaseKind, TriagePolicy
from flows.house import House
from service.kpi_report import kpi_rows
from storage import outcomes
from storage.database import open_database
from tests import builders

NOW = datetime(2026, 3, 31, 3, 30, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata")  # the clocks go forward within the days asked for
HOUR = timedelta(hours=1)

ORACLE = {
    "response_rate": """
        SELECT count(*) FILTER (WHERE answered_at <= {w24}), count(*)
        FROM asked WHERE posted_at <= :window_ago""",
    "answered_within_1h": """
        SELECT count(*) FILTER (WHERE answered_at <= {w1}), count(*) FROM asked WHERE posted_at <= :hour_ago""",
    "answered_within_4h": """
        SELECT count(*) FILTER (WHERE answered_at <= {w4}), count(*) FROM asked WHERE posted_at <= :four_ago""",
    "sla_kept": """
        SELECT count(*) FILTER (WHERE answered_at <= due_at), count(*)
        FROM asked WHERE due_at <= :now OR answered_at IS NOT NULL""",
    "complaints": "SELECT count(*), NULL FROM asked",
    "opportunities": "SELECT count(*), NULL FROM cases WHERE kind = 'opportunity' AND eligible AND NOT not_us",
    "not_us": "SELECT count(*) FILTER (WHERE not_us), count(*) FROM cases",
}
WITH = """
    WITH cases AS (SELECT * FROM outcomes WHERE brand = :brand AND posted_at >= :start AND posted_at < :until),
    asked AS (SELECT * FROM cases WHERE kind = 'complaint' AND eligible AND NOT not_us)
"""

seconds = st.integers(0, 6 * 86_400)
cases_of_a_week = st.lists(
    st.builds(
        lambda posted, due, answered, **more: builders.outcome(
            posted_at=NOW - timedelta(seconds=posted),
            due_at=NOW - timedelta(seconds=posted) + timedelta(seconds=due),
            answered_after=None if answered is None else min(timedelta(seconds=answered), timedelta(seconds=posted)),
            **more,
        ),
        posted=seconds,
        due=st.sampled_from([3600, 4 * 3600, 86_400]),
        answered=st.none() | seconds | st.sampled_from([3600, 4 * 3600, 86_400]),
        kind=st.sampled_from(CaseKind),
        eligible=st.booleans() | st.just(value=True),
        not_us=st.sampled_from([False, False, True]),
        brand=st.sampled_from(["Lumora", "Lumora", "Kinobox"]),
    ),
    max_size=25,
)


@pytest.fixture
def opened(database_url):
    """The same database for all examples: as Earshot opens it, and as SQL alone sees it."""
    database = open_database(database_url)
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    yield database, engine
    engine.dispose()
    database.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=cases_of_a_week, zone=st.sampled_from(ZONES), first=st.integers(24, 31), days=st.integers(1, 6))
def test_kpis_equal_an_oracle_in_sql(opened, facts, zone, first, days):
    database, engine = opened
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM outcomes"))
    with database.write() as tx:
        for fact in facts:
            outcomes.put(tx, fact)
    brand = builders.brand(time_zone=ZoneInfo(zone), hours=BusinessHours(time(0), time(23, 59)))
    house = House(database=database, clock=lambda: NOW, brands=(brand,), policy=TriagePolicy(), secret=b"s" * 32)
    since = date(2026, 3, first)
    rows = {r["name"]: r for r in kpi_rows(house, brand=None, since=since, until=since + timedelta(days=days))}
    for name, (numerator, denominator) in oracle(engine, since, days, ZoneInfo(zone)).items():
        assert (name, rows[name]["numerator"], rows[name]["denominator"]) == (name, numerator, denominator)
        if denominator is not None:
            expected = numerator / denominator if denominator else None
            assert rows[name]["value"] == expected, name
    median = rows["first_response_median"]
    assert median["value"] == kaplan_meier_median(facts, since, days, ZoneInfo(zone))


def oracle(engine, since, days, zone):
    start, until = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, since + timedelta(days=days))
    )
    moments = {"start": start, "until": until, "now": NOW, "hour_ago": NOW - HOUR, "four_ago": NOW - 4 * HOUR}
    moments["window_ago"] = NOW - 24 * HOUR
    sqlite = engine.dialect.name == "sqlite"
    bound = {
        name: moment.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else moment for name, moment in moments.items()
    } | {"brand": "Lumora"}
    plus = (
        "strftime('%Y-%m-%d %H:%M:%S.000000', posted_at, '+{h} hours')"
        if sqlite
        else "posted_at + interval '{h} hours'"
    )
    windows = {f"w{h}": plus.format(h=h) for h in (1, 4, 24)}
    with engine.connect() as connection:
        return {
            name: tuple(connection.execute(text(WITH + sql.format(**windows)), bound).one())
            for name, sql in ORACLE.items()
        }


def kaplan_meier_median(facts, since, days, zone):
    """Compute the median survival by its definition: S(t) = product over t_i <= t of (1 - d_i / n_i)."""
    start, until = (datetime.combine(day, time(), zone) for day in (since, since + timedelta(days=days)))
    asked = [
        f
        for f in facts
        if f.brand == "Lumora" and start <= f.posted_at < until and f.kind is CaseKind.COMPLAINT and f.eligible
        if not f.not_us
    ]
    waited = [((f.answered_at or NOW) - f.posted_at).total_seconds() for f in asked]
    answers = sorted({w for f, w in zip(asked, waited, strict=True) if f.answered_at})
    for moment in answers:
        survived = math.prod(
            1
            - sum(f.answered_at is not None and w == t for f, w in zip(asked, waited, strict=True))
            / sum(w >= t for w in waited)
            for t in answers
            if t <= moment
        )
        if survived <= 0.5 + 1e-12:
            return moment
    return None
