"""What the app receives, held key by key against payloads that Slack's own SDK for Java records."""

import json
from typing import Any

import pytest
from slack_bolt import App

from sandbox.slack import Workspace
from tests.sandbox.running import connected_bolt, running_slack, small_team, wait_until
from tests.shared import shared_file

pytestmark = pytest.mark.shared

MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "shortcuts": [{"name": "Lead", "type": "message", "callback_id": "lead", "description": "A lead"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
}
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "x"},
    "submit": {"type": "plain_text", "text": "x"},
    "notify_on_close": True,
    "blocks": [{"type": "actions", "elements": [BUTTON]}],
}
NOT_RECORDED = {"view_submission": {"response_urls"}, "view": {"blocks"}, "user": {"username"}}
"""Documented keys that the recorded payloads lack, `username` only in shortcuts.

https://docs.slack.dev/reference/interaction-payloads
"""


@pytest.fixture(scope="module")
def received():
    """Every kind of payload once, by its type."""
    workspace = Workspace(manifest=MANIFEST)
    kinds: dict[str, Any] = {}
    mia, alerts = small_team(workspace)
    with running_slack(workspace) as slack, connected_bolt(slack) as app:
        listen(app, kinds)
        people, client = slack.slack.interactions, slack.client()
        for act in ("click_view", "close_view", "submit_view"):
            trigger = slack.slack.delivery.new_trigger(mia.id)
            view_id = client.views_open(trigger_id=trigger, view=VIEW)["view"]["id"]
            slack.run(getattr(people, act)(mia.id, view_id, *(["go"] if act == "click_view" else [])))
        ts = client.chat_postMessage(channel=alerts.id, text="x")["ts"]
        slack.run(people.shortcut(mia.id, "lead", channel_id=alerts.id, ts=ts))
        slack.run(people.open_home(mia.id))
        wait_until(lambda: len(kinds) == 5)
    return kinds


def listen(app: App, kinds: dict[str, Any]):
    @app.middleware
    def keep(body, ack):
        kinds[body.get("event", body)["type"]] = body
        return ack()


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("view_submission", "app-backend/ViewSubmissionPayload.json"),
        ("view_closed", "app-backend/ViewClosedPayload.json"),
        ("block_actions", "app-backend/BlockActionPayload.json"),
        ("message_action", "app-backend/MessageShortcutPayload.json"),
    ],
)
def test_an_interaction_has_no_key_that_slack_does_not_send(received, kind, file):
    real = json.loads(shared_file(f"fixtures/slack/{file}").read_text(encoding="utf-8"))
    assert set(received[kind]) - set(real) <= NOT_RECORDED.get(kind, set())
    for part in {"user", "team", "container", "view", "channel"} & set(received[kind]):
        assert set(received[kind][part]) - set(real[part]) <= NOT_RECORDED.get(part, set())


def test_the_event_of_an_opened_home_tab_is_slacks(received):
    real = json.loads(shared_file("fixtures/slack/events/AppHomeOpenedPayload.json").read_text(encoding="utf-8"))
    assert set(received["app_home_opened"]["event"]) <= set(real["event"])
