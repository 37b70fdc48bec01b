"""Unmodified slack_bolt and slack_sdk over real sockets: clicks, commands, redelivery, disconnects, signatures."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from aiohttp import web
from slack_bolt import App
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sandbox.slack import Workspace
from sandbox.slack.delivery import NotDelivered
from sandbox.slack.interactions import NoSuchThing
from tests.sandbox.running import RunningSlack, connected_bolt, running_slack, small_team, wait_until

MANIFEST = {
    "features": {"slash_commands": [{"command": "/earshot", "description": "Earshot"}]},
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "channels:history", "users:read"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels", "app_mention"]}},
}
CARD = [
    {"type": "section", "block_id": "b", "text": {"type": "mrkdwn", "text": "*unhappy*"}},
    {
        "type": "actions",
        "block_id": "buttons",
        "elements": [
            {
                "type": "button",
                "action_id": "claim",
                "text": {"type": "plain_text", "text": "Claim"},
                "value": "case-1",
            }
        ],
    },
]


@pytest.fixture
def slack() -> Iterator[RunningSlack]:
    workspace = Workspace(manifest=MANIFEST)
    small_team(workspace)
    with running_slack(workspace) as running:
        yield running


@pytest.fixture
def bolt(slack) -> Iterator[App]:
    with connected_bolt(slack) as app:
        yield app


def people(slack):
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    return mia, slack.workspace.channel_named("alerts")


def post_card(slack):
    _, alerts = people(slack)
    return slack.client().chat_postMessage(channel=alerts.id, text="unhappy", blocks=CARD)["ts"]


def click(slack, ts, action_id="claim"):
    mia, alerts = people(slack)
    return slack.run(slack.slack.interactions.click(mia.id, alerts.id, ts, action_id))


def write(slack, text):
    mia, alerts = people(slack)
    return slack.run(slack.slack.interactions.write(mia.id, alerts.id, text))


def test_a_click_reaches_bolt_and_the_update_is_seen(slack, bolt):
    mia, alerts = people(slack)
    seen = {}

    @bolt.action("claim")
    def claim(ack, body, action, client):
        ack()
        seen.update(body)
        client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text=f"claimed {action['value']}", blocks=[]
        )

    ts = post_card(slack)
    click(slack, ts)
    wait_until(lambda: alerts.find(ts).text == "claimed case-1")
    assert alerts.find(ts).blocks == []
    assert seen["user"]["id"] == mia.id
    assert seen["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": alerts.id,
        "is_ephemeral": False,
    }
    assert seen["message"]["bot_id"] == slack.workspace.bot_id


def test_a_choice_in_a_menu_with_groups_arrives_as_slack_sends_it(slack, bolt):
    def option(name):
        return {"text": {"type": "plain_text", "text": name}, "value": name.lower()}

    def select(action_id, **more):
        groups = [
            {"label": {"type": "plain_text", "text": t}, "options": [option(f"{t} {n}") for n in "12"]} for t in "AB"
        ]
        return {"type": "static_select", "action_id": action_id, "option_groups": groups, **more}

    placeholder = {"type": "plain_text", "text": "Correct"}
    elements = [select("menu", placeholder=placeholder), select("kept", initial_option=option("A 1")), select("free")]
    mia, alerts = people(slack)
    blocks = [{"type": "actions", "block_id": "row", "elements": elements}]
    ts = slack.client().chat_postMessage(channel=alerts.id, text="x", blocks=blocks)["ts"]
    seen = {}

    @bolt.action("menu")
    def menu(ack, body):
        ack()
        seen.update(body)

    slack.run(slack.slack.interactions.click(mia.id, alerts.id, ts, "menu", option="b 2"))
    wait_until(lambda: seen)
    (action,) = seen["actions"]
    assert action.pop("action_ts") > ts
    assert action == {
        "type": "static_select",
        "action_id": "menu",
        "block_id": "row",
        "placeholder": placeholder,
        "selected_option": option("B 2"),
    }
    assert seen["state"] == {
        "values": {
            "row": {
                "menu": {"type": "static_select", "selected_option": option("B 2")},
                "kept": {"type": "static_select", "selected_option": option("A 1")},
                "free": {"type": "static_select", "selected_option": None},
            }
        }
    }
    with pytest.raises(NoSuchThing, match="no option 'c 1'"):
        slack.run(slack.slack.interactions.click(mia.id, alerts.id, ts, "menu", option="c 1"))


def test_a_slash_command_is_acked_with_a_text_that_only_its_user_sees(slack, bolt):
    mia, alerts = people(slack)

    @bolt.command("/earshot")
    def earshot(ack, command):
        ack(f"you said {command['text']}")

    write(slack, "/earshot  queue  since:7d")
    assert [(m.text, m.visible_to) for m in alerts.ephemeral] == [("you said queue  since:7d", mia.id)]
    assert alerts.messages == []


def test_what_people_type_arrives_escaped_and_names_become_mentions(slack, bolt):
    seen = []

    @bolt.event("app_mention")
    def mentioned(event):
        seen.append(event["text"])

    @bolt.command("/earshot")
    def earshot(ack, command):
        ack()
        seen.append(command["text"])

    write(slack, "@earshot is 1 < 2 & <!channel>? @nobody @here")
    wait_until(lambda: seen)
    write(slack, "/earshot search <AT&T> @jane")
    assert seen == [
        f"<@{slack.workspace.bot.id}> is 1 &lt; 2 &amp; &lt;!channel&gt;? @nobody <!here>",
        "search &lt;AT&amp;T&gt; @jane",
    ]


def test_an_eleventh_connection_is_turned_away(slack):
    app = slack.client(slack.workspace.app_token)
    with ExitStack() as stack:
        for _ in range(10):
            url = app.apps_connections_open(app_token=slack.workspace.app_token)["url"]
            socket = stack.enter_context(connect(url))
            assert json.loads(socket.recv(5))["type"] == "hello"
        url = app.apps_connections_open(app_token=slack.workspace.app_token)["url"]
        turned_away = json.loads(stack.enter_context(connect(url)).recv(5))
        assert (turned_away["type"], turned_away["reason"]) == ("disconnect", "too_many_websockets")


def test_respond_replaces_and_deletes_the_original_and_runs_out_after_five_uses(slack, bolt):
    _, alerts = people(slack)
    answers = []

    @bolt.action("claim")
    def claim(ack, respond):
        ack()
        answers.append(respond(text="taken", replace_original=True).status_code)
        answers.append(respond(text="note").status_code)
        answers.append(respond(text="for all", response_type="in_channel").status_code)
        answers.append(respond(blocks=[{"type": "nonsense"}]).status_code)
        answers.append(respond(delete_original=True).status_code)
        last = respond(text="one too many")
        answers.append((last.status_code, last.body))

    ts = post_card(slack)
    click(slack, ts)
    wait_until(lambda: len(answers) == 6)
    assert answers == [200, 200, 200, 400, 200, (404, '{"ok": false, "error": "used_url"}')]
    assert alerts.find(ts) is None
    assert slack.texts(alerts) == ["for all"]
    assert [m.text for m in alerts.ephemeral] == ["note"]


def test_a_modal_opens_with_its_trigger_id_once(slack, bolt):
    outcomes = []
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Reply"}, "blocks": []}

    @bolt.action("claim")
    def claim(ack, body, client):
        ack()
        outcomes.append(client.views_open(trigger_id=body["trigger_id"], view=view)["view"]["id"])
        try:
            client.views_open(trigger_id=body["trigger_id"], view=view)
        except SlackApiError as error:
            outcomes.append(error.response["error"])

    click(slack, post_card(slack))
    wait_until(lambda: len(outcomes) == 2)
    assert [view["id"] for view in slack.workspace.views[people(slack)[0].id]] == outcomes[:1]
    assert outcomes[1] == "exchanged_trigger_id"


def test_an_unacknowledged_click_is_reported_and_not_sent_again(slack, bolt):
    calls = []

    @bolt.action("claim")
    def claim(body):
        calls.append(body["actions"][0]["action_id"])

    ts = post_card(slack)
    with pytest.raises(NotDelivered, match="operation_timeout"):
        click(slack, ts)
    assert calls == ["claim"]


def test_without_a_connection_a_click_fails_at_once_and_a_command_tells_its_user(slack):
    _, alerts = people(slack)
    ts = post_card(slack)
    with pytest.raises(NotDelivered, match="dispatch_failed"):
        click(slack, ts)
    write(slack, "/earshot help")
    write(slack, "/nothing")
    assert [m.text for m in alerts.ephemeral] == [
        "/earshot failed with the error “dispatch_failed”.",
        "/nothing is not a valid command.",
    ]


def test_an_event_that_is_not_acknowledged_comes_again_with_its_number(slack, bolt):
    attempts, handled = [], []

    @bolt.middleware
    def refuse_twice(req, resp, next_):
        attempts.append((req.body["event_id"], req.headers["x-slack-retry-num"][0]))
        if len(attempts) < 3:
            resp.status = 500
            return resp
        return next_()

    @bolt.event("message")
    def message(event):
        handled.append(event["text"])

    write(slack, "hello")
    wait_until(lambda: handled)
    assert handled == ["hello"]
    assert [number for _, number in attempts] == ["0", "1", "2"]
    assert len({event_id for event_id, _ in attempts}) == 1


def test_events_that_the_manifest_does_not_name_are_not_sent(slack, bolt):
    seen = []

    @bolt.event("app_home_opened")
    def home(event):
        seen.append("home")

    @bolt.event("message")
    def message(event):
        seen.append(event["text"])

    mia, _ = people(slack)
    slack.run(slack.slack.interactions.open_home(mia.id))
    write(slack, "after")
    wait_until(lambda: seen)
    assert seen == ["after"]


def test_a_duplicate_envelope_runs_the_handler_twice(slack, bolt):
    calls = []

    @bolt.action("claim")
    def claim(ack, body):
        ack()
        calls.append(body["trigger_id"])

    ts = post_card(slack)
    slack.workspace.envelope_faults.add("duplicate", target="interactive", times=1)
    click(slack, ts)
    wait_until(lambda: len(calls) == 2)
    assert calls[0] == calls[1]


def test_bolt_comes_back_after_a_disconnect(slack, bolt):
    _, alerts = people(slack)

    @bolt.command("/earshot")
    def earshot(ack):
        ack("here again")

    slack.run(slack.slack.delivery.disconnect())
    wait_until(lambda: slack.workspace.connections == 0)
    wait_until(lambda: slack.workspace.connections == 1, seconds=15)
    write(slack, "/earshot health")
    assert [m.text for m in alerts.ephemeral] == ["here again"]


def test_a_socket_ticket_is_good_for_one_connection(slack):
    url = slack.client(slack.workspace.app_token).apps_connections_open(app_token=slack.workspace.app_token)["url"]
    with connect(url) as socket:
        assert '"type": "hello"' in socket.recv(5)
    with pytest.raises(InvalidStatus):
        connect(url)


def test_http_mode_signs_what_it_sends(slack):
    _, alerts = people(slack)
    verifier = SignatureVerifier(slack.workspace.signing_secret)
    verdicts = []

    async def receive(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        verdicts.append(verifier.is_valid_request(body, dict(request.headers)))
        verdicts.append(verifier.is_valid_request(body + "x", dict(request.headers)))
        return web.json_response({"text": "over HTTP"})

    async def serve() -> tuple[web.AppRunner, str]:
        app = web.Application()
        app.router.add_post("/slack/events", receive)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"

    runner, slack.slack.delivery.request_url = slack.run(serve())
    write(slack, "/earshot help")
    click(slack, post_card(slack))
    write(slack, "an event")
    wait_until(lambda: len(verdicts) == 6)
    slack.run(runner.cleanup())
    assert verdicts == [True, False] * 3
    assert [m.text for m in alerts.ephemeral] == ["over HTTP"]
