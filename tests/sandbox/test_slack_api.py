"""The Web API through slack_sdk over real sockets: refusals, limits, paging, metadata, rate limits and faults."""

import json
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from itertools import pairwise

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import Limits, Workspace
from tests.sandbox.running import HandClock, RunningSlack, running_slack, small_team, wait_until


@pytest.fixture(scope="module")
def server() -> Iterator[RunningSlack]:
    workspace = Workspace(clock=HandClock())
    small_team(workspace)
    with running_slack(workspace) as running:
        yield running


@pytest.fixture
def slack(server):
    """The one server, emptied, with the clock a day later so that every rate limit is fresh."""
    workspace = server.workspace
    workspace.clock.advance(86_400)
    workspace.scopes = None
    workspace.restore_token()
    workspace.faults.clear()
    for channel in workspace.channels.values():
        channel.messages.clear()
        channel.ephemeral.clear()
        channel.threads.clear()
        channel.archived = False
    workspace.limiter.limits = Limits(enabled=False)
    return server


@pytest.fixture
def alerts(slack):
    return slack.workspace.channel_named("alerts")


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response.data


def error(call, *args, **kwargs):
    return refusal(call, *args, **kwargs)["error"]


def plain(text="x"):
    return {"type": "plain_text", "text": text}


def section(**more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x"}} | more


def button(**more):
    return {"type": "button", "text": plain(), "action_id": "a"} | more


def actions(*elements, **more):
    return {"type": "actions", "elements": list(elements)} | more


OPTION = {"text": plain(), "value": "v"}


def menu(**more):
    return {"type": "static_select", "action_id": "m"} | more


# Tokens, scopes, bodies


def test_auth_test_names_team_bot_and_granted_scopes(slack):
    slack.workspace.scopes = frozenset({"chat:write", "users:read"})
    answer = slack.client().auth_test()
    assert answer["team_id"] == slack.workspace.team_id
    assert answer["user_id"] == slack.workspace.bot.id
    assert answer.headers["x-oauth-scopes"] == "chat:write,users:read"


def test_wrong_missing_revoked_and_misplaced_tokens_are_told_apart(slack):
    assert error(slack.client("xoxb-other").auth_test) == "invalid_auth"
    assert error(WebClient(base_url=f"{slack.url}/api/").auth_test) == "not_authed"
    assert error(slack.client(slack.workspace.app_token).auth_test) == "not_allowed_token_type"
    assert error(slack.client().apps_connections_open, app_token=slack.workspace.bot_token) == "not_allowed_token_type"
    slack.workspace.revoke_token()
    assert error(slack.client().auth_test) == "token_revoked"


def test_a_missing_scope_says_what_is_needed_and_what_there_is(slack, alerts):
    slack.workspace.scopes = frozenset({"channels:read"})
    answer = refusal(slack.client().conversations_history, channel=alerts.id)
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "channels:history",
        "channels:read",
    )
    assert error(slack.client().conversations_list, types="public_channel,private_channel") == "missing_scope"
    assert error(slack.client().chat_postMessage, channel=alerts.id, text="x") == "missing_scope"


def test_unknown_methods_and_bad_bodies_are_refused(slack):
    client = slack.client()
    assert error(client.api_call, "chat.shout") == "unknown_method"
    assert raw(slack, "auth.test", b"{", "application/json")["error"] == "invalid_json"
    assert raw(slack, "auth.test", b"[]", "application/json")["error"] == "json_not_object"
    assert raw(slack, "auth.test", b"<a/>", "application/xml")["error"] == "invalid_post_type"
    assert refusal(client.chat_postMessage, channel="", text="x")["response_metadata"]["messages"] == [
        "[ERROR] missing required field: channel"
    ]


def test_a_form_body_carries_blocks_and_metadata_as_json_text(slack, alerts):
    form = {
        "channel": alerts.id,
        "text": "x",
        "blocks": json.dumps([section()]),
        "metadata": json.dumps({"event_type": "alert", "event_payload": {"key": "k"}}),
    }
    answer = raw(slack, "chat.postMessage", urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
    assert answer["message"]["metadata"]["event_payload"] == {"key": "k"}
    assert answer["message"]["blocks"][0]["block_id"]
    form["blocks"] = "[{"
    answer = raw(slack, "chat.postMessage", urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
    assert answer["error"] == "invalid_blocks_format"


def raw(slack, method, body, content_type):
    headers = {"Authorization": f"Bearer {slack.workspace.bot_token}", "Content-Type": content_type}
    request = urllib.request.Request(f"{slack.url}/api/{method}", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as response:
        return json.load(response)


# Messages


def test_ts_is_unique_ordered_and_has_six_decimals_even_when_the_clock_stands(slack, alerts):
    client = slack.client()
    stamps = [client.chat_postMessage(channel="#alerts", text=str(number))["ts"] for number in range(5)]
    assert all(earlier < later for earlier, later in pairwise(stamps))
    assert all(len(ts.partition(".")[2]) == 6 for ts in stamps)


def test_where_a_bot_may_not_post_it_is_told_why(slack, alerts):
    client, workspace = slack.client(), slack.workspace
    mia = next(user for user in workspace.users.values() if user.name == "mia")
    lobby = workspace.add_channel("lobby", members=[mia], bot=False)
    secret = workspace.add_channel("secret", members=[mia], kind="private_channel", bot=False)
    assert error(client.chat_postMessage, channel="C0NOWHERE", text="x") == "channel_not_found"
    assert error(client.chat_postMessage, channel=secret.id, text="x") == "channel_not_found"
    assert error(client.chat_postMessage, channel=lobby.id, text="x") == "not_in_channel"
    assert error(client.conversations_history, channel=lobby.id) == "not_in_channel"
    alerts.archived = True
    assert error(client.chat_postMessage, channel=alerts.id, text="x") == "is_archived"
    assert error(client.chat_update, channel=alerts.id, ts="1.000000", text="x") == "is_archived"


def test_update_keeps_blocks_and_metadata_that_it_does_not_name_and_delete_ends_it(slack, alerts):
    client = slack.client()
    metadata = {"event_type": "alert", "event_payload": {"key": "k1"}}
    ts = client.chat_postMessage(channel=alerts.id, text="x", blocks=[section()], metadata=metadata)["ts"]
    message = client.chat_update(channel=alerts.id, ts=ts, text="y")["message"]
    assert (message["text"], len(message["blocks"]), message["metadata"]) == ("y", 1, metadata)
    assert "edited" in message
    client.chat_delete(channel=alerts.id, ts=ts)
    assert error(client.chat_update, channel=alerts.id, ts=ts, text="z") == "message_not_found"
    assert error(client.chat_delete, channel=alerts.id, ts=ts) == "message_not_found"


def test_messages_of_people_cannot_be_changed(slack, alerts):
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    slack.run(slack.slack.interactions.write(mia.id, alerts.id, "mine"))
    ts = alerts.messages[-1].ts
    assert error(slack.client().chat_update, channel=alerts.id, ts=ts, text="x") == "cant_update_message"
    assert error(slack.client().chat_delete, channel=alerts.id, ts=ts) == "cant_delete_message"


def test_an_ephemeral_message_is_not_in_the_history(slack, alerts):
    client = slack.client()
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    ts = client.chat_postEphemeral(channel=alerts.id, user=mia.id, text="psst")["message_ts"]
    assert client.conversations_history(channel=alerts.id)["messages"] == []
    assert error(client.chat_update, channel=alerts.id, ts=ts, text="x") == "message_not_found"
    stranger = slack.workspace.add_user("sam", "Sam")
    assert error(client.chat_postEphemeral, channel=alerts.id, user=stranger.id, text="psst") == "user_not_in_channel"


def test_the_parent_of_a_thread_leaves_a_tombstone(slack, alerts):
    client = slack.client()
    ts = client.chat_postMessage(channel=alerts.id, text="parent")["ts"]
    client.chat_postMessage(channel=alerts.id, text="reply", thread_ts=ts)
    client.chat_delete(channel=alerts.id, ts=ts)
    (shown,) = client.conversations_history(channel=alerts.id)["messages"]
    assert (shown["subtype"], shown["text"], shown["reply_count"]) == ("tombstone", "This message was deleted.", 1)


# Block Kit


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([section(text={"type": "mrkdwn", "text": "x" * 3001})], "must be less than 3001 characters"),
        ([section(text={"type": "mrkdwn", "text": ""})], "must be more than 0 characters"),
        ([section(text={"type": "html", "text": "x"})], "unsupported text type: html"),
        ([{"type": "section"}], "must provide text or fields"),
        ([section(fields=[plain()] * 11)], "no more than 10 items allowed"),
        ([section(fields=[plain("x" * 2001)])], "must be less than 2001 characters"),
        ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "unsupported text type: mrkdwn"),
        ([{"type": "context", "elements": [plain()] * 11}], "no more than 10 items allowed"),
        ([actions(*(button(action_id=str(n)) for n in range(26)))], "no more than 25 items allowed"),
        ([actions(button(text=plain("x" * 76)))], "must be less than 76 characters"),
        ([actions(button(value="x" * 2001))], "must be less than 2001 characters"),
        ([actions(button(action_id="x" * 256))], "must be less than 256 characters"),
        ([actions(button(url="javascript:alert(1)"))], "must be a valid URL"),
        ([actions(button(style="green"))], "must be one of: primary, danger"),
        ([actions(button(), button())], "action_id 'a' already exists"),
        ([section(block_id="b"), section(block_id="b")], "block_id 'b' already exists"),
        ([section(block_id="x" * 256)], "must be less than 256 characters"),
        ([{"type": "overflow"}], "unsupported type: overflow"),
        ([{"type": "image", "image_url": "https://lumen.example/a.png"}], "missing required field"),
        (
            [actions({"type": "overflow", "action_id": "o", "options": [{"text": plain(), "value": "v"}] * 6})],
            "no more than 5 items allowed",
        ),
        (
            [
                actions(
                    {"type": "static_select", "action_id": "o", "options": [{"text": plain("x" * 76), "value": "v"}]}
                )
            ],
            "must be less than 76 characters",
        ),
        ([actions(menu(option_groups=[{"label": plain("x" * 76), "options": [OPTION]}]))], "must be less than 76"),
        ([actions(menu(option_groups=[{"label": plain(), "options": []}]))], "no less than 1 items required"),
        ([actions(menu(option_groups=[{"label": plain(), "options": [OPTION]}] * 101))], "no more than 100 items"),
        ([actions(menu(option_groups=[{"options": [OPTION]}]))], "must provide a text object"),
        ([actions(menu(options=[OPTION], option_groups=[]))], "only one of options and option_groups is allowed"),
        ([actions(menu(type="overflow", option_groups=[]))], "only one of options and option_groups is allowed"),
        ([actions(menu(options=[{"text": plain(), "value": "v" * 151}]))], "must be less than 151 characters"),
        ([actions(menu(options=[OPTION], initial_option={"text": plain(), "value": "w"}))], "exactly match one of"),
    ],
)
def test_blocks_beyond_the_limits_are_refused_with_their_place(slack, alerts, blocks, complaint):
    answer = refusal(slack.client().chat_postMessage, channel=alerts.id, text="x", blocks=blocks)
    assert answer["error"] == "invalid_blocks"
    assert complaint in answer["errors"][0]
    assert "[json-pointer:/blocks" in answer["errors"][0]
    assert alerts.messages == []


def test_blocks_at_the_limits_are_accepted(slack, alerts):
    wide = actions(*(button(action_id=f"{n}" + "x" * 250, value="v" * 2000, text=plain("t" * 75)) for n in range(25)))
    blocks = [
        {"type": "header", "text": plain("x" * 150)},
        section(text={"type": "mrkdwn", "text": "x" * 3000}),
        section(fields=[plain("x" * 500)] * 10),
        {"type": "context", "elements": [plain("x")] * 10},
        wide,
        *[{"type": "divider"}] * 45,
    ]
    assert len(blocks) == 50
    assert slack.client().chat_postMessage(channel=alerts.id, text="x" * 40_000, blocks=blocks)["ok"]


def test_too_much_text_is_refused(slack, alerts):
    client = slack.client()
    assert error(client.chat_postMessage, channel=alerts.id, text="x" * 40_001) == "msg_too_long"
    blocks = [section(text=plain("x" * 3000))] * 4 + [section(text=plain("x" * 1201))]
    assert error(client.chat_postMessage, channel=alerts.id, text="x", blocks=blocks) == "msg_blocks_too_long"
    assert error(client.api_call, "chat.postMessage", json={"channel": alerts.id}) == "no_text"


# History, threads, metadata


def test_history_pages_newest_first_without_gap_or_twin(slack, alerts):
    client = slack.client()
    posted = [client.chat_postMessage(channel=alerts.id, text=str(number))["ts"] for number in range(25)]
    pages = [page["messages"] for page in client.conversations_history(channel=alerts.id, limit=10)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [message["ts"] for page in pages for message in page] == posted[::-1]


def test_history_bounds_are_exclusive_unless_inclusive(slack, alerts):
    client = slack.client()
    stamps = [client.chat_postMessage(channel=alerts.id, text=str(number))["ts"] for number in range(5)]

    def between(**more):
        answer = client.conversations_history(channel=alerts.id, oldest=stamps[1], latest=stamps[3], **more)
        return [message["text"] for message in answer["messages"]]

    assert between() == ["2"]
    assert between(inclusive=True) == ["3", "2", "1"]
    whole_second = stamps[0].partition(".")[0]
    assert len(client.conversations_history(channel=alerts.id, oldest=whole_second, inclusive=True)["messages"]) == 5
    assert error(client.conversations_history, channel=alerts.id, oldest="yesterday") == "invalid_ts_oldest"
    assert error(client.conversations_history, channel=alerts.id, limit=1000) == "invalid_limit"
    assert error(client.conversations_history, channel=alerts.id, cursor="bogus") == "invalid_cursor"
    assert error(client.users_list, cursor=b64encode(b"offset:x").decode()) == "invalid_cursor"


def test_replies_come_with_their_parent_and_stay_out_of_the_history(slack, alerts):
    client = slack.client()
    parent = client.chat_postMessage(channel=alerts.id, text="parent")["ts"]
    for number in range(5):
        client.chat_postMessage(channel=alerts.id, text=f"reply {number}", thread_ts=parent)
    client.chat_postMessage(channel=alerts.id, text="told to all", thread_ts=parent, reply_broadcast=True)
    history = client.conversations_history(channel=alerts.id)["messages"]
    assert [message["text"] for message in history] == ["told to all", "parent"]
    assert history[1]["reply_count"] == 6
    pages = [page["messages"] for page in client.conversations_replies(channel=alerts.id, ts=parent, limit=4)]
    assert [[message["text"] for message in page] for page in pages] == [
        ["parent", "reply 0", "reply 1", "reply 2"],
        ["reply 3", "reply 4", "told to all"],
    ]
    assert error(client.conversations_replies, channel=alerts.id, ts="1.000000") == "thread_not_found"
    assert error(client.chat_postMessage, channel=alerts.id, text="x", thread_ts="1.000000") == "thread_not_found"


def test_metadata_is_shown_only_to_those_who_ask(slack, alerts):
    client = slack.client()
    metadata = {"event_type": "earshot_alert", "event_payload": {"key": "k1"}}
    ts = client.chat_postMessage(channel=alerts.id, text="x", metadata=metadata)["ts"]
    assert "metadata" not in client.conversations_history(channel=alerts.id)["messages"][0]
    asked = client.conversations_history(channel=alerts.id, include_all_metadata=True)["messages"][0]
    assert asked["metadata"] == metadata
    assert "metadata" not in client.conversations_replies(channel=alerts.id, ts=ts)["messages"][0]
    thread = client.conversations_replies(channel=alerts.id, ts=ts, include_all_metadata=True)["messages"]
    assert thread[0]["metadata"] == metadata


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"event_type": "has space", "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "alert"}, "invalid_metadata_schema"),
        ({"event_type": "alert", "event_payload": "text"}, "invalid_metadata_schema"),
        ("{", "invalid_metadata_format"),
    ],
)
def test_malformed_metadata_is_refused(slack, alerts, metadata, code):
    assert error(slack.client().chat_postMessage, channel=alerts.id, text="x", metadata=metadata) == code


# People, places, files, views


def test_listings_page_with_cursors(slack):
    workspace = slack.workspace
    for number in range(5):
        workspace.add_user(f"user{number}", f"User {number}")
    users = [user["id"] for page in slack.client().users_list(limit=3) for user in page["members"]]
    assert users == list(workspace.users)
    names = {channel["name"] for page in slack.client().conversations_list(limit=1) for channel in page["channels"]}
    assert names == {channel.name for channel in workspace.channels.values() if channel.kind == "public_channel"}


def test_people_and_groups_are_found(slack, alerts):
    client, workspace = slack.client(), slack.workspace
    mia = next(user for user in workspace.users.values() if user.name == "mia")
    gus = workspace.add_user("gus", "Gus", guest=True)
    group = workspace.add_group("social", "Social", [mia])
    assert client.users_info(user=gus.id)["user"]["is_restricted"]
    assert client.users_lookupByEmail(email="MIA@lumen.example")["user"]["id"] == mia.id
    assert error(client.users_lookupByEmail, email="nobody@lumen.example") == "users_not_found"
    assert error(client.users_info, user="U0NOBODY") == "user_not_found"
    assert [entry["handle"] for entry in client.usergroups_list()["usergroups"]] == ["social"]
    assert client.usergroups_users_list(usergroup=group.id)["users"] == [mia.id]
    assert set(client.conversations_members(channel=alerts.id)["members"]) == alerts.members
    assert client.team_info()["team"]["id"] == workspace.team_id
    assert client.bots_info(bot=workspace.bot_id)["bot"]["user_id"] == workspace.bot.id


def test_a_direct_message_opens_one_conversation_for_good(slack):
    client = slack.client()
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    opened = client.conversations_open(users=mia.id)["channel"]["id"]
    assert client.conversations_open(users=[mia.id])["channel"]["id"] == opened
    assert client.chat_postMessage(channel=mia.id, text="hello")["channel"] == opened
    assert client.conversations_info(channel=opened)["channel"]["user"] == mia.id


def test_an_uploaded_file_is_shared_into_a_thread_and_can_be_read(slack, alerts):
    client = slack.client()
    ts = client.chat_postMessage(channel=alerts.id, text="digest")["ts"]
    client.files_upload_v2(channel=alerts.id, thread_ts=ts, filename="kpi.csv", title="KPIs", content="a,b\n1,2\n")
    reply = client.conversations_replies(channel=alerts.id, ts=ts)["messages"][1]
    assert reply["files"][0]["title"] == "KPIs"
    with urllib.request.urlopen(reply["files"][0]["url_private"], timeout=5) as response:
        assert response.read() == b"a,b\n1,2\n"


def test_reactions_and_permalinks(slack, alerts):
    client = slack.client()
    ts = client.chat_postMessage(channel=alerts.id, text="x")["ts"]
    client.reactions_add(channel=alerts.id, timestamp=ts, name="eyes")
    assert error(client.reactions_add, channel=alerts.id, timestamp=ts, name="eyes") == "already_reacted"
    assert client.conversations_history(channel=alerts.id)["messages"][0]["reactions"][0]["count"] == 1
    link = client.chat_getPermalink(channel=alerts.id, message_ts=ts)["permalink"]
    assert link == f"{slack.url}/archives/{alerts.id}/p{ts.replace('.', '')}"


def test_a_trigger_id_expires_after_three_seconds_and_a_stale_hash_conflicts(slack):
    client, clock = slack.client(), slack.workspace.clock
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    view = {"type": "modal", "title": plain("Reply"), "blocks": [section()]}
    late = slack.slack.delivery.new_trigger(mia.id)
    clock.advance(3.1)
    assert error(client.views_open, trigger_id=late, view=view) == "expired_trigger_id"
    assert error(client.views_open, trigger_id="1.2.x", view=view) == "invalid_trigger_id"
    opened = client.views_open(trigger_id=slack.slack.delivery.new_trigger(mia.id), view=view)["view"]
    client.views_update(view_id=opened["id"], hash=opened["hash"], view=view)
    assert error(client.views_update, view_id=opened["id"], hash=opened["hash"], view=view) == "hash_conflict"
    too_long = view | {"title": plain("x" * 25)}
    assert error(client.views_update, view_id=opened["id"], view=too_long) == "invalid_arguments"


# Rate limits and faults


def test_posting_is_limited_to_a_burst_and_then_one_a_second_in_each_channel(slack, alerts):
    slack.workspace.limiter.limits = Limits(post_burst=3)
    client, clock = slack.client(), slack.workspace.clock
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    other = slack.workspace.add_channel("other", members=[mia])
    for _ in range(3):
        client.chat_postMessage(channel=alerts.id, text="x")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=alerts.id, text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    assert caught.value.response["error"] == "ratelimited"
    client.chat_postMessage(channel=other.id, text="x")
    clock.advance(1)
    client.chat_postMessage(channel=alerts.id, text="x")
    assert error(client.chat_postMessage, channel=alerts.id, text="x") == "ratelimited"


def test_a_tier_is_a_minute_worth_of_calls(slack):
    slack.workspace.limiter.limits = Limits()
    client, clock = slack.client(), slack.workspace.clock
    for _ in range(20):
        client.users_list()
    with pytest.raises(SlackApiError) as caught:
        client.users_list()
    assert caught.value.response.headers["Retry-After"] == "3"
    clock.advance(3)
    assert client.users_list()["ok"]


def test_the_channel_limit_is_not_spent_by_refused_posts(slack, alerts):
    slack.workspace.limiter.limits = Limits(post_burst=1)
    client = slack.client()
    assert error(client.api_call, "chat.postMessage", json={"channel": alerts.id}) == "no_text"
    assert client.chat_postMessage(channel=alerts.id, text="x")["ok"]


def test_a_lost_acknowledgement_posts_although_the_caller_sees_a_broken_connection(slack, alerts):
    slack.workspace.faults.add("lost_ack", target="chat.postMessage", times=1)
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        slack.client().chat_postMessage(channel=alerts.id, text="once")
    assert slack.texts(alerts) == ["once"]


def test_the_sdks_own_retry_turns_a_lost_acknowledgement_into_a_twin(slack, alerts):
    slack.workspace.faults.add("lost_ack", target="chat.postMessage", times=1)
    client = WebClient(token=slack.workspace.bot_token, base_url=f"{slack.url}/api/")
    client.chat_postMessage(channel=alerts.id, text="twin")
    assert slack.texts(alerts) == ["twin", "twin"]


def test_a_reset_carries_nothing_out(slack, alerts):
    slack.workspace.faults.add("reset", target="chat.postMessage", times=1)
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        slack.client().chat_postMessage(channel=alerts.id, text="never")
    assert alerts.messages == []


def test_each_fault_looks_as_slack_shows_it(slack):
    faults, client = slack.workspace.faults, slack.client()
    faults.add("ratelimited", times=1, seconds=7)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    faults.add("server_error", times=1)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 503
    faults.add("internal_error", times=1)
    assert error(client.auth_test) == "internal_error"
    faults.add("revoked", times=1)
    assert error(client.auth_test) == "token_revoked"
    faults.add("malformed", times=1)
    with pytest.raises(SlackApiError):
        client.auth_test()
    assert client.auth_test()["ok"]


def test_a_slow_post_outlasts_an_impatient_client_and_is_carried_out(slack, alerts):
    slack.workspace.faults.add("slow", target="chat.postMessage", times=1, seconds=0.4)
    client = WebClient(
        token=slack.workspace.bot_token,
        base_url=f"{slack.url}/api/",
        retry_handlers=[],
        timeout=0.1,
    )
    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=alerts.id, text="late")
    wait_until(lambda: slack.texts(alerts) == ["late"])  # carried out all the same


def test_faults_by_chance_repeat_with_their_seed():
    def outcomes(seed):
        workspace = Workspace(seed=seed)
        workspace.faults.add("internal_error", probability=0.3)
        return [workspace.faults.draw("/api/auth.test") is not None for _ in range(200)]

    assert outcomes(1) == outcomes(1)
    assert outcomes(1) != outcomes(2)
    assert 30 < sum(outcomes(1)) < 90


def test_a_fault_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="unknown fault 'meteor'"):
        Workspace().faults.add("meteor")
    with pytest.raises(ValueError, match="not between 0 and 1"):
        Workspace().faults.add("reset", probability=2)
