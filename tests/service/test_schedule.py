"""What runs by itself goes on though a part of it fails."""

import pytest

from domain.brand import Brand
from domain.case import TriagePolicy
from domain.errors import InputError
from flows.forgetting import awaits_scrub
from flows.house import House
from flows.removing import remove
from service.schedule import Schedule
from tests.builders import NOON, mention
from tests.storage.values import seen, store


def unused(*_):
    raise AssertionError("nothing is polled, classified or posted here")


@pytest.fixture
def house(database):
    brands = (Brand("Lumora"),)
    return House(database=database, clock=lambda: NOON, brands=brands, policy=TriagePolicy(), secret=b"secret")


def test_what_was_erased_is_overwritten_though_the_list_beside_the_backups_cannot_be_written(house):
    asked = []

    def full():
        asked.append("written")
        raise InputError("the disk is full")

    post = mention()
    with house.database.write() as tx:
        store(tx, seen(post))
        remove(tx, post.id, house=house)
    assert awaits_scrub(house=house)
    schedule = Schedule(house=house, streams=(), polls={}, classify=unused, post=unused, erased=full)
    for _ in range(2):
        with pytest.raises(InputError):
            schedule._scrub()
    assert not awaits_scrub(house=house)
    assert len(asked) == 2, "it is tried again"
