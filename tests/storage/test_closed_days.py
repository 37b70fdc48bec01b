from dataclasses import replace
from datetime import timedelta

import pytest

from domain.case import Verdict
from domain.closed_day import ClosedDay
from domain.customer import Coverage
from domain.volume import Volume
from storage import closed_days, outcomes
from storage.tables import ClosedDayRow
from tests.builders import NOON, mention, outcome
from tests.storage.values import seen, store

DAY = timedelta(days=1)
MIDNIGHT = NOON.replace(hour=0)


def closed(days=0, **changes) -> ClosedDay:
    start = MIDNIGHT + days * DAY
    values = {
        "brand": "Lumora",
        "day": start.date(),
        "starts_at": start,
        "ends_at": start + DAY,
        "closes_at": start + 2 * DAY,
        "volume": Volume(5, 1, 2, 2, 1, 0, 0),
        "coverage": Coverage(10, 1, 2),
    }
    return ClosedDay(**(values | changes))


def of(tx, days=1, brand="Lumora"):
    return {"brand": brand, "since": MIDNIGHT.date(), "until": (MIDNIGHT + days * DAY).date()}


def test_a_closed_day_stays_as_it_was(database):
    facts = [outcome(id="b", posted_at=NOON + DAY / 24, not_us=True), outcome(id="a", answered_after=DAY / 24)]
    with database.write() as tx:
        assert closed_days.close(tx, closed(), facts, at=NOON + 2 * DAY)
        assert not closed_days.close(tx, closed(volume=Volume(9, 9, 9, 9, 9, 9, 9)), [outcome(id="c")], at=NOON)
        assert closed_days.between(tx, **of(tx)) == [closed()]
        assert closed_days.outcomes(tx, **of(tx)) == [facts[1], facts[0]]
        assert closed_days.days(tx, brand="Lumora") == {MIDNIGHT.date()}
        assert closed_days.days(tx, brand="Helio") == set()


def test_a_case_stays_in_the_day_that_holds_it(database):
    with database.write() as tx:
        closed_days.close(tx, closed(), [outcome(id="a")], at=NOON)
        closed_days.close(tx, closed(1), [outcome(id="a", not_us=True), outcome(id="b")], at=NOON)
        found = closed_days.outcomes(tx, **of(tx, days=2))
    assert [(o.id, o.day, o.not_us) for o in found] == [
        ("a", MIDNIGHT.date(), False),
        ("b", (MIDNIGHT + DAY).date(), False),
    ]


def test_the_posts_that_are_stored_now_are_counted_by_closed_day(database):
    with database.write() as tx:
        closed_days.close(tx, closed(), [], at=NOON)
        closed_days.close(tx, closed(1), [], at=NOON)
        store(tx, *(seen(mention(posted_at=NOON + hours * DAY / 24)) for hours in (0, 1, 24, 48)))
        store(tx, seen(mention(posted_at=NOON), verdict=Verdict.OWN))
        assert closed_days.mentions(tx, **of(tx, days=2)) == {MIDNIGHT.date(): 2, (MIDNIGHT + DAY).date(): 1}
        assert closed_days.mentions(tx, **of(tx, days=2, brand="Helio")) == {}


@pytest.mark.parametrize("left_out", ["review", "joining"])
def test_what_was_not_counted_yet_when_the_day_was_closed_is_nothing(database, left_out):
    with database.write() as tx:
        closed_days.close(tx, closed(), [], at=NOON)
        row = tx.get(ClosedDayRow, ("Lumora", MIDNIGHT.date()))
        row.volume = {key: value for key, value in row.volume.items() if key != left_out}
        tx.flush()
        (day,) = closed_days.between(tx, **of(tx))
    assert day.volume == replace(closed().volume, **{left_out: 0})


def test_what_is_known_otherwise_now_and_what_came_later_is_found(database):
    kept, answered, judged = (outcome(id=name) for name in ("kept", "answered", "judged"))
    with database.write() as tx:
        for one in (kept, answered, judged):
            outcomes.put(tx, one)
        closed_days.close(tx, closed(), [kept, answered, judged], at=NOON)
        outcomes.put(tx, outcome(id="new"))
        outcomes.resolved(tx, "kept", at=NOON)  # no KPI knows of it
        outcomes.answered(tx, "answered", at=NOON + DAY)
        outcomes.not_us(tx, "judged", dismissed=True)
        found = closed_days.changed(tx, **of(tx))
        assert found == [
            (MIDNIGHT.date(), replace(answered, answered_at=NOON + DAY)),
            (MIDNIGHT.date(), replace(judged, not_us=True)),
        ]
        period = {"brand": "Lumora", "start": MIDNIGHT, "end": MIDNIGHT + DAY}
        assert [o.id for o in closed_days.arrived(tx, **period)] == ["new"]
