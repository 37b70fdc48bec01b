"""Who somebody is: roles from the settings, nothing for strangers, and no guess when Slack does not answer."""

import pytest

from bot.identity import BotIdentity, asking_client
from bot.people import People
from domain.errors import Refused
from domain.person import Role
from sandbox.slack import Workspace
from tests.bot.scripted_slack import Reply, scripted_slack
from tests.sandbox.running import running_slack, small_team

US = BotIdentity(team_id="T1", bot_id="B1", bot_user_id="U1", url="https://lumora.slack.com/")
ROLES = {Role.SOCIAL_EXPERT: ["U0MIA"], Role.LEADERSHIP: ["S0BOSS"], Role.CRM_ADMIN: ["S0BOSS", "U0ADA"]}


class Stopwatch:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def user(**changes):
    return Reply({"ok": True, "user": {"id": "U0MIA", "team_id": "T1", **changes}})


def members(*ids):
    return Reply({"ok": True, "users": list(ids)})


def people(slack, us=US, monotonic=lambda: 0.0):
    return People(client=asking_client("xoxb-1", api_url=slack.url), roles=ROLES, us=us, monotonic=monotonic)


def test_roles_come_from_user_ids_and_from_groups():
    with scripted_slack(user(), members("U0MIA")) as slack:
        assert people(slack).person("U0MIA").roles == {Role.SOCIAL_EXPERT, Role.LEADERSHIP}


def test_group_never_makes_a_crm_admin():
    with scripted_slack(user(), members("U0BOB")) as slack:
        assert people(slack).person("U0BOB").roles == {Role.LEADERSHIP}
    with scripted_slack(user(), members()) as slack:
        assert people(slack).person("U0ADA").roles == {Role.CRM_ADMIN}


@pytest.mark.parametrize(
    ("approvers", "member", "may"), [((), "", True), (("U0MIA",), "", True), (("S0LEADS",), "U0MIA", True),
                                     (("S0LEADS",), "U0BEN", False), (("U0BEN",), "", False)]
)  # fmt: skip
def test_the_settings_may_name_who_approves_replies(approvers, member, may):
    with scripted_slack(user(), members(member)) as slack:
        known = People(asking_client("xoxb-1", api_url=slack.url), ROLES, US, approvers)
        assert known.person("U0MIA").approver is may


def test_who_cannot_be_found_in_a_group_approves_nothing():
    with scripted_slack(user(), Reply({"ok": False, "error": "internal_error"})) as slack:
        known = People(asking_client("xoxb-1", api_url=slack.url), ROLES, US, ("S0LEADS",))
        assert not known.person("U0MIA").approver


@pytest.mark.parametrize(
    ("profile", "name"),
    [({"first_name": "Mia", "real_name": "M. Park"}, "Mia"), ({"real_name": "Mia Park"}, "Mia"), ({}, "")],
)
def test_a_person_is_called_by_her_first_name(profile, name):
    with scripted_slack(user(profile=profile), members()) as slack:
        assert people(slack).person("U0MIA").name == name


@pytest.mark.parametrize(
    "stranger",
    [
        {"deleted": True},
        {"is_bot": True},
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"team_id": "T2"},
        {"team_id": None},
        {"team_id": "T2", "enterprise_user": {"enterprise_id": "E9"}},
    ],
)
def test_guests_strangers_and_people_who_left_have_no_role(stranger):
    with scripted_slack(user(**stranger), members("U0MIA")) as slack:
        assert people(slack).person("U0MIA").roles == frozenset()


def test_colleague_in_another_workspace_of_the_same_organisation_belongs_here():
    us = BotIdentity(team_id="T1", bot_id="B1", bot_user_id="U1", url="", enterprise_id="E1")
    with scripted_slack(user(team_id="T2", enterprise_user={"enterprise_id": "E1"}), members()) as slack:
        assert people(slack, us=us).person("U0MIA").roles == {Role.SOCIAL_EXPERT}


def test_answer_is_remembered_for_a_minute():
    now = Stopwatch()
    with scripted_slack(user(), members(), user(deleted=True)) as slack:
        desk = people(slack, monotonic=now)
        desk.person("U0MIA")
        now.seconds = 59.0
        assert desk.person("U0MIA").roles
        assert len(slack.calls) == 2
        now.seconds = 61.0
        assert not desk.person("U0MIA").roles


@pytest.mark.parametrize(
    "failure",
    [
        Reply({"ok": False, "error": "ratelimited"}, 429),
        Reply({"ok": False, "error": "user_not_found"}),
        Reply("<html>", 500),
        Reply({"ok": True}),
    ],
)
def test_silent_slack_refuses_and_is_asked_again(failure):
    with scripted_slack(failure, user(), members()) as slack:
        desk = people(slack)
        with pytest.raises(Refused, match="try again"):
            desk.person("U0MIA")
        assert desk.person("U0MIA").roles == {Role.SOCIAL_EXPERT}


def test_people_of_the_sandbox_are_known():
    workspace = Workspace()
    mia, _ = small_team(workspace)
    gus = workspace.add_user("gus", "Gus Guest", guest=True)
    bosses = workspace.add_group("bosses", "Bosses", [mia, gus])
    us = BotIdentity(team_id=workspace.team_id, bot_id=workspace.bot_id, bot_user_id=workspace.bot.id, url="")
    with running_slack(workspace) as slack:
        desk = People(client=slack.client(), roles={Role.LEADERSHIP: [bosses.id]}, us=us)
        assert desk.person(mia.id).roles == {Role.LEADERSHIP}
        assert desk.person(gus.id).roles == frozenset()
        assert desk.person(workspace.bot.id).roles == frozenset()
