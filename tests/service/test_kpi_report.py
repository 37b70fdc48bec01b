"""`kpi` equals an independent computation in SQL over the outcome rows, on both databases and across time zones."""

import csv
import io
import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, text

from domain.brand import BusinessHours
from domain.case import CaseKind, TriagePolicy
from domain.errors import WrongUse
from domain.scorecard import Target
from flows.house import House
from flows.kpi_days import close_days
from service.kpi_report import evidence_rows, kpi_rows, score_rows, write_data
from storage import outcomes
from storage.database import open_database
from storage.tables import AuditRow
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


CLOSED = """
    WITH live AS (
        SELECT o.* FROM outcomes o WHERE brand = :brand
        AND NOT EXISTS (SELECT 1 FROM oracle_days d WHERE o.posted_at >= d.starts_at AND o.posted_at < d.ends_at)),
    cases AS (
        SELECT w.id, w.kind, w.eligible, w.not_us, w.posted_at, w.due_at, d.known,
            CASE WHEN w.answered_at <= d.known THEN w.answered_at END AS answered_at,
            CASE WHEN w.answered_at <= d.known THEN w.answered_at
                WHEN w.due_at > d.known THEN n.answered_at END AS told_at
        FROM was w JOIN oracle_days d ON w.posted_at >= d.starts_at AND w.posted_at < d.ends_at
        LEFT JOIN outcomes n ON n.id = w.id
        WHERE w.brand = :brand AND w.posted_at >= :start AND w.posted_at < :until
        UNION ALL
        SELECT id, kind, eligible, not_us, posted_at, due_at, CAST(:now AS {moment}), answered_at, answered_at
        FROM live WHERE posted_at >= :start AND posted_at < :until),
    asked AS (SELECT * FROM cases WHERE kind = 'complaint' AND eligible AND NOT not_us)
"""
OF_CLOSED_DAYS = {
    "response_rate": "SELECT count(*) FILTER (WHERE answered_at <= {w24}), count(*) FROM asked WHERE {w24} <= known",
    "answered_within_4h": "SELECT count(*) FILTER (WHERE answered_at <= {w4}), count(*) FROM asked WHERE {w4} <= known",
    "sla_kept": """
        SELECT count(*) FILTER (WHERE told_at <= due_at), count(*)
        FROM asked WHERE due_at <= :now OR told_at IS NOT NULL""",
    "first_response_p90": "SELECT count(answered_at), count(*) FROM asked",
    "complaints": "SELECT count(*), NULL FROM asked",
    "opportunities": ORACLE["opportunities"],
    "not_us": ORACLE["not_us"],
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=cases_of_a_week,
    late=cases_of_a_week,
    changes=st.lists(st.tuples(st.integers(0, 24), st.sampled_from(["answered", "not_us", "uncounted"])), max_size=8),
    zone=st.sampled_from(ZONES),
    first=st.integers(24, 31),
    days=st.integers(1, 6),
)
def test_kpis_of_closed_days_equal_an_oracle_in_sql(opened, facts, late, changes, zone, first, days):
    database, engine = opened
    with engine.begin() as connection:
        for table in ("outcomes", "closed_days", "closed_outcomes"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DROP TABLE IF EXISTS was"))
        connection.execute(text("DROP TABLE IF EXISTS oracle_days"))
    brand = builders.brand(time_zone=ZoneInfo(zone), hours=BusinessHours(time(0), time(23, 59)))
    house = House(database=database, clock=lambda: NOW, brands=(brand,), policy=TriagePolicy(), secret=b"s" * 32)
    with database.write() as tx:
        for fact in facts:
            outcomes.put(tx, fact)
    remember(engine, facts, ZoneInfo(zone))
    close_days(house=house)
    with database.write() as tx:
        for fact in late:
            outcomes.put(tx, fact)
        for place, change in changes:
            if place < len(facts):
                tell(tx, facts[place], change)
    since = date(2026, 3, first)
    rows = {r["name"]: r for r in kpi_rows(house, brand=None, since=since, until=since + timedelta(days=days))}
    moment = "TEXT" if engine.dialect.name == "sqlite" else "TIMESTAMPTZ"
    found = oracle(engine, since, days, ZoneInfo(zone), given=CLOSED.replace("{moment}", moment), asked=OF_CLOSED_DAYS)
    for name, (numerator, denominator) in found.items():
        assert (name, rows[name]["numerator"], rows[name]["denominator"]) == (name, numerator, denominator)
    for name, counted in COUNTED_AS_CASES.items():
        evidence = evidence_rows(house, name, brand="Lumora", since=since, until=since + timedelta(days=days))
        assert (sum(row["weight"] for row in evidence), len(evidence)) == counted(*found[name])


COUNTED_AS_CASES = {
    "response_rate": lambda numerator, denominator: (numerator, denominator),
    "sla_kept": lambda numerator, denominator: (numerator, denominator),
    "complaints": lambda numerator, _: (numerator, numerator),
}


def remember(engine, facts, zone):
    """Keep the facts as they are now, and the days that are over with the moment that each closes at."""
    kind = "TEXT" if engine.dialect.name == "sqlite" else "TIMESTAMPTZ"
    ours = sorted(fact.posted_at for fact in facts if fact.brand == "Lumora")
    day = ours[0].astimezone(zone).date() if ours else date.max
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE was AS SELECT * FROM outcomes"))
        connection.execute(text(f"CREATE TABLE oracle_days (starts_at {kind}, ends_at {kind}, known {kind})"))
        while day < date(2026, 4, 2):
            midnights = (datetime.combine(day + timedelta(days=n), time(), zone).astimezone(UTC) for n in (0, 1))
            start, end = midnights
            if end + 24 * HOUR <= NOW:
                values = {"start": start, "end": end, "known": end + 24 * HOUR}
                insert = text("INSERT INTO oracle_days VALUES (:start, :end, :known)")
                connection.execute(insert, {name: written(engine, at) for name, at in values.items()})
            day += timedelta(days=1)


def tell(tx, fact, change):
    if change == "answered":
        outcomes.answered(tx, fact.id, at=fact.posted_at + 30 * HOUR)
    elif change == "not_us":
        outcomes.not_us(tx, fact.id, dismissed=not fact.not_us)
    else:
        outcomes.counts(tx, fact.id, eligible=not fact.eligible)


def written(engine, moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else moment


def oracle(engine, since, days, zone, *, given=WITH, asked=ORACLE):
    start, until = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, since + timedelta(days=days))
    )
    moments = {"start": start, "until": until, "now": NOW, "hour_ago": NOW - HOUR, "four_ago": NOW - 4 * HOUR}
    moments["window_ago"] = NOW - 24 * HOUR
    sqlite = engine.dialect.name == "sqlite"
    bound = {name: written(engine, moment) for name, moment in moments.items()} | {"brand": "Lumora"}
    plus = (
        "strftime('%Y-%m-%d %H:%M:%S.000000', posted_at, '+{h} hours')"
        if sqlite
        else "posted_at + interval '{h} hours'"
    )
    windows = {f"w{h}": plus.format(h=h) for h in (1, 4, 24)}
    with engine.connect() as connection:
        return {
            name: tuple(connection.execute(text(given + sql.format(**windows)), bound).one())
            for name, sql in asked.items()
        }


def house_of(database, **changes):
    values = {"brands": (builders.brand(),), "policy": TriagePolicy(), "secret": b"s" * 32}
    return House(**({"database": database, "clock": lambda: NOW} | values | changes))


def test_a_scorecard_judges_every_target_of_every_brand_by_the_last_closed_days(database):
    rises = Target("response_rate", 0.5, by=date(2026, 5, 1), since=date(2026, 3, 1), baseline=0.0)
    helio = Target("complaints", 9, by=date(2026, 5, 1), brand="Helio")
    brands = (builders.brand(), builders.brand("Helio"))
    house = house_of(database, brands=brands, targets=(rises, helio))
    with database.write() as tx:
        for number in range(4):
            posted = {"posted_at": NOW - timedelta(days=20), "answered_after": HOUR if number == 0 else None}
            outcomes.put(tx, builders.outcome(**posted))
        outcomes.put(
            tx, builders.outcome(posted_at=NOW - timedelta(days=40), answered_after=HOUR)
        )  # before the 28 days
        outcomes.put(tx, builders.outcome(posted_at=NOW - HOUR, answered_after=HOUR))  # of an open day
    rows = score_rows(house, brand=None)
    found = [(r["brand"], r["kpi"], r["value"], r["standing"]) for r in rows]
    assert found == [
        ("Lumora", "response_rate", 0.25, "behind" if rows[0]["expected"] > 0.25 else "on_track"),
        ("Helio", "response_rate", None, "no_data"),
        ("Helio", "complaints", 0.0, "reached"),
    ]
    assert rows[0]["expected"] == pytest.approx(0.5 * 30 / 61)
    assert score_rows(house, brand="Lumora") == rows[:1]


def test_a_baseline_that_nobody_names_is_measured_before_the_target_began(database):
    target = Target("response_rate", 0.9, by=date(2026, 3, 31), since=date(2026, 3, 1))
    with database.write() as tx:
        for number in range(2):
            posted = {"posted_at": NOW - timedelta(days=40), "answered_after": HOUR if number else None}
            outcomes.put(tx, builders.outcome(**posted))
    (row,) = score_rows(house_of(database, targets=(target,), clock=lambda: NOW - timedelta(days=15)), brand=None)
    assert row["expected"] == pytest.approx(0.5 + 0.4 * 15 / 30)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_spreadsheet_runs_what_strangers_wrote(capsys, formula):
    write_data([{"id": "1", "text": formula, "weight": -1}], form="csv", columns=("id", "text", "weight"))
    out = capsys.readouterr().out
    (row,) = csv.DictReader(io.StringIO(out, newline=""))
    assert row == {"id": "1", "text": f"'{formula}", "weight": "-1"}


def test_a_look_at_all_rows_is_an_export_and_audited(database):
    with database.write() as tx:
        outcomes.put(tx, builders.outcome(id="case1", posted_at=NOW - timedelta(days=2)))
    house = house_of(database)
    (row,) = evidence_rows(house, "complaints", brand=None, since=date(2026, 3, 1), until=date(2026, 4, 1))
    assert (row["id"], row["removed"], row["text"], row["posted_at"]) == (
        "case1", True, None, (NOW - timedelta(days=2)).isoformat(),
    )  # fmt: skip
    with database.read() as tx:
        assert tx.execute(select(AuditRow.action, AuditRow.actor)).all() == [("evidence exported", "command line")]
    with pytest.raises(WrongUse, match="There is no KPI 'nonsense'"):
        evidence_rows(house, "nonsense", brand=None, since=date(2026, 3, 1), until=date(2026, 4, 1))


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
