"""Modals, home tabs, shortcuts and files through unmodified slack_bolt: what arrives, and what an answer does."""

import json
import urllib.request
from collections.abc import Iterator

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError

from sandbox.slack import Workspace
from sandbox.slack.delivery import NotDelivered
from sandbox.slack.interactions import NoSuchThing
from tests.sandbox.running import RunningSlack, connected_bolt, running_slack, small_team, wait_until

MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [{"command": "/earshot", "description": "Earshot"}],
        "shortcuts": [
            {"name": "Create lead", "type": "message", "callback_id": "create_lead", "description": "A lead"},
            {"name": "New note", "type": "global", "callback_id": "new_note", "description": "A note"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": ["chat:write", "commands", "channels:history", "channels:read", "im:write", "im:read", "files:write"]
        }
    },
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
}


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


@pytest.fixture
def mia(slack):
    return next(user for user in slack.workspace.users.values() if user.name == "mia")


@pytest.fixture
def alerts(slack):
    return slack.workspace.channel_named("alerts")


def plain(text):
    return {"type": "plain_text", "text": text}


def option(name, **more):
    return {"text": plain(name), "value": name.lower()} | more


def entry(block_id, kind, *, optional=False, dispatch=False, **element):
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "optional": optional,
        "dispatch_action": dispatch,
        "element": {"type": kind, "action_id": f"{block_id}_a", **element},
    }


def modal(*blocks, **more):
    view = {"type": "modal", "callback_id": "form", "title": plain("Reply"), "submit": plain("Send")}
    return view | {"blocks": list(blocks)} | more


TEXT = entry("words", "plain_text_input", max_length=20)


def do(slack, name, *args, **kwargs):
    return slack.run(getattr(slack.slack.interactions, name)(*args, **kwargs))


def opened(slack, bolt, mia, alerts, view):
    """Open a modal by a command, as a bot does, and return it."""

    @bolt.command("/earshot")
    def earshot(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    do(slack, "write", mia.id, alerts.id, "/earshot reply")
    wait_until(lambda: slack.workspace.views[mia.id])
    return slack.workspace.views[mia.id][-1]


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response.data


# Submitting


def test_a_submission_carries_every_kind_of_input_as_slack_sends_it(slack, bolt, mia, alerts):
    many = [option("Red"), option("Green"), option("Blue")]
    groups = [{"label": plain("Warm"), "options": many[:1]}, {"label": plain("Cold"), "options": many[1:]}]
    blocks = [
        TEXT,
        entry("number", "number_input", is_decimal_allowed=False),
        entry("one", "static_select", options=many),
        entry("grouped", "static_select", option_groups=groups),
        entry("several", "multi_static_select", options=many),
        entry("who", "users_select"),
        entry("all", "multi_users_select", optional=True),
        entry("boxes", "checkboxes", options=many, initial_options=many[2:]),
        entry("radio", "radio_buttons", options=many),
        entry("day", "datepicker", initial_date="2026-03-02"),
        entry("time", "timepicker"),
        entry("empty", "plain_text_input", optional=True),
        {"type": "section", "block_id": "s", "text": plain("x"), "accessory": {"type": "button", "text": plain("x")}},
    ]
    view = opened(slack, bolt, mia, alerts, modal(*blocks, private_metadata="case-1", external_id="ext-1"))
    seen = {}

    @bolt.view("form")
    def form(ack, body):
        ack()
        seen.update(body)

    values = {"words": "a < b & c", "number": 7, "one": "red", "grouped_a": "blue", "several": ["red", "green"]}
    values |= {"who": mia.id, "radio": "green", "time": "09:30"}
    assert do(slack, "submit_view", mia.id, view["id"], values) == {}
    assert seen["view"]["state"]["values"] == {
        "words": {"words_a": {"type": "plain_text_input", "value": "a < b & c"}},
        "number": {"number_a": {"type": "number_input", "value": "7"}},
        "one": {"one_a": {"type": "static_select", "selected_option": many[0]}},
        "grouped": {"grouped_a": {"type": "static_select", "selected_option": many[2]}},
        "several": {"several_a": {"type": "multi_static_select", "selected_options": many[:2]}},
        "who": {"who_a": {"type": "users_select", "selected_user": mia.id}},
        "all": {"all_a": {"type": "multi_users_select", "selected_users": []}},
        "boxes": {"boxes_a": {"type": "checkboxes", "selected_options": many[2:]}},
        "radio": {"radio_a": {"type": "radio_buttons", "selected_option": many[1]}},
        "day": {"day_a": {"type": "datepicker", "selected_date": "2026-03-02"}},
        "time": {"time_a": {"type": "timepicker", "selected_time": "09:30"}},
        "empty": {"empty_a": {"type": "plain_text_input", "value": None}},
    }
    assert (seen["type"], seen["response_urls"], seen["user"]["id"]) == ("view_submission", [], mia.id)
    assert seen["trigger_id"]
    assert seen["view"]["hash"] == view["hash"]
    shown = seen["view"]
    assert (shown["private_metadata"], shown["external_id"], shown["callback_id"]) == ("case-1", "ext-1", "form")
    assert (shown["root_view_id"], shown["previous_view_id"]) == (shown["id"], None)
    assert slack.workspace.views[mia.id] == []


def test_slacks_own_form_refuses_before_the_app_hears(slack, bolt, mia, alerts):
    calls = []

    @bolt.view("form")
    def form(ack, view):
        calls.append(view["state"])
        ack()

    number = entry("number", "number_input", is_decimal_allowed=False, min_value="1", max_value="9", optional=True)
    short = entry("short", "plain_text_input", min_length=3, optional=True)
    few = entry("few", "multi_users_select", max_selected_items=1, optional=True)
    view = opened(slack, bolt, mia, alerts, modal(TEXT, number, short, few))
    wrong = {"words": "x" * 21, "number": "1.5", "short": "ab", "few": [mia.id, slack.workspace.bot.id]}
    assert set(do(slack, "submit_view", mia.id, view["id"], wrong)) == {"words", "number", "short", "few"}
    errors = do(slack, "submit_view", mia.id, view["id"], {"words": "", "number": 10, "short": None, "few": []})
    assert errors == {"words": "Please complete this required field.", "number": "Please enter 9 or less."}
    assert calls == []
    assert do(slack, "submit_view", mia.id, view["id"], {"words": "fine", "number": 9}) == {}
    assert len(calls) == 1


def test_errors_of_the_app_keep_the_view_open_with_what_was_entered(slack, bolt, mia, alerts):
    @bolt.view("form")
    def form(ack, view):
        if view["state"]["values"]["words"]["words_a"]["value"] == "bad":
            ack(response_action="errors", errors={"words": "Too rude"})
        else:
            ack()

    view = opened(slack, bolt, mia, alerts, modal(TEXT))
    assert do(slack, "submit_view", mia.id, view["id"], {"words_a": "bad"}) == {"words": "Too rude"}
    (still,) = slack.workspace.views[mia.id]
    assert still["state"]["values"]["words"]["words_a"]["value"] == "bad"
    assert do(slack, "submit_view", mia.id, view["id"], {"words_a": "good"}) == {}
    assert slack.workspace.views[mia.id] == []


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "invalid_errors .*words"),
        ({"response_action": "update", "view": modal(TEXT, title=plain("x" * 25))}, "json-pointer:/view/title"),
        ({"response_action": "explode"}, "invalid_response_action"),
    ],
)
def test_an_answer_that_slack_would_refuse_is_told_and_keeps_the_view(slack, bolt, mia, alerts, answer, complaint):
    @bolt.view("form")
    def form(ack):
        ack(**answer)

    view = opened(slack, bolt, mia, alerts, modal(TEXT))
    with pytest.raises(NotDelivered, match=complaint):
        do(slack, "submit_view", mia.id, view["id"], {"words": "x"})
    assert slack.workspace.views[mia.id] == [view]


def test_an_unacknowledged_submission_keeps_the_view(slack, bolt, mia, alerts):
    @bolt.view("form")
    def form():
        pass

    view = opened(slack, bolt, mia, alerts, modal(TEXT))
    with pytest.raises(NotDelivered, match="operation_timeout"):
        do(slack, "submit_view", mia.id, view["id"], {"words": "x"})
    assert slack.workspace.views[mia.id] == [view]


# The stack


def test_an_answer_updates_pushes_and_clears(slack, bolt, mia, alerts):
    answers = iter(
        [
            {"response_action": "update", "view": modal(TEXT, title=plain("Second"))},
            {"response_action": "push", "view": modal(TEXT, title=plain("Third"))},
            {"response_action": "clear"},
        ]
    )

    @bolt.view("form")
    def form(ack):
        ack(**next(answers))

    root = opened(slack, bolt, mia, alerts, modal(TEXT))
    stack = slack.workspace.views[mia.id]

    def titles():
        return [view["title"]["text"] for view in stack]

    do(slack, "submit_view", mia.id, root["id"], {"words": "kept"})
    assert titles() == ["Second"]
    assert (stack[0]["id"], stack[0]["hash"] != root["hash"]) == (root["id"], True)
    assert stack[0]["state"]["values"]["words"]["words_a"]["value"] == "kept"
    do(slack, "submit_view", mia.id, root["id"])
    assert titles() == ["Second", "Third"]
    assert (stack[1]["root_view_id"], stack[1]["previous_view_id"]) == (root["id"], root["id"])
    with pytest.raises(NoSuchThing, match="does not see"):
        do(slack, "submit_view", mia.id, root["id"])
    do(slack, "submit_view", mia.id, stack[1]["id"], {"words": "x"})
    assert stack == []


def test_a_button_pushes_up_to_three_views_and_closing_goes_back(slack, bolt, mia, alerts):
    outcomes, closed = [], []
    go = {
        "type": "actions",
        "block_id": "row",
        "elements": [{"type": "button", "action_id": "go", "text": plain("Go")}],
    }
    view = modal(go, notify_on_close=True, submit=None)

    @bolt.action("go")
    def push(ack, body, client):
        ack()
        assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}
        assert "channel" not in body
        try:
            outcomes.append(client.views_push(trigger_id=body["trigger_id"], view=view)["view"]["previous_view_id"])
        except SlackApiError as error:
            outcomes.append(error.response["error"])

    @bolt.view_closed("form")
    def gone(ack, body):
        ack()
        closed.append((body["view"]["id"], body["is_cleared"]))

    first = opened(slack, bolt, mia, alerts, view)
    stack = slack.workspace.views[mia.id]
    for count in (1, 2, 3):
        do(slack, "click_view", mia.id, stack[-1]["id"], "go")
        wait_until(lambda: len(outcomes) == count)  # noqa: B023  # it is called in this round of the loop only
    ids = [each["id"] for each in stack]
    assert outcomes == [ids[0], ids[1], "push_limit_reached"]
    do(slack, "close_view", mia.id, ids[2])
    assert [each["id"] for each in stack] == ids[:2]
    do(slack, "close_view", mia.id, ids[1], everything=True)
    wait_until(lambda: len(closed) == 3)
    assert closed == [(ids[2], False), (ids[1], True), (first["id"], True)]
    assert stack == []


def test_a_view_without_notify_on_close_closes_in_silence_and_clear_on_close_takes_the_stack(slack, bolt, mia, alerts):
    @bolt.view("form")
    def form(ack):
        ack(response_action="push", view=modal(TEXT, clear_on_close=True))

    view = opened(slack, bolt, mia, alerts, modal(TEXT))
    do(slack, "submit_view", mia.id, view["id"], {"words": "x"})
    do(slack, "close_view", mia.id, slack.workspace.views[mia.id][-1]["id"])  # a view_closed would have no listener
    assert slack.workspace.views[mia.id] == []


def test_a_push_needs_a_trigger_from_inside_a_modal(slack, bolt, mia, alerts):
    trigger = slack.slack.delivery.new_trigger(mia.id)
    assert refusal(slack.client().views_push, trigger_id=trigger, view=modal(TEXT))["error"] == "not_found"


# Updating and clicking


def test_an_update_keeps_what_was_entered_where_block_and_action_stay_the_same(slack, bolt, mia, alerts):
    client = slack.client()
    menu = entry("menu", "static_select", options=[option("Red"), option("Blue")], dispatch=True)
    view = opened(slack, bolt, mia, alerts, modal(TEXT, menu, external_id="mine"))
    seen = []

    @bolt.action("menu_a")
    def chose(ack, body):
        ack()
        seen.append(body)

    do(slack, "click_view", mia.id, view["id"], "menu_a", "blue", values={"words": "typed"})
    wait_until(lambda: seen)
    (body,) = seen
    assert body["actions"][0]["selected_option"] == option("Blue")
    assert body["view"]["state"]["values"]["words"]["words_a"]["value"] == "typed"
    assert body["view"]["state"]["values"]["menu"]["menu_a"]["selected_option"] == option("Blue")

    def held(*blocks):
        updated = client.views_update(external_id="mine", view=modal(*blocks, external_id="mine"))["view"]
        return {
            block_id: next(iter(inputs.values())).get("value") or next(iter(inputs.values())).get("selected_option")
            for block_id, inputs in updated["state"]["values"].items()
        }

    fewer = entry("menu", "static_select", options=[option("Red"), option("Green")])
    assert held(entry("words", "plain_text_input", initial_value="template"), menu) == {
        "words": "typed",
        "menu": option("Blue"),
    }
    assert held(entry("words-2", "plain_text_input", initial_value="template"), fewer) == {
        "words-2": "template",
        "menu": None,
    }
    assert refusal(client.views_update, view_id="V0NOWHERE", view=modal(TEXT))["error"] == "not_found"


def test_an_input_without_dispatch_action_is_filled_in_silence(slack, bolt, mia, alerts):
    view = opened(slack, bolt, mia, alerts, modal(TEXT))
    do(slack, "click_view", mia.id, view["id"], "words_a", "typed")  # an action would have no listener
    assert view["state"]["values"]["words"]["words_a"]["value"] == "typed"


def test_an_external_menu_offers_what_the_app_finds(slack, bolt, mia, alerts):
    @bolt.options("who_a")
    def who(ack, payload):
        ack(options=[option(f"{payload['value']} Doe")])

    seen = []

    @bolt.view("form")
    def form(ack, view):
        ack()
        seen.append(view["state"]["values"]["who"]["who_a"]["selected_option"])

    view = opened(slack, bolt, mia, alerts, modal(entry("who", "external_select", min_query_length=1)))
    assert do(slack, "suggest", mia.id, view["id"], "who_a", "Jane") == [option("Jane Doe")]
    with pytest.raises(NoSuchThing, match="no option 'john doe'"):
        do(slack, "submit_view", mia.id, view["id"], {"who": "john doe"})
    assert do(slack, "submit_view", mia.id, view["id"], {"who": "jane doe"}) == {}
    assert seen == [option("Jane Doe")]


def test_what_is_not_in_a_view_is_named(slack, bolt, mia, alerts):
    view = opened(slack, bolt, mia, alerts, modal(TEXT))
    with pytest.raises(NoSuchThing, match=r"'nowhere' names no input; .* words/words_a"):
        do(slack, "submit_view", mia.id, view["id"], {"nowhere": "x"})
    with pytest.raises(NoSuchThing, match="no action nowhere; there are words_a"):
        do(slack, "click_view", mia.id, view["id"], "nowhere")


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (modal(TEXT, title=plain("x" * 25)), "less than 25 characters [json-pointer:/view/title/text]"),
        (modal(TEXT, submit=plain("x" * 25)), "less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(TEXT, close=plain("x" * 25)), "less than 25 characters [json-pointer:/view/close/text]"),
        (modal(TEXT, submit=None), "must provide a text object [json-pointer:/view/submit]"),
        (modal(TEXT, private_metadata="x" * 3001), "less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(TEXT, callback_id="x" * 256), "less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(TEXT, TEXT), "already exists [json-pointer:/view/blocks/1/block_id]"),
        (
            modal(entry("x", "button", text=plain("x"))),
            "unsupported type: button [json-pointer:/view/blocks/0/element/ty",
        ),
        (modal(entry("x", "checkboxes", options=[option(str(n)) for n in range(11)])), "no more than 10 items"),
        (modal(entry("x", "static_select", options=[option("a")], initial_option=option("b"))), "exactly match one of"),
        (modal(entry("x", "plain_text_input", max_length=3001)), "between 1 and 3000"),
        (modal(entry("x", "plain_text_input", initial_value="x" * 3001)), "less than 3001 characters"),
        (modal(entry("x", "number_input")), "missing required field"),
        (modal(entry("x", "datepicker", initial_date="2.3.2026")), "must match YYYY-MM-DD"),
        (modal(entry("x", "timepicker", initial_time="25:00")), "must match HH:mm"),
        (modal(entry("x", "users_select", confirm={"title": plain("x" * 101)})), "less than 101 characters"),
        (modal({**TEXT, "label": plain("x" * 2001)}), "less than 2001 characters"),
        ({"type": "home", "blocks": []}, "must be a modal view [json-pointer:/view/type]"),
    ],
)
def test_views_beyond_the_limits_are_refused_with_their_place(slack, mia, view, complaint):
    answer = refusal(slack.client().views_open, trigger_id=slack.slack.delivery.new_trigger(mia.id), view=view)
    assert answer["error"] == "invalid_arguments"
    assert any(complaint in message for message in answer["response_metadata"]["messages"])
    assert slack.workspace.views[mia.id] == []


def test_an_input_block_in_a_message_and_a_text_field_outside_an_input_block_are_refused(slack, alerts):
    client = slack.client()
    row = {"type": "actions", "elements": [TEXT["element"]]}
    assert refusal(client.chat_postMessage, channel=alerts.id, text="x", blocks=[TEXT])["error"] == "invalid_blocks"
    assert refusal(client.chat_postMessage, channel=alerts.id, text="x", blocks=[row])["error"] == "invalid_blocks"


def test_an_external_id_serves_once_and_a_huge_view_is_refused(slack, mia):
    client, trigger = slack.client(), slack.slack.delivery.new_trigger
    client.views_open(trigger_id=trigger(mia.id), view=modal(TEXT, external_id="one"))
    again = refusal(client.views_open, trigger_id=trigger(mia.id), view=modal(TEXT, external_id="one"))
    assert again["error"] == "duplicate_external_id"
    huge = modal(*[{"type": "section", "text": plain("x" * 3000)} for _ in range(90)])
    assert refusal(client.views_open, trigger_id=trigger(mia.id), view=huge)["error"] == "view_too_large"


# Home


def test_the_home_tab_is_drawn_when_opened_and_its_buttons_reach_the_app(slack, bolt, mia):
    events, clicks = [], []
    button = {"type": "button", "action_id": "mine", "text": plain("Mine"), "value": "v"}
    picker = {"type": "users_select", "action_id": "whose"}
    blocks = [{"type": "actions", "block_id": "row", "elements": [button, picker]}]

    @bolt.event("app_home_opened")
    def home(event, client):
        events.append(event)
        client.views_publish(user_id=event["user"], view={"type": "home", "callback_id": "home", "blocks": blocks})

    @bolt.action("whose")
    def whose(ack, body):
        ack()
        clicks.append(body)

    do(slack, "open_home", mia.id)
    wait_until(lambda: slack.workspace.homes)
    published = slack.workspace.homes[mia.id]
    assert (events[0]["tab"], "view" in events[0]) == ("home", False)
    assert slack.workspace.channels[events[0]["channel"]].kind == "im"
    do(slack, "click_view", mia.id, published["id"], "whose", mia.id)
    wait_until(lambda: clicks)
    assert clicks[0]["container"] == {"type": "view", "view_id": published["id"]}
    assert (clicks[0]["view"]["type"], clicks[0]["actions"][0]["selected_user"]) == ("home", mia.id)
    assert clicks[0]["view"]["state"]["values"]["row"]["whose"]["selected_user"] == mia.id
    do(slack, "open_home", mia.id)
    wait_until(lambda: len(events) == 2)
    assert events[1]["view"]["id"] == published["id"]


def test_a_home_tab_has_no_submit_its_hash_is_checked_and_it_must_be_enabled(slack, mia):
    client = slack.client()
    home = {"type": "home", "blocks": []}
    first = client.views_publish(user_id=mia.id, view=home)["view"]
    again = client.views_publish(user_id=mia.id, view=home, hash=first["hash"])["view"]
    assert again["id"] == first["id"]
    assert refusal(client.views_publish, user_id=mia.id, view=home, hash=first["hash"])["error"] == "hash_conflict"
    refused = refusal(client.views_publish, user_id=mia.id, view=home | {"submit": plain("x")})
    assert "additional property: submit" in refused["response_metadata"]["messages"][0]
    without = Workspace(manifest={"features": {}})
    leo = without.add_user("leo", "Leo")
    with running_slack(without) as other:
        assert refusal(other.client().views_publish, user_id=leo.id, view=home)["error"] == "not_enabled"


# Shortcuts


def test_a_message_shortcut_carries_its_message_and_can_answer_and_open_a_modal(slack, bolt, mia, alerts):
    seen = []

    @bolt.shortcut("create_lead")
    def lead(ack, shortcut, client, respond):
        ack()
        client.views_open(trigger_id=shortcut["trigger_id"], view=modal(TEXT))
        respond("one moment")
        seen.append(shortcut)

    ts = slack.client().chat_postMessage(channel=alerts.id, text="unhappy")["ts"]
    do(slack, "shortcut", mia.id, "create_lead", channel_id=alerts.id, ts=ts)
    wait_until(lambda: seen)
    (payload,) = seen
    assert (payload["type"], payload["callback_id"], payload["message_ts"]) == ("message_action", "create_lead", ts)
    assert (payload["message"]["text"], payload["message"]["ts"]) == ("unhappy", ts)
    assert payload["channel"] == {"id": alerts.id, "name": "alerts"}
    assert len(slack.workspace.views[mia.id]) == 1
    assert [(m.text, m.visible_to) for m in alerts.ephemeral] == [("one moment", mia.id)]


def test_a_global_shortcut_has_no_channel(slack, bolt, mia, alerts):
    seen = []

    @bolt.shortcut("new_note")
    def note(ack, shortcut):
        ack()
        seen.append(shortcut)

    do(slack, "shortcut", mia.id, "new_note")
    wait_until(lambda: seen)
    assert seen[0]["type"] == "shortcut"
    assert not {"channel", "message", "response_url"} & set(seen[0])


def test_a_shortcut_that_the_manifest_lacks_is_not_there(slack, mia, alerts):
    with pytest.raises(NoSuchThing, match="no global shortcut create_lead"):
        do(slack, "shortcut", mia.id, "create_lead")
    with pytest.raises(NoSuchThing, match="no message shortcut nothing"):
        do(slack, "shortcut", mia.id, "nothing", channel_id=alerts.id, ts="1.000000")


# Files, direct messages, people

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d")


def test_a_picture_is_shown_as_slack_shows_it_and_opens_by_its_address(slack, alerts):
    client = slack.client()
    client.files_upload_v2(channel=alerts.id, filename="kpi.png", title="KPIs", content=PNG, alt_txt="Three lines")
    (message,) = client.conversations_history(channel=alerts.id)["messages"]
    (file,) = message["files"]
    assert (file["mimetype"], file["filetype"], file["original_w"], file["original_h"]) == ("image/png", "png", 3, 2)
    assert (file["title"], file["alt_txt"], file["mode"]) == ("KPIs", "Three lines", "hosted")
    with urllib.request.urlopen(file["url_private"], timeout=5) as response:
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.read() == PNG
    assert refusal(client.files_info, file=file["id"])["needed"] == "files:read"
    slack.workspace.scopes |= {"files:read"}
    shown = client.files_info(file=file["id"])["file"]
    assert shown["channels"] == [alerts.id]
    assert shown["shares"]["public"][alerts.id][0]["ts"] == message["ts"]
    assert refusal(client.files_info, file="F0NOWHERE")["error"] == "file_not_found"


def test_what_only_claims_to_be_a_picture_is_a_download(slack, alerts):
    page = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    slack.client().files_upload_v2(channel=alerts.id, filename="a.png", content=page)
    address = slack.client().conversations_history(channel=alerts.id)["messages"][0]["files"][0]["url_private"]
    with urllib.request.urlopen(address, timeout=5) as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.headers["Content-Type"] == "application/octet-stream"


def test_the_bots_conversations_are_its_own_and_a_direct_message_is_one_of_them(slack, mia, alerts):
    client = slack.client()
    slack.workspace.add_channel("lobby", members=[mia], bot=False)
    direct = client.conversations_open(users=mia.id)["channel"]["id"]
    assert client.conversations_open(users=mia.id)["already_open"]
    assert client.chat_postMessage(channel=mia.id, text="hello")["channel"] == direct
    listed = client.users_conversations(types="public_channel,im")["channels"]
    assert [channel["id"] for channel in listed] == [alerts.id, direct]
    named = client.users_conversations(user=mia.id)["channels"]
    assert [channel["name"] for channel in named] == ["alerts", "lobby"]
    slack.workspace.set_active(mia.id, active=False)
    assert refusal(client.conversations_open, users=mia.id)["error"] == "user_disabled"


def test_who_leaves_a_group_or_the_workspace_is_seen_at_once(slack, mia):
    slack.workspace.scopes |= {"usergroups:read", "users:read"}
    client, workspace = slack.client(), slack.workspace
    group = workspace.add_group("social", "Social", [mia])
    workspace.set_member(group.id, mia.id, member=False)
    assert client.usergroups_users_list(usergroup=group.id)["users"] == []
    workspace.set_member(group.id, mia.id, member=True)
    workspace.set_member(group.id, mia.id, member=True)
    assert client.usergroups_users_list(usergroup=group.id)["users"] == [mia.id]
    workspace.set_active(mia.id, active=False)
    assert client.users_info(user=mia.id)["user"]["deleted"]


def test_menus_of_every_kind_and_their_state_reach_the_app_from_a_message(slack, bolt, mia, alerts):
    seen = []

    @bolt.action({"block_id": "row"})
    def row(ack, body):
        ack()
        seen.append(body)

    elements = [
        {"type": "users_select", "action_id": "who"},
        {"type": "overflow", "action_id": "more", "options": [option("Mute"), option("Assign")]},
        {"type": "datepicker", "action_id": "day"},
        {"type": "checkboxes", "action_id": "boxes", "options": [option("A"), option("B")]},
    ]
    blocks = [{"type": "actions", "block_id": "row", "elements": elements}]
    ts = slack.client().chat_postMessage(channel=alerts.id, text="x", blocks=blocks)["ts"]
    for action, value in (("who", mia.id), ("more", "assign"), ("day", "2026-03-02"), ("boxes", ["a", "b"])):
        do(slack, "click", mia.id, alerts.id, ts, action, option=value)
    wait_until(lambda: len(seen) == 4)
    held = {body["actions"][0]["action_id"]: body["actions"][0] for body in seen}
    assert held["who"]["selected_user"] == mia.id
    assert held["more"]["selected_option"] == option("Assign")
    assert held["day"]["selected_date"] == "2026-03-02"
    assert held["boxes"]["selected_options"] == [option("A"), option("B")]
    assert json.loads(json.dumps(seen))[0]["state"]["values"]["row"]["boxes"]["selected_options"] == []
