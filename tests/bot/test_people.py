"""Who somebody is: roles from the settings, nothing for strangers, and no guess when Slack does not answer."""

import pytest

from bot.identity import BotIdentity, asking_client, identify
from bot.people import People
from domain.errors import Refused
from domain.person import Role
from tests.bot.scripted_slack import Reply, scripted_slack

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


def asked_of(server, roles):
    client = asking_client(server.token, api_url=server.url)
    return People(client=client, roles=roles, us=identify(client))


def test_colleague_is_known_and_the_bot_is_nobody(slack_server):
    desk = asked_of(slack_server, {Role.SOCIAL_EXPERT: [slack_server.mia, slack_server.bot_user_id]})
    assert desk.person(slack_server.mia).roles == {Role.SOCIAL_EXPERT}
    assert desk.person(slack_server.bot_user_id).roles == frozenset()


def test_somebody_whom_slack_does_not_know_is_refused(slack_server):
    with pytest.raises(Refused, match="try again"):
        asked_of(slack_server, {Role.SOCIAL_EXPERT: ["U0NOBODY"]}).person("U0NOBODY")


def test_group_that_cannot_be_read_gives_nothing_and_takes_nothing(slack_server):
    roles = {Role.SOCIAL_EXPERT: [slack_server.mia], Role.LEADERSHIP: ["S0GONE"]}
    assert asked_of(slack_server, roles).person(slack_server.mia).roles == {Role.SOCIAL_EXPERT}


def test_groups_and_guests_are_known(sandbox):
    workspace = sandbox.workspace
    mia = workspace.users[sandbox.mia]
    gus = workspace.add_user("gus", "Gus Guest", guest=True)
    bosses = workspace.add_group("bosses", "Bosses", [mia, gus])
    desk = asked_of(sandbox, {Role.LEADERSHIP: [bosses.id]})
    assert desk.person(mia.id).roles == {Role.LEADERSHIP}
    assert desk.person(gus.id).roles == frozenset()
