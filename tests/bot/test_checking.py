"""What `run.py check` says about Slack: every fault with its fix."""

import json

import jsonschema
import pytest

from bot.checking import SCOPES, check_slack, resolve_channels
from bot.identity import SlackError, SlackUnreachableError, asking_client, identify
from bot.typed import CUSTOMER, EARSHOT
from domain.errors import SettingsError
from tests.bot.office import MANIFEST, MANIFEST_FILE
from tests.bot.scripted_slack import Reply, scripted_slack
from tests.bot.slack_servers import sandbox_server
from tests.shared import shared_file


def findings(server, *channels, token=None, app_token=None):
    client = asking_client(token or server.token, api_url=server.url)
    found = check_slack(client, channels=channels, app_token=app_token or server.app_token)
    return {finding.what: finding for finding in found}


def faulty(found):
    return {what: finding.fix for what, finding in found.items() if not finding.ok}


def test_bot_learns_who_it_is(slack_server):
    us = identify(asking_client(slack_server.token, api_url=slack_server.url))
    expected = (slack_server.team_id, slack_server.bot_id, slack_server.bot_user_id)
    assert (us.team_id, us.bot_id, us.bot_user_id) == expected
    assert us.url.startswith("http")
    assert us.url.endswith("/")


def test_healthy_workspace_has_no_fault(slack_server):
    room = slack_server.room()
    found = findings(slack_server, f"#{room.name}", room.id)
    assert faulty(found) == {}
    assert {f"channel #{room.name}", f"channel {room.id}"} <= set(found)


def test_scopes_and_the_app_token_are_looked_at(sandbox):
    assert {"scopes of the bot token", "app token for Socket Mode"} <= set(findings(sandbox))


def test_wrong_token_is_said_once_with_its_fix(slack_server):
    fixes = faulty(findings(slack_server, "#alerts", token="xoxb-wrong"))
    assert list(fixes) == ["bot token"]
    assert "SLACK_BOT_TOKEN" in fixes["bot token"]


def test_refused_token_is_told_apart_from_one_that_is_no_bots():
    with scripted_slack(Reply({"ok": False, "error": "invalid_auth"})) as slack:
        with pytest.raises(SlackError, match=r"invalid_auth.*SLACK_BOT_TOKEN") as caught:
            identify(asking_client("xoxb-wrong", api_url=slack.url))
        assert not isinstance(caught.value, SlackUnreachableError)


def test_wrong_app_token_names_its_variable(sandbox):
    fixes = faulty(findings(sandbox, app_token="xapp-wrong"))
    assert "SLACK_APP_TOKEN" in fixes["app token for Socket Mode"]


def test_http_mode_needs_no_app_token(slack_server):
    client = asking_client(slack_server.token, api_url=slack_server.url)
    found = check_slack(client, channels=[], app_token=None)
    assert all(finding.what != "app token for Socket Mode" for finding in found)


def test_missing_scope_is_named():
    bot_scopes = [scope for scope in SCOPES if scope != "usergroups:read"]
    with sandbox_server(MANIFEST | {"oauth_config": {"scopes": {"bot": bot_scopes}}}) as server:
        assert "usergroups:read" in faulty(findings(server))["scopes of the bot token"]


def test_each_kind_of_lost_channel_has_its_own_fix(slack_server):
    archived = slack_server.room()
    slack_server.archive(archived)
    outside, secret = slack_server.room(invited=False), slack_server.room(invited=False, private=True)
    names = [f"#{room.name}" for room in (archived, outside, secret)] + ["#none", "C0NONE"]
    fixes = faulty(findings(slack_server, *names))
    assert list(fixes) == [f"channel {name}" for name in names]
    for name, fix in zip(names, ("unarchive it", "/invite @Earshot", *["No such channel"] * 3), strict=True):
        assert fix in fixes[f"channel {name}"]


def test_shared_channel_is_refused():
    us = Reply(
        {"ok": True, "team_id": "T1", "bot_id": "B1", "user_id": "U1", "url": "u"},
        headers={"X-OAuth-Scopes": ",".join(SCOPES)},
    )
    shared = {"id": "C1", "name": "alerts", "is_member": True, "is_ext_shared": True}
    with scripted_slack(us, Reply({"ok": True, "channels": [shared]})) as slack:
        found = check_slack(asking_client("xoxb-1", api_url=slack.url), channels=["#alerts"], app_token=None)
    assert "shared with another organisation" in faulty({f.what: f for f in found})["channel #alerts"]


def test_unreachable_slack_is_told_apart_from_a_wrong_token():
    with pytest.raises(SlackUnreachableError, match=r"cannot be reached at http://127\.0\.0\.1:9/api/"):
        identify(asking_client("xoxb-1", api_url="http://127.0.0.1:9/api/"))


@pytest.mark.parametrize(
    "answer",
    [
        Reply("<html>", 503),
        Reply({"ok": False, "error": "ratelimited"}, 429),
        Reply({"ok": False, "error": "fatal_error"}),
    ],
)
def test_slack_that_cannot_answer_now_may_be_asked_again(answer):
    with scripted_slack(answer) as slack, pytest.raises(SlackUnreachableError):
        identify(asking_client("xoxb-1", api_url=slack.url))


def test_user_token_is_not_a_bot():
    with (
        scripted_slack(Reply({"ok": True, "team_id": "T1", "user_id": "U1", "url": "u"})) as slack,
        pytest.raises(SlackError, match="not a bot's token"),
    ):
        identify(asking_client("xoxp-1", api_url=slack.url))


def test_channel_names_become_ids_over_many_pages():
    def page(*names, cursor=""):
        channels = [{"id": f"C0{name.upper()}", "name": name} for name in names]
        return Reply({"ok": True, "channels": channels, "response_metadata": {"next_cursor": cursor}})

    with scripted_slack(page("a", cursor="next"), page("b")) as slack:
        client = asking_client("xoxb-1", api_url=slack.url)
        assert resolve_channels(client, ["#b", "C0GIVEN01", "#a", "#b"]) == {
            "#b": "C0B",
            "C0GIVEN01": "C0GIVEN01",
            "#a": "C0A",
        }


def test_channels_given_by_id_are_not_looked_up():
    with scripted_slack() as slack:
        assert resolve_channels(asking_client("xoxb-1", api_url=slack.url), ["C0GIVEN01"]) == {"C0GIVEN01": "C0GIVEN01"}
        assert slack.calls == []


def test_channel_names_become_ids(slack_server):
    room, private = slack_server.room(), slack_server.room(private=True)
    client = asking_client(slack_server.token, api_url=slack_server.url)
    names = [f"#{room.name}", f"#{private.name}", room.id]
    assert list(resolve_channels(client, names).values()) == [room.id, private.id, room.id]


def test_unknown_names_are_listed_together(slack_server):
    client = asking_client(slack_server.token, api_url=slack_server.url)
    with pytest.raises(SettingsError, match="#nowhere, #gone"):
        resolve_channels(client, [f"#{slack_server.room().name}", "#nowhere", "#gone"])


@pytest.mark.shared
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_manifest_is_valid(version):
    schema = json.loads(
        shared_file(f"fixtures/slack/manifest/manifest.schema.{version}.json").read_text(encoding="utf-8")
    )
    jsonschema.validate(MANIFEST, schema)


def test_manifest_asks_for_what_is_checked_and_offers_what_is_listened_to():
    assert sorted(MANIFEST["oauth_config"]["scopes"]["bot"]) == sorted(SCOPES)
    assert {c["command"] for c in MANIFEST["features"]["slash_commands"]} == {EARSHOT, CUSTOMER}


def test_each_scope_has_its_reason_beside_it():
    lines = MANIFEST_FILE.read_text(encoding="utf-8").splitlines()
    for scope in SCOPES:
        line = next(line for line in lines if line.strip().startswith(f"- {scope}"))
        assert len(line.partition(" # ")[2]) > 15
