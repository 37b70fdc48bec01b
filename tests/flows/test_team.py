"""What a team did, by person for the team itself and in sums for leadership."""

from datetime import timedelta

import pytest

from domain.errors import Refused
from domain.person import Person, Role
from flows import responding
from flows.home import home
from flows.responding import Click
from flows.team import brand_states, team_stats
from storage import cases
from tests.builders import BEN, GUS, LEO, MIA, NOON, author, mention

DAY = NOON.date()


@pytest.fixture
def day(house, take, clock):
    """Ann, Bob and Cy complain; Mia claims two and is found to have answered one, Ben resolves one."""
    posts = [mention(f"down {n}", by=author(n), posted_at=NOON) for n in ("ann", "bob", "cy")]
    take(*posts)
    with house.database.read() as tx:
        by_author = {f.author.handle: f.case.id for f in cases.queue(tx, limit=9, value_band=house.band)}
    for handle, person in (("ann", MIA), ("bob", MIA), ("cy", BEN)):
        responding.claim(Click(by_author[handle], person), house=house)
    responding.resolve(Click(by_author["cy"], BEN), house=house)
    reply = mention("so sorry", by=author("lumora"), reply_to=posts[0].id, posted_at=NOON + timedelta(minutes=30))
    take(reply, cursor="c2")


def stats(house, person, since=DAY, until=DAY + timedelta(days=1)):
    return team_stats(brand=house.brands[0], since=since, until=until, person=person, house=house)


def test_each_person_has_what_she_did(house, day):
    told = {each.person: each for each in stats(house, MIA).people}
    mia, ben = told["U0MIA"], told["U0BEN"]
    assert (mia.claimed, mia.answered, mia.resolved, mia.first_response) == (2, 1, 0, 1800.0)
    assert (ben.claimed, ben.answered, ben.resolved, ben.first_response) == (1, 0, 1, None)


def test_leadership_sees_the_sums_and_nobodys_name(house, day):
    seen = stats(house, LEO)
    assert seen.people == ()
    assert (seen.total.claimed, seen.total.answered, seen.total.resolved) == (3, 1, 1)
    assert seen.total == stats(house, MIA).total


def test_other_days_have_other_deeds(house, day):
    before = stats(house, MIA, since=DAY - timedelta(days=7), until=DAY)
    assert (before.total.claimed, before.total.first_response, before.people) == (0, None, ())


@pytest.mark.parametrize("role", [Role.DATA_CLEANER, Role.DIRECT_MAIL_EXPERT, Role.ENGAGEMENT_EXPERT])
def test_other_roles_see_no_stats(house, role):
    with pytest.raises(Refused, match="You may not see what the team did"):
        stats(house, Person("U0X", frozenset({role})))


def test_the_state_of_a_brand_counts_what_is_open_unowned_overdue_and_silent(house, take, clock):
    take(*[mention(f"down {n}", by=author(n), posted_at=NOON) for n in ("ann", "bob")])
    with house.database.read() as tx:
        (state,) = brand_states(tx, house=house)
    assert (state.open, state.unowned, state.overdue, state.silent, state.surging) == (2, 2, 0, 0, False)
    clock.advance(minutes=90)
    with house.database.read() as tx:
        (state,) = brand_states(tx, house=house)
    assert state.silent == 2
    clock.advance(days=7)
    with house.database.read() as tx:
        assert brand_states(tx, house=house)[0].overdue == 2


def test_home_holds_my_own_cases_and_only_what_my_roles_let_me_see(house, day):
    mine = home(person=MIA, listening=[], house=house)
    assert [file.case.owner for file in mine.mine] == ["U0MIA"]
    assert (mine.mine_total, mine.mutes, mine.may_see_settings) == (1, (), False)
    led = home(person=LEO, listening=[], house=house)
    assert (led.mine, led.mutes, led.works_on_cases) == ((), None, False)
    with pytest.raises(Refused):
        home(person=GUS, listening=[], house=house)
