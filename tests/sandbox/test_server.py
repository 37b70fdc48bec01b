import json

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.sync.client import connect

from config.load import parse
from domain.brand import SourceKind
from sandbox.bot_settings import bot_environment, bot_settings_toml
from sandbox.ids import PLATFORMS
from sandbox.server import PortInUseError, Sandbox
from sandbox.world import Draft
from tests.sandbox.platform_clients import reddit_client, x_client


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


def post(sandbox, path, **body):
    return requests.post(f"{sandbox.url}/control/{path}", json=body, timeout=5)


def test_everything_is_served_on_one_port_of_the_loopback(sandbox):
    assert sandbox.url.startswith("http://127.0.0.1:")
    secrets = bot_environment(sandbox)
    slack = WebClient(token=secrets["SLACK_BOT_TOKEN"], base_url=sandbox.slack_api_url)
    assert slack.auth_test()["ok"]
    assert x_client(sandbox, bearer=secrets["X_BEARER_TOKEN"]).get_user(username="lumora").data.name == "Lumora"
    assert str(reddit_client(sandbox, as_brand=True).user.me()) == "LumoraHelp"


def test_two_sandboxes_live_side_by_side_and_a_stopped_one_is_gone():
    with Sandbox() as first, Sandbox() as second:
        assert first.url != second.url
        assert post(first, "posts", platform="x", author="ada", text="hello").ok
        assert requests.get(f"{second.url}/control/state", timeout=5).json()["posts"]["x"] == 0
        url = first.url
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/control/state", timeout=5)


def test_a_port_in_use_is_a_clear_error(sandbox):
    port = int(sandbox.url.rsplit(":", 1)[1])
    with pytest.raises(PortInUseError, match=f"port {port} on 127.0.0.1 cannot be used"):
        Sandbox(port=port).start()


def test_a_sandbox_can_be_stopped_twice_and_started_again():
    sandbox = Sandbox()
    sandbox.stop()
    for _ in range(2):
        sandbox.start()
        assert requests.get(f"{sandbox.url}/control/state", timeout=5).ok
        sandbox.stop()
        sandbox.stop()


def test_the_page_can_write_as_the_brand_edit_and_delete(sandbox):
    asked = sandbox.world.add(Draft("x", "ada", "lumora is bad"))
    answer = post(sandbox, "posts", platform="x", author="lumora", text="Sorry!", reply_to=asked.id).json()
    assert (answer["text"], answer["reply_to"]) == ("@ada Sorry!", asked.id)
    edited = post(sandbox, "edit", id=answer["id"], text="@ada Very sorry!").json()
    assert edited["edited"]
    assert post(sandbox, "delete", id=asked.id).json()["gone"] == "deleted"
    shown = requests.get(f"{sandbox.url}/control/posts?platform=x&limit=5", timeout=5).json()
    assert [entry["text"] for entry in shown] == ["@ada Very sorry!"]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("posts", {"platform": "x", "author": "ada"}, "needs text"),
        ("posts", {"platform": "myspace", "author": "ada", "text": "hi"}, "no platform 'myspace'"),
        ("posts", {"platform": "x", "author": "ada", "text": "hi", "reply_to": "1"}, "no post has the id '1'"),
        ("edit", {"id": "1", "text": "hi"}, "no post has the id '1'"),
        ("faults", {"platform": "myspace", "kind": "slow"}, "no platform 'myspace'"),
        ("faults", {"platform": "x", "kind": "gremlin"}, "unknown fault 'gremlin'"),
        ("faults", {"platform": "x", "kind": "slow", "probability": 2}, "not between 0 and 1"),
        ("slack", {"do": "explode"}, "cannot do 'explode'"),
    ],
)
def test_a_wrong_control_request_says_what_is_missing(sandbox, path, body, message):
    answer = post(sandbox, path, **body)
    assert answer.status_code == 400
    assert message in answer.text


def test_control_refuses_what_a_foreign_web_page_could_send(sandbox):
    url = f"{sandbox.url}/control/posts"
    assert (
        requests.post(url, data='{"platform":"x"}', headers={"Content-Type": "text/plain"}, timeout=5).status_code
        == 415
    )
    assert (
        requests.post(url, data="nonsense", headers={"Content-Type": "application/json"}, timeout=5).status_code == 400
    )


def test_faults_are_switched_for_each_service_by_itself(sandbox):
    for platform, kind in (("x", "server_error"), ("slack", "internal_error")):
        assert post(sandbox, "faults", platform=platform, kind=kind).ok
    slack = WebClient(token=sandbox.workspace.bot_token, base_url=sandbox.slack_api_url)
    assert requests.get(f"{sandbox.x_api_url}/2/users/me", timeout=5).status_code == 503
    assert requests.get(f"{sandbox.reddit_url}/api/v1/me", timeout=5).status_code == 401
    assert requests.post(f"{sandbox.slack_api_url}auth.test", timeout=5).json()["error"] == "internal_error"
    for platform in ("x", "slack"):
        post(sandbox, "faults", platform=platform, clear=True)
    assert requests.get(f"{sandbox.x_api_url}/2/users/me", timeout=5).status_code == 401
    assert slack.auth_test()["ok"]


def test_the_settings_for_the_bot_are_valid_and_name_what_is_there(sandbox, tmp_path):
    path = tmp_path / "earshot.toml"
    path.write_text(bot_settings_toml(sandbox, database_url=f"sqlite:///{tmp_path}/earshot.db"))
    settings = parse(path)
    streams = settings.build_streams()
    channels = {f"#{channel.name}" for channel in sandbox.workspace.channels.values()}
    assert {stream.channel for stream in streams} | set(settings.brands[0].digest_channels) <= channels
    assert {stream.platform for stream in streams if stream.kind is SourceKind.OWN_POSTS} == set(PLATFORMS) - {"rss"}
    members = {member for ids in settings.roles.values() for member in ids}
    assert members <= set(sandbox.workspace.users) | set(sandbox.workspace.groups)
    search = next(stream for stream in streams if stream.kind is SourceKind.SEARCH and stream.platform == "x")
    assert x_client(sandbox).search_recent_tweets(search.target).errors == []


def test_the_team_has_a_guest_and_somebody_of_another_organisation(sandbox):
    slack = WebClient(token=sandbox.workspace.bot_token, base_url=sandbox.slack_api_url)
    users = {user["name"]: user for user in slack.users_list()["members"]}
    team = slack.auth_test()["team_id"]
    assert {name for name, user in users.items() if user["is_restricted"]} == {"gus"}
    assert {name for name, user in users.items() if user["team_id"] != team} == {"pat"}


def test_the_slack_token_can_be_revoked_and_restored(sandbox):
    slack = WebClient(token=sandbox.workspace.bot_token, base_url=sandbox.slack_api_url)
    assert post(sandbox, "slack", do="revoke_token").ok
    with pytest.raises(SlackApiError, match="token_revoked"):
        slack.auth_test()
    assert post(sandbox, "slack", do="restore_token").ok
    assert slack.auth_test()["ok"]


def test_slack_can_end_its_websockets(sandbox):
    slack = WebClient(token=sandbox.workspace.app_token, base_url=sandbox.slack_api_url)
    url = slack.apps_connections_open(app_token=sandbox.workspace.app_token)["url"]
    with connect(url) as socket:
        assert json.loads(socket.recv(5))["type"] == "hello"
        assert post(sandbox, "slack", do="disconnect").ok
        assert json.loads(socket.recv(5))["type"] == "disconnect"


def test_people_act_in_the_workspace_through_the_server_s_own_loop(sandbox):
    mia = next(user for user in sandbox.workspace.users.values() if user.name == "mia")
    channel = sandbox.workspace.channel_named("#lumora-alerts")
    sandbox.run(sandbox.slack.interactions.write(mia.id, channel.id, "Who takes this one?"))
    slack = WebClient(token=sandbox.workspace.bot_token, base_url=sandbox.slack_api_url)
    history = slack.conversations_history(channel=channel.id)["messages"]
    assert [(message["user"], message["text"]) for message in history] == [(mia.id, "Who takes this one?")]


def test_a_platform_can_be_away_and_back():
    with Sandbox() as sandbox:
        sandbox.switch("rss", "away")
        with pytest.raises(requests.ConnectionError):
            requests.get(sandbox.feed_url, timeout=5)
        assert requests.get(f"{sandbox.hackernews_url}/api/v1/search_by_date", timeout=5).ok
        sandbox.switch("rss", "back")
        assert requests.get(sandbox.feed_url, timeout=5).ok
