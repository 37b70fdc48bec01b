"""Warnings, escalations and the alarm over silence, by an injected clock. NOON is a Wednesday, 13:00 in Berlin."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from domain.brand import BusinessHours, QuietHours
from domain.case import Urgency
from domain.handover import EscalationPolicy
from domain.message import MessageKind
from flows.alerting import post_pending
from flows.deadlines import watch_deadlines
from flows.removing import remove
from flows.responding import Click, claim
from storage import cases
from tests.builders import MIA, NOON, author, brand, mention
from tests.flows.fakes import MemorySlack

COMPLAINT_DUE = timedelta(minutes=480)


def watch(house, slack, pace):
    """Run the watch and return the notices that it posted, by channel."""
    watch_deadlines(house=house)
    post_pending(post=slack, pace=pace, house=house)
    return {
        channel: [content for _, key, content in rows if key.startswith("deadline:")]
        for channel, rows in slack.channels.items()
        if any(key.startswith("deadline:") for _, key, _ in rows)
    }


@pytest.fixture
def house(house):
    return replace(house, escalation=EscalationPolicy(channel="C0BOSSES"))


@pytest.fixture
def one(house, take):
    """One normal complaint, due after eight hours of business: the next day at noon in Berlin."""
    take(mention("Lumora is down", by=author("jane"), number=1))
    with house.database.read() as tx:
        (file,) = cases.queue(tx, limit=9, value_band=house.band)
    assert (file.case.urgency, file.case.due_at) == (Urgency.NORMAL, NOON.replace(second=1) + timedelta(hours=23))
    return file.case


def keep_quiet(house):
    """Leave the alarm over silence out."""
    return replace(house, deadlines=replace(house.deadlines, silence=timedelta(days=9)))


def test_the_channel_hears_of_what_is_due_soon_and_nobodys_once(house, one, slack, pace, clock):
    house = keep_quiet(house)
    clock.now = one.due_at - timedelta(minutes=31)
    assert watch(house, slack, pace) == {}
    clock.now = one.due_at - timedelta(minutes=30)
    told = watch(house, slack, pace)
    assert [(n.kind.value, n.total, n.person) for n in told["C0ALERTS"]] == [("due_soon", 1, None)]
    clock.advance(minutes=5)
    assert watch(house, slack, pace) == told, "once"


def test_the_owner_hears_of_it_directly(house, one, slack, pace, clock):
    claim(Click(one.id, MIA), house=house)
    clock.now = one.due_at - timedelta(minutes=10)
    told = watch(keep_quiet(house), slack, pace)
    assert list(told) == [MIA.user_id]
    assert told[MIA.user_id][0].person == MIA.user_id


def in_quiet_hours(house, moment):
    """Let the brand's quiet hours reach from an hour before that moment to an hour after it."""
    begins, ends = ((moment + timedelta(hours=n)).astimezone(house.brands[0].time_zone).time() for n in (-1, 1))
    return replace(house, brands=(replace(house.brands[0], quiet=QuietHours(begins, ends)),))


def test_quiet_hours_keep_the_channel_quiet_though_the_brand_is_open(house, one, slack, pace, clock):
    clock.now = one.due_at - timedelta(minutes=10)
    assert watch(in_quiet_hours(house, clock.now), slack, pace) == {}
    told = watch(house, slack, pace)
    assert [notice.kind.value for notice in told["C0ALERTS"]] == ["due_soon", "silence"], "it comes once they are over"


def test_quiet_hours_keep_no_warning_from_the_owner(house, one, slack, pace, clock):
    claim(Click(one.id, MIA), house=house)
    clock.now = one.due_at - timedelta(minutes=10)
    assert list(watch(in_quiet_hours(house, clock.now), slack, pace)) == [MIA.user_id]


def test_what_is_overdue_climbs_once_and_the_card_says_so(house, one, slack, pace, clock):
    house = keep_quiet(house)
    clock.now = one.due_at + timedelta(seconds=1)
    told = watch(house, slack, pace)
    assert [n.kind.value for n in told["C0BOSSES"]] == ["overdue"]
    with house.database.read() as tx:
        assert cases.file(tx, one.id, value_band=house.band).history[-1].action == "overdue"
    clock.advance(hours=5)
    assert watch(house, slack, pace) == told


def test_without_a_channel_the_people_hear_of_it_and_without_people_the_brands_channel(house, one, slack, pace, clock):
    clock.now = one.due_at + timedelta(seconds=1)
    people = replace(keep_quiet(house), escalation=EscalationPolicy(people=("U0ADA", "U0LEO")))
    assert set(watch(people, slack, pace)) == {"U0ADA", "U0LEO"}


def test_nobody_named_means_the_brands_channel(house, one, slack, pace, clock):
    clock.now = one.due_at + timedelta(seconds=1)
    nobody = replace(keep_quiet(house), escalation=EscalationPolicy())
    assert set(watch(nobody, slack, pace)) == {"C0ALERTS"}


def test_many_overdue_cases_are_one_message(house, take, slack, pace, clock):
    take(*[mention(f"Lumora is down {n}", by=author(f"a{n}")) for n in range(40)])
    clock.advance(days=2)
    told = watch(keep_quiet(house), slack, pace)
    (notice,) = told["C0BOSSES"]
    assert (notice.total, len(notice.shown)) == (40, 10)
    assert "C0ALERTS" not in told


def test_a_removed_post_leaves_the_notice(house, one, slack, pace, clock):
    house = keep_quiet(house)
    clock.now = one.due_at + timedelta(seconds=1)
    watch_deadlines(house=house)
    with house.database.write() as tx:
        remove(tx, "x:1", house=house)
    post_pending(post=slack, pace=pace, house=house)
    (notice,) = [c for _, key, c in slack.channels["C0BOSSES"] if key.startswith("deadline:")]
    assert (notice.total, notice.shown) == (0, ())


def test_silence_is_broken_once_until_somebody_does_something(house, one, slack, pace, clock, take):
    clock.now = NOON + timedelta(minutes=59)
    assert watch(house, slack, pace) == {}
    clock.now = NOON + timedelta(minutes=61)
    told = watch(house, slack, pace)
    assert {place: [n.kind.value for n in notices] for place, notices in told.items()} == {
        "C0ALERTS": ["silence"],
        "C0BOSSES": ["silence"],
    }
    clock.advance(minutes=90)
    assert watch(house, slack, pace) == told, "one alarm for one silence"
    claim(Click(one.id, MIA), house=house)
    take(mention("Lumora is down, again", by=author("joe"), posted_at=clock.now), cursor="c2")
    clock.advance(minutes=30)
    assert watch(house, slack, pace) == told
    clock.now = (NOON + timedelta(days=1)).replace(hour=12)
    assert len(watch(house, slack, pace)["C0ALERTS"]) >= 2, "a new silence after the claim"


def test_each_silence_that_nobody_has_broken_for_a_week_has_its_own_alarm(house, one, slack, pace, clock, take):
    clock.now = NOON + timedelta(minutes=61)
    watch(house, slack, pace)
    claim(Click(one.id, MIA), house=house)
    clock.now = NOON + timedelta(days=14)
    take(mention("Lumora is down, again", by=author("joe"), posted_at=clock.now), cursor="c2")
    clock.advance(minutes=61)
    for _ in range(2):
        told = watch(house, slack, pace)["C0ALERTS"]
        assert [notice.kind.value for notice in told] == ["silence", "silence"]
        clock.advance(minutes=1)


def test_nights_and_holidays_are_no_silence(house, one, slack, pace, clock):
    hours = BusinessHours(time(9), time(18), holidays=frozenset({date(2026, 3, 5)}))
    house = replace(house, brands=(brand(hours=hours),))
    clock.now = NOON.replace(hour=23)
    assert watch(house, slack, pace) == {}
    clock.now = NOON + timedelta(hours=22)
    assert watch(house, slack, pace) == {}, "a holiday"
    clock.now = NOON + timedelta(days=2, hours=-3)
    assert "silence" in [notice.kind.value for notice in watch(house, slack, pace)["C0ALERTS"]]


def test_every_notice_is_of_its_own_kind_in_the_outbox(house, one, pace, clock):
    slack = MemorySlack(clock)
    clock.now = one.due_at + timedelta(seconds=1)
    watch_deadlines(house=keep_quiet(house))
    post_pending(post=slack, pace=pace, house=house)
    assert slack.keys("C0BOSSES")[0].startswith(f"{MessageKind.DEADLINE.value}:overdue|C0BOSSES|")
