from datetime import timedelta

from storage import leases
from tests.builders import NOON


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def take(tx, holder, seconds):
    return leases.acquire(tx, "schedule", holder=holder, at=after(seconds), seconds=15)


def test_a_lease_has_one_holder_until_it_expires(database):
    with database.write() as tx:
        assert take(tx, "a", 0) == 1
        assert take(tx, "b", 14) is None
        assert take(tx, "b", 15) == 2
        assert take(tx, "a", 16) is None


def test_a_holder_keeps_its_lease_and_its_token_by_asking_again_in_time(database):
    with database.write() as tx:
        assert [take(tx, "a", seconds) for seconds in (0, 10, 20, 30)] == [1, 1, 1, 1]
        assert take(tx, "b", 44) is None
        assert take(tx, "a", 45) == 2


def test_a_holder_that_slept_too_long_is_fenced_off(database):
    with database.write() as tx:
        slept = take(tx, "a", 0)
        assert leases.held(tx, "schedule", token=slept, at=after(14))
        assert not leases.held(tx, "schedule", token=slept, at=after(15))
        present = take(tx, "b", 60)
        assert not leases.held(tx, "schedule", token=slept, at=after(61))
        assert leases.held(tx, "schedule", token=present, at=after(61))


def test_a_lease_is_given_back_by_its_holder_only(database):
    with database.write() as tx:
        take(tx, "a", 0)
        leases.release(tx, "schedule", holder="b", at=after(1))
        assert take(tx, "b", 1) is None
        leases.release(tx, "schedule", holder="a", at=after(1))
        assert take(tx, "b", 1) == 2
        assert leases.acquire(tx, "another", holder="c", at=NOON, seconds=15) == 1
