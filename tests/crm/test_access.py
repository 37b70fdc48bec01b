import pytest

from crm.access import PERMITTED, may, permit
from domain.errors import Refused
from domain.person import Action, Person, Role
from tests.builders import GUS, LEO, MIA


def test_every_action_has_a_row_in_the_matrix():
    assert set(PERMITTED) == set(Action)


@pytest.mark.parametrize("action", Action)
def test_a_person_without_a_role_may_do_nothing(action):
    assert not may(GUS, action)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_its_row_says_and_nothing_else(role, action):
    assert may(Person("U1", frozenset({role})), action) == (role in PERMITTED[action])


def test_leadership_sees_aggregates_only():
    allowed = {action for action in Action if may(LEO, action)}
    assert allowed == {
        Action.SEE_KPI,
        Action.SEE_EVIDENCE,  # ids, times and states only
        Action.SEE_STATS,
        Action.SEE_HEALTH,
        Action.SEE_HELP,
        Action.SEE_HOME,
        Action.SET_PREFERENCES,
        Action.OPEN_POST,
    }


def test_a_refusal_names_the_roles_that_would_do():
    permit(MIA, Action.CLAIM)
    with pytest.raises(Refused, match="crm_admin, social_expert"):
        permit(LEO, Action.CLAIM)
