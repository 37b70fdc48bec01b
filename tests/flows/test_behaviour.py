from dataclasses import replace
from datetime import timedelta

from domain.engagement import BehaviourPolicy
from domain.event import EventCounts, EventKind
from flows import behaviour
from flows.behaviour import drop_old_events, take_events
from storage import events, records
from tests.builders import NOON, did, record


def customer(house, source_id="c1"):
    with house.database.write() as tx:
        return records.add_record(tx, record(source_id), at=NOON)


def done_by(house, customer_id):
    with house.database.read() as tx:
        return events.latest(tx, customer_id, limit=99)


def test_events_are_taken_in_parts_and_again_do_nothing(house, monkeypatch):
    monkeypatch.setattr(behaviour, "PART", 2)
    jane, told, seen = customer(house), [did() for _ in range(5)], list[int]()
    assert take_events(told, house=house, progress=seen.append) == EventCounts(added=5)
    assert seen == [2, 4, 5]
    assert take_events([*told, did()], house=house) == EventCounts(added=1, known=5)
    assert len(done_by(house, jane)) == 6


def test_what_is_older_than_the_settings_keep_is_dropped(house):
    jane = customer(house)
    keeping = replace(house, behaviour=BehaviourPolicy(keep_days=10))
    days = (12, 11, 10, 9)
    take_events([did(at=NOON - timedelta(days=ago)) for ago in days], house=keeping)
    assert drop_old_events(house=keeping)
    assert not drop_old_events(house=keeping)
    assert [(NOON - deed.at).days for deed in done_by(keeping, jane)] == [9, 10]


def test_dropping_stops_when_its_time_is_over(house):
    jane = customer(house)
    take_events([did(at=NOON - timedelta(days=500))], house=house)
    moments = iter([0.0, 10.0])
    assert not drop_old_events(house=house, seconds=5, monotonic=lambda: next(moments))
    assert len(done_by(house, jane)) == 1


def test_kinds_without_a_weight_do_not_count():
    counted = BehaviourPolicy().counted
    assert EventKind.SUPPORT not in counted
    assert EventKind.VISIT in counted
