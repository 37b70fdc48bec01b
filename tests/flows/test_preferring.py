"""What people do not want to be told reaches nobody, and what may wait waits for the brand's opening."""

from datetime import timedelta

import pytest

from crm.business_time import open_from
from crm.snoozing import Rest
from domain.deadline import DeadlineKind
from domain.errors import Refused
from domain.person import Person
from domain.preference import DirectKind, Preferences
from flows import preferring, responding
from flows.deadlines import watch_deadlines
from flows.responding import Click
from flows.snoozing import snooze, wake_due
from storage import cases, messages, preferences
from tests.builders import BEN, GUS, MIA, NOON, brand, mention


@pytest.fixture
def case(house, take):
    take(mention("lumora is down"))
    with house.database.read() as tx:
        (file,) = cases.queue(tx, limit=9, value_band=house.band)
    return file.case


def waiting_for(house, person):
    """Return what waits to be sent to a person directly, now or later."""
    with house.database.read() as tx:
        far = house.clock() + timedelta(days=9)
        return [m for m in messages.pending(tx, at=far, per_channel=99) if m.channel == person.user_id]


def chosen_by(house, person):
    with house.database.read() as tx:
        return preferences.of(tx, person.user_id)


def without(*kinds, **changes):
    return Preferences(frozenset(kinds), **changes)


def test_everybody_is_told_of_everything_at_first(house, case):
    assert chosen_by(house, BEN) == Preferences()
    responding.assign(Click(case.id, MIA), to=BEN, house=house)
    (told,) = waiting_for(house, BEN)
    assert told.not_before is None


@pytest.mark.parametrize(("off", "told"), [(DirectKind.ASSIGNED, 0), (DirectKind.AWAKE, 1)])
def test_assigning_tells_only_who_wants_to_be_told(house, case, off, told):
    preferring.prefer(without(off), person=BEN, house=house)
    responding.assign(Click(case.id, MIA), to=BEN, house=house)
    assert len(waiting_for(house, BEN)) == told


@pytest.mark.parametrize(("off", "told"), [(DirectKind.AWAKE, 0), (DirectKind.ASSIGNED, 1)])
def test_the_end_of_a_snooze_tells_only_who_wants_to_be_told(house, case, clock, off, told):
    responding.claim(Click(case.id, BEN), house=house)
    preferring.prefer(without(off), person=BEN, house=house)
    snooze(Click(case.id, BEN), rest=Rest.HOUR, house=house)
    clock.advance(hours=1)
    assert wake_due(house=house) == 1
    assert len(waiting_for(house, BEN)) == told


@pytest.mark.parametrize("off", [(), (DirectKind.DUE_SOON,)])
def test_a_warning_that_somebody_does_not_want_reaches_nobody_and_overdue_still_climbs(house, case, clock, off):
    responding.claim(Click(case.id, BEN), house=house)
    preferring.prefer(without(*off), person=BEN, house=house)
    clock.now = case.due_at - timedelta(minutes=10)
    watch_deadlines(house=house)
    with house.database.read() as tx:
        soon = [m for m in messages.pending(tx, at=clock.now, per_channel=99) if DeadlineKind.DUE_SOON in m.key]
    assert [m.channel for m in soon] == ([] if off else ["U0BEN"])
    clock.now = case.due_at + timedelta(minutes=1)
    assert watch_deadlines(house=house) == 1


def test_open_hours_only_waits_for_the_next_opening(house, case, clock):
    preferring.prefer(without(open_hours_only=True), person=BEN, house=house)
    clock.now = NOON.replace(hour=22)
    responding.assign(Click(case.id, MIA), to=BEN, house=house)
    (told,) = waiting_for(house, BEN)
    assert told.not_before == NOON.replace(day=5, hour=8)  # nine in Berlin


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (NOON, NOON),
        (NOON.replace(hour=7, minute=59), NOON.replace(hour=8)),
        (NOON.replace(hour=17), NOON.replace(day=5, hour=8)),
        (NOON.replace(day=6, hour=20), NOON.replace(day=9, hour=8)),  # a Friday evening
        (NOON.replace(day=27, hour=20), NOON.replace(day=30, hour=7)),  # summer time begins in between
    ],
)
def test_the_next_opening_is_now_where_people_are_at_work(moment, opening):
    assert open_from(moment, brand()) == opening


def test_a_choice_is_hers_alone_and_needs_a_role(house):
    preferring.prefer(without(DirectKind.AWAKE), person=BEN, house=house)
    assert chosen_by(house, MIA) == Preferences()
    for stranger in (GUS, Person("U0NIA")):
        with pytest.raises(Refused, match="You may not choose"):
            preferring.prefer(Preferences(), person=stranger, house=house)
