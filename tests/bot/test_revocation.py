"""A role that is taken away stops working within 60 seconds, for commands, buttons, forms and the home tab."""

from dataclasses import dataclass

import pytest

from bot.people import People
from bot.views.card import CLAIM
from bot.views.case_forms import PERSON
from bot.views.case_menus import MORE
from domain.case import CaseState
from domain.errors import Refused
from domain.person import Role
from sandbox.slack.workspace import UserGroup
from tests.bot.scripted_slack import Reply, scripted_slack
from tests.bot.test_home import home
from tests.bot.test_people import Stopwatch, people, user
from tests.sandbox.running import wait_until


@dataclass
class Team:
    """A stopwatch that the bot's memory goes by, and the user group through which Mia and Ben have their role."""

    watch: Stopwatch
    group: UserGroup
    ids: dict[str, str]

    def loses(self, name):
        self.group.members.remove(self.ids[name])
        self.watch.seconds += 60.0


@pytest.fixture
def team(at_work):
    watch = Stopwatch()
    members = [at_work.people["mia"], at_work.people["ben"]]
    group = at_work.slack.workspace.add_group("social", "Social team", members)
    at_work.desk.people.monotonic = watch
    at_work.desk.people.roles = {Role.SOCIAL_EXPERT: [group.id]}
    return Team(watch, group, {user.name: user.id for user in members})


def test_commands_stop_working(at_work, team):
    assert "waiting for an answer" in at_work.type("mia", "/earshot queue").text
    team.loses("mia")
    assert "You may not see the queue" in at_work.type("mia", "/earshot queue").text
    assert "waiting for an answer" in at_work.type("ben", "/earshot queue").text


def test_buttons_stop_working(at_work, team):
    at_work.type("mia", "/earshot queue")
    team.loses("mia")
    at_work.click("mia", CLAIM)
    wait_until(lambda: "You may not claim cases" in at_work.alerts.ephemeral[-1].text)
    assert at_work.case().case.state is CaseState.NEW


def test_a_form_that_is_open_already_stops_working(at_work, team):
    at_work.click("mia", MORE, option=f"assign|{at_work.case_id}")
    at_work.modal("mia", "Assign")
    team.loses("mia")
    at_work.submit("mia", "Assign", **{PERSON: at_work.people["ben"].id})
    assert "You may not assign cases" in str(at_work.modal("mia", "Assign"))
    assert at_work.case().case.owner is None


def test_home_shows_nothing_any_more(at_work, team):
    assert "*Lumora*: 1 open case" in home(at_work, "mia")
    team.loses("mia")
    assert "You have no role here yet" in home(at_work, "mia")


def test_somebody_who_left_is_refused_within_a_minute(at_work, team):
    at_work.type("mia", "/earshot queue")
    at_work.people["mia"].deleted = True
    team.watch.seconds += 60.0
    assert "You may not see the queue" in at_work.type("mia", "/earshot queue").text


def test_large_groups_are_read_whole():
    many = [f"U0{number:07}" for number in range(5000)]
    with scripted_slack(user(), Reply({"ok": True, "users": [*many, "U0MIA"]})) as slack:
        assert Role.LEADERSHIP in people(slack).person("U0MIA").roles


def test_a_group_that_slack_does_not_show_refuses_whoever_has_her_role_through_it():
    failing = Reply({"ok": False, "error": "no_such_subteam"})
    with scripted_slack(user(id="U0BOB"), failing) as slack, pytest.raises(Refused, match="did nothing"):
        people(slack).person("U0BOB")


def test_home_says_so_where_slack_does_not_say_who_somebody_is(at_work, monkeypatch):
    def nobody(_self, _user_id):
        raise Refused("I could not ask Slack who you are, so I did nothing. Please try again in a minute.")

    monkeypatch.setattr(People, "person", nobody)
    assert "I could not ask Slack who you are" in home(at_work, "mia")
