"""The control of people: user groups and accounts change while the bot runs, as an administrator changes them."""

import json
import urllib.error
import urllib.request

import pytest

from sandbox.server import Sandbox


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as running:
        yield running


def control(sandbox, **body):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{sandbox.url}/control/people", data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return error.read().decode()


def test_a_group_is_joined_and_left_by_name_or_id(sandbox):
    (group,) = sandbox.workspace.groups.values()
    olga = next(user for user in sandbox.workspace.users.values() if user.name == "ops")
    assert control(sandbox, do="join", user="ops", group="social") == {"ok": True}
    assert olga.id in group.members
    assert control(sandbox, do="leave", user=olga.id, group=group.id) == {"ok": True}
    assert olga.id not in group.members


def test_an_account_ends_and_comes_back(sandbox):
    gus = next(user for user in sandbox.workspace.users.values() if user.name == "gus")
    control(sandbox, do="deactivate", user="gus")
    assert gus.deleted
    control(sandbox, do="reactivate", user="gus")
    assert not gus.deleted


def test_a_wrong_request_says_what_there_is(sandbox):
    assert control(sandbox, do="join", user="ops", group="kings") == "no user group 'kings'; use social"
    assert control(sandbox, do="join", user="ops") == "no user group None; use social"
    assert control(sandbox, do="deactivate", user="nobody") == "no user 'nobody'"
    assert "join, leave, deactivate or reactivate" in control(sandbox, do="promote", user="ops")
