"""Closed days stay as they were, whatever comes later, and say what came."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.errors import Refused
from flows.evidence import Question, rows_behind
from flows.kpi_days import close_days, last_closed_day, report
from flows.removing import remove
from flows.responding import Click, not_us, reopen
from storage import cases, closed_days, streams
from storage.database import open_database
from tests.builders import GUS, LEO, MIA, NOON, author, brand, mention, stream

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEDNESDAY = date(2026, 3, 4)


def complaint(number, hours=0.0, **changes):
    return mention(f"Lumora is down {number}", by=author(f"user{number}"), posted_at=NOON + hours * HOUR, **changes)


def answer_to(post, *, hours):
    thread = {"reply_to": post.id, "thread_id": post.thread_id}
    return mention("sorry", by=author("lumora"), posted_at=post.posted_at + hours * HOUR, **thread)


def asked(house, since=WEDNESDAY, until=WEDNESDAY + DAY):
    found = report(brand=house.brands[0], since=since, until=until, house=house)
    return {kpi.name: kpi for kpi in found.kpis}, found.corrections


def case_of(house, post):
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=post.author.key, thread_id=post.thread_id).id


def moved(correction):
    return {was.name: (was.value, now.value) for was, now in correction.moved}


def test_a_day_closes_w_after_its_end_and_once(take, house, clock):
    take(complaint(1), complaint(2))
    clock.now = datetime(2026, 3, 5, 22, 59, 59, tzinfo=UTC)  # Berlin's midnight is 23:00 UTC
    assert close_days(house=house) == 0
    clock.advance(seconds=1)
    assert last_closed_day(house.brands[0], house) == WEDNESDAY
    assert close_days(house=house) == 1
    assert close_days(house=house) == 0


def test_after_downtime_every_day_from_the_first_case_on_is_closed_silent_ones_too(take, house, clock):
    take(complaint(1), complaint(2, hours=72))
    clock.now = NOON + 8 * DAY
    assert close_days(house=house) == 7
    with house.database.read() as tx:
        assert closed_days.days(tx, brand="Lumora") == {WEDNESDAY + n * DAY for n in range(7)}


def test_two_processes_close_a_day_once(take, house, clock, database_url):
    take(complaint(1))
    clock.now = NOON + 4 * DAY
    another = open_database(database_url)
    houses = [house, replace(house, database=another)] * 2
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda each: close_days(house=each), houses)) == 3
    another.close()
    assert asked(house)[0]["complaints"].value == 1


def test_nothing_is_closed_while_it_is_still_coming_in(take, house, clock):
    clock.now = NOON + 4 * DAY
    take(complaint(1))
    clock.advance(minutes=9)
    assert close_days(house=house) == 2  # the silent days after it
    clock.advance(minutes=1)
    assert close_days(house=house) == 1


def test_a_day_waits_for_sources_that_were_not_read_since_but_not_for_ever(take, house, clock):
    take(complaint(1))
    listening = [stream(), stream(name="another")]
    clock.now = NOON + 3 * DAY
    assert close_days(house=house, listening=listening) == 0
    with house.database.write() as tx:
        for each in listening:
            streams.read_ok(tx, each.name, at=NOON + DAY, mentions=0, cost=Decimal(0))
    assert close_days(house=house, listening=listening) == 0  # they were not read after the day had closed
    with house.database.write() as tx:
        for each in listening:
            streams.read_ok(tx, each.name, at=clock.now, mentions=0, cost=Decimal(0))
    assert close_days(house=house, listening=listening) == 2
    clock.now = NOON + 5 * DAY
    assert close_days(house=house, listening=listening) == 0
    clock.now = NOON + 12 * DAY
    assert close_days(house=house, listening=listening) == 2  # those that closed a week ago


def test_late_cases_are_told_and_change_no_figure(take, house, clock):
    first = complaint(1)
    take(first, complaint(2), answer_to(first, hours=1))
    clock.now = NOON + 3 * DAY
    close_days(house=house)
    before, corrections = asked(house)
    assert (before["response_rate"].value, corrections) == (0.5, ())
    take(*(complaint(n) for n in (3, 4)))
    after, (correction,) = asked(house)
    assert after == before
    assert (correction.day, correction.arrived, correction.mentions) == (WEDNESDAY, 2, 2)
    assert moved(correction)["response_rate"] == (0.5, 0.25)
    assert moved(correction)["complaints"] == (2, 4)
    assert moved(correction)["mentions"] == (2, 4)


def test_an_answer_after_the_day_was_closed_is_told_and_changes_no_figure(take, house, clock):
    posts = [complaint(n) for n in (1, 2)]
    take(*posts, answer_to(posts[0], hours=1))
    clock.now = NOON + 3 * DAY
    close_days(house=house)
    before, _ = asked(house)
    take(answer_to(posts[1], hours=70))
    after, (correction,) = asked(house)
    assert after == before
    assert (correction.answered, correction.arrived, correction.changed) == (1, 0, 0)
    assert moved(correction)["first_response_p90"] == (None, 70 * 3600)
    assert "response_rate" not in moved(correction)


def test_what_people_say_after_the_day_was_closed_is_told_and_changes_no_figure(take, house, clock):
    posts = [complaint(n) for n in (1, 2)]
    take(*posts, answer_to(posts[0], hours=1))
    clock.now = NOON + 3 * DAY
    close_days(house=house)
    before, _ = asked(house)
    click = Click(case_of(house, posts[1]), MIA)
    not_us(click, house=house)
    after, (correction,) = asked(house)
    assert after == before
    assert correction.changed == 1
    assert moved(correction)["response_rate"] == (0.5, 1.0)
    reopen(click, house=house)
    assert asked(house)[1] == ()


def test_a_deletion_takes_nothing_from_a_closed_day(take, house, clock):
    post = complaint(1)
    take(post, complaint(2))
    clock.now = NOON + 3 * DAY
    close_days(house=house)
    before = asked(house)
    with house.database.write() as tx:
        remove(tx, post.id, house=house)
    assert asked(house) == before


def test_however_late_a_day_is_closed_it_knows_nothing_later(take, house, clock):
    post = complaint(1)
    take(post, answer_to(post, hours=60))
    clock.now = NOON + 9 * DAY
    close_days(house=house)
    assert asked(house)[0]["first_response_median"].value is None
    take_in_time = asked(house)[1]
    assert [c.answered for c in take_in_time] == [1]


def test_a_case_that_is_due_after_its_day_was_closed_is_still_judged(take, house, clock):
    friday = datetime(2026, 3, 6, 16, tzinfo=UTC)  # 17:00 in Berlin: due on Monday
    post = mention("Lumora is down", by=author("late"), posted_at=friday)
    take(post)
    clock.now = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
    assert close_days(house=house) == 1
    day = friday.date()
    assert asked(house, day, day + DAY)[0]["sla_kept"].denominator == 0
    take(answer_to(post, hours=64))  # Monday at 09:00
    clock.now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    kept = asked(house, day, day + DAY)[0]["sla_kept"]
    assert (kept.numerator, kept.denominator) == (1, 1)


def test_a_period_sums_closed_and_open_days(take, house, clock):
    posts = [complaint(n, hours=24 * n) for n in range(4)]
    take(*posts, *(answer_to(post, hours=2) for post in posts[:3]))
    clock.now = NOON + 3 * DAY + 3 * HOUR
    alive, _ = asked(house, WEDNESDAY, WEDNESDAY + 4 * DAY)
    close_days(house=house)
    with house.database.read() as tx:
        assert len(closed_days.days(tx, brand="Lumora")) == 2
    assert asked(house, WEDNESDAY, WEDNESDAY + 4 * DAY) == (alive, ())


def test_a_new_time_zone_counts_no_case_twice(take, house, clock):
    posts = [complaint(n, hours=n) for n in range(-12, 40)]
    take(*posts)
    clock.now = NOON + 3 * DAY
    close_days(house=house)
    moved_house = replace(house, brands=(brand(time_zone=brand().time_zone.__class__("America/Los_Angeles")),))
    found = report(brand=moved_house.brands[0], since=date(2026, 3, 2), until=date(2026, 3, 8), house=moved_house)
    assert next(k.value for k in found.kpis if k.name == "complaints") == len(posts)


ORDERS = 25
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata")


@pytest.fixture
def rebuilt(sqlite_url, clock):
    """File the same posts, answers and deletions in some order, close every day, and return the report as bytes."""
    from tests.flows.rebuilding import Rebuilding

    rebuilding = Rebuilding(sqlite_url, clock)
    yield rebuilding
    rebuilding.close()


@pytest.mark.parametrize("zone", ZONES)
def test_the_order_of_arrival_changes_no_byte_of_the_report(rebuilt, zone):
    chance = random.Random(zone)
    first = rebuilt.report(zone, chance)
    assert first.count(b'"response_rate"') >= 1
    assert {rebuilt.report(zone, chance) for _ in range(ORDERS)} == {first}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("zone", ZONES)
def test_a_thousand_orders_of_arrival_change_no_byte_of_the_report(rebuilt, zone):
    chance = random.Random(f"{zone} slow")
    assert len({rebuilt.report(zone, chance) for _ in range(1_000)}) == 1


def test_evidence_lists_what_a_closed_day_counted(take, house, clock):
    posts = [complaint(n, hours=n / 10) for n in range(12)]
    take(*posts, answer_to(posts[3], hours=1))
    clock.now = NOON + 3 * DAY
    close_days(house=house)
    with house.database.write() as tx:
        remove(tx, posts[0].id, house=house)
    take(complaint(99))
    question = Question("response_rate", house.brands[0], WEDNESDAY, WEDNESDAY + DAY)
    pages = [rows_behind(question, person=MIA, house=house, limit=10, offset=offset) for offset in (0, 10)]
    assert [(len(page.rows), page.total) for page in pages] == [(10, 12), (2, 12)]
    rows = [row for page in pages for row in page.rows]
    assert sum(row.weight for row in rows) == pages[0].kpi.numerator == 1
    (removed,) = [row for row in rows if row.removed]
    assert (removed.author, removed.text, removed.platform) == (None, None, "x")
    assert {row.text for row in rows if row.text} == {post.text for post in posts[1:]}


@pytest.mark.parametrize("kind", ["mentions", "net_sentiment", "complaints", "not_us", "opportunities", "sla_kept"])
def test_the_rows_of_evidence_add_up_to_the_figure(take, house, clock, kind):
    moth = complaint(3)
    take(complaint(1), complaint(2), moth, mention("I love Lumora"), mention("I signed up"), mention("maybe I cancel"))
    not_us(Click(case_of(house, moth), MIA), house=house)
    clock.now = NOON + DAY
    question = Question(kind, house.brands[0], WEDNESDAY, WEDNESDAY + DAY)
    page = rows_behind(question, person=None, house=house)
    assert sum(row.weight for row in page.rows) == page.kpi.numerator
    assert len(page.rows) == page.total == (page.kpi.denominator if page.kpi.denominator is not None else page.total)


def test_evidence_is_refused_to_nobody_in_particular_and_pared_down_for_leadership(take, house, clock):
    take(complaint(1))
    clock.now = NOON + DAY
    question = Question("complaints", house.brands[0], WEDNESDAY, WEDNESDAY + DAY)
    with pytest.raises(Refused):
        rows_behind(question, person=GUS, house=house)
    (row,) = rows_behind(question, person=LEO, house=house).rows
    assert (row.state, row.posted_at, row.author, row.text, row.permalink) == ("new", NOON, None, None, None)
    assert rows_behind(question, person=MIA, house=house).rows[0].text == "Lumora is down 1"
