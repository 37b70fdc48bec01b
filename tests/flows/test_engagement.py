"""The weekly look: one change flags once, those who work on engagement are told without names, and the forgotten go."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from bot.rendering import rendered
from domain.engagement import BehaviourPolicy, Change, ChangeKind, Flag, Praise
from domain.event import EventKind
from flows.alerting import post_pending, update_changed
from flows.behaviour import take_events
from flows.engagement import behaviour_of, changes_of, look_for_changes
from storage import customers, erasing, flags, praise, records
from storage.tables import MembershipRow
from tests.builders import NOON, did, mention, record

MONDAY = (NOON - timedelta(days=2)).date()
LEAVER, OTHERS = "c0", 40


@pytest.fixture
def engaged(house):
    return replace(house, behaviour=BehaviourPolicy(channel="C0ENGAGE"))


@pytest.fixture
def people(house):
    """Store customers who do the same every day for 16 weeks, but for one who stops before the last four."""
    with house.database.write() as tx:
        found = {
            f"c{n}": records.add_record(
                tx, record(f"c{n}", names=(f"Person{n}",), accounts=(), value=Decimal(100 * n)), at=NOON
            )
            for n in range(OTHERS)
        }
    days = [NOON - timedelta(days=ago) for ago in range(3, 115)]
    for name in found:
        active = [day for day in days if name != LEAVER or day.date() < MONDAY - timedelta(days=28)]
        take_events([did(by=name, at=day) for day in active], house=house)
    return found


def of(house, customer_id):
    with house.database.read() as tx:
        return flags.of_customer(tx, customer_id, limit=9)


def test_who_stops_is_flagged_once_with_the_reason(engaged, people, clock):
    assert look_for_changes(house=engaged) == 1
    (flag,) = of(engaged, people[LEAVER])
    change = flag.change
    assert (change.kind, change.usual, change.recent, change.days, flag.what) == (ChangeKind.DROP, 7, 0, 28, "visits")
    assert (flag.since, flag.on) == (MONDAY - timedelta(days=28), MONDAY)
    assert change.chance < 0.01
    assert look_for_changes(house=engaged) == 0
    for _ in range(10):
        clock.advance(days=7)
        day = clock() - timedelta(days=3)
        for name in people:
            if name != LEAVER:
                times = [day - timedelta(days=ago) for ago in range(7)]
                take_events([did(by=name, at=moment) for moment in times], house=engaged)
        assert look_for_changes(house=engaged) == 0
    assert len(of(engaged, people[LEAVER])) == 1


def test_who_comes_back_is_a_rise_by_the_new_habit(engaged, people, clock):
    look_for_changes(house=engaged)
    clock.advance(days=56)
    for name in people:
        times = 1 if name != LEAVER else 3
        days = [NOON + timedelta(days=ahead) for ahead in range(27, 54)]
        take_events([did(by=name, at=day) for day in days for _ in range(times)], house=engaged)
        if name != LEAVER:
            take_events([did(by=name, at=NOON + timedelta(days=n)) for n in range(-2, 27)], house=engaged)
    assert look_for_changes(house=engaged) == 1
    newest, oldest = of(engaged, people[LEAVER])
    assert (newest.change.kind, newest.change.usual, oldest.change.kind) == (ChangeKind.RISE, 0, ChangeKind.DROP)


def test_a_look_that_was_interrupted_goes_on(engaged, people, monkeypatch):
    def broken(*_):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("flows.engagement._tell", broken)
        with pytest.raises(RuntimeError):
            look_for_changes(house=engaged)
    assert look_for_changes(house=engaged) == 0
    with engaged.database.read() as tx:
        assert changes_of(tx, MONDAY, house=engaged).drops == 1


def test_without_enough_customers_nothing_is_said_until_there_are(house):
    assert look_for_changes(house=house) == 0
    with house.database.read() as tx:
        assert not flags.is_looked(tx, MONDAY)


def test_kinds_without_weight_are_no_engagement(house, people):
    policy = BehaviourPolicy(weights={EventKind.PURCHASE: 1.0})
    assert look_for_changes(house=replace(house, behaviour=policy)) == 0


def test_the_channel_is_told_once_without_a_name(engaged, people, slack, pace):
    look_for_changes(house=engaged)
    look_for_changes(house=engaged)
    post_pending(post=slack, pace=pace, house=engaged)
    (shown,) = slack.shown("C0ENGAGE")
    text, blocks = rendered(shown, NOON)
    told = f"{text} {[block.to_dict() for block in blocks]}"
    assert "1 drop and 0 rises" in told
    assert "7 visits a week before, none in 28 days" in told
    assert people[LEAVER] in told  # the button's value, an id of ours
    assert "Person" not in told


def test_without_a_channel_nobody_is_told(house, people, slack, pace):
    assert look_for_changes(house=house) == 1
    post_pending(post=slack, pace=pace, house=house)
    assert slack.channels == {} or not any(slack.shown(channel) for channel in slack.channels)


def test_the_message_loses_who_is_forgotten(engaged, people, slack, pace):
    look_for_changes(house=engaged)
    post_pending(post=slack, pace=pace, house=engaged)
    with engaged.database.write() as tx:
        erasing.erase_customer(tx, people[LEAVER], at=NOON)
    update_changed(post=slack, house=engaged)
    (shown,) = slack.shown("C0ENGAGE")
    assert (shown.drops, shown.shown) == (0, ())
    assert of(engaged, people[LEAVER]) == []


def test_flags_follow_their_record_into_a_merge(engaged, people):
    look_for_changes(house=engaged)
    with engaged.database.write() as tx:
        theirs = MembershipRow.customer_id == people[LEAVER]
        tx.execute(update(MembershipRow).where(theirs).values(customer_id=people["c1"]))
        assert len(flags.of_customer(tx, people["c1"], limit=9)) == 1
        assert list(flags.last_since(tx, customers.page(tx, after="", limit=99))) == [people["c1"]]


def test_the_customers_of_the_highest_value_come_first(engaged, people):
    change = Change(ChangeKind.DROP, 7, 0, 28, 0.001)
    with engaged.database.write() as tx:
        names = ("c1", "c5", "c39")
        flags.add(tx, [Flag(people[name], change, MONDAY, MONDAY, "visits") for name in names])
        found = changes_of(tx, MONDAY, house=engaged)
    assert [line.customer_id for line in found.shown] == [people[name] for name in ("c39", "c5", "c1")]
    assert [line.band for line in found.shown] == ["high", "medium", "low"]


def test_a_profile_is_told_what_she_does_and_how_she_stands(engaged, people, take):
    look_for_changes(house=engaged)
    bought = [NOON - timedelta(days=ago) for ago in (200, 100, 5)]
    take_events([did(EventKind.PURCHASE, by="c1", at=day) for day in bought], house=engaged)
    with engaged.database.read() as tx:
        loyal = behaviour_of(tx, people["c1"], house=engaged)
        left = behaviour_of(tx, people[LEAVER], house=engaged)
    assert (loyal.since, len(loyal.days)) == ((NOON - timedelta(days=111)).date(), 112)
    assert loyal.days[-6:] == (11, 1, 1, 0, 0, 0)
    assert (loyal.standing.loyal, loyal.standing.inactive, loyal.standing.advocate, loyal.flags) == (
        True,
        False,
        False,
        (),
    )
    assert (left.standing.inactive, left.standing.loyal) == (True, False)
    assert [flag.change.kind for flag in left.flags] == [ChangeKind.DROP]


def test_who_praises_us_in_public_on_several_days_is_an_advocate(house, take):
    with house.database.write() as tx:
        jane = records.add_record(tx, record("c1"), at=NOON)
    take(mention("I love Lumora, great"), mention("Lumora is great, love it"))
    with house.database.read() as tx:
        assert praise.of_customer(tx, jane, since=NOON) == Praise(1, 0)
        assert not behaviour_of(tx, jane, house=house).standing.advocate
    take(mention("Love my Lumora", posted_at=NOON - timedelta(days=9)), mention("Lumora is down again"))
    with house.database.read() as tx:
        assert praise.of_customer(tx, jane, since=NOON - timedelta(days=10)) == Praise(2, 1)
        assert praise.of_customer(tx, jane, since=NOON - timedelta(days=8)) == Praise(1, 1)
