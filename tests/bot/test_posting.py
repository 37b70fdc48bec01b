"""Posting tells apart what was taken, what was refused and what nobody knows, and attempts everything once."""

import socket

import pytest
from slack_sdk import WebClient

from bot.identity import posting_client
from bot.posting import EVENT_TYPE, HISTORY_PAGE, SlackPost
from bot.views.card import card_blocks, card_plain_text, card_text
from domain.errors import PostError, PostRateLimited, PostRejected, PostUnknown
from domain.message import MessageKind, Notice, Posted
from tests.bot import files
from tests.bot.scripted_slack import Reply, scripted_slack
from tests.bot.slack_servers import copies_of, history
from tests.builders import NOON

TAKEN = Reply({"ok": True, "channel": "C0ALERTS", "ts": "1.000100"})


def slack_post(url, *, bot_id="B1"):
    client = posting_client("xoxb-1", api_url=url)
    client.timeout = 1
    return SlackPost(client, bot_id=bot_id, clock=lambda: NOON)


def error_of(*script, call=lambda post: post.post(files.message(), files.file())):
    with scripted_slack(*script) as slack:
        with pytest.raises(PostError) as caught:
            call(slack_post(slack.url))
        assert len(slack.calls) == 1, "an attempt must never be repeated by itself"
    return caught.value


def test_post_carries_the_key_and_neither_unfurls_nor_links_names():
    with scripted_slack(TAKEN) as slack:
        assert slack_post(slack.url).post(files.message(), files.file()) == Posted("C0ALERTS", "1.000100")
    method, asked = slack.calls[0]
    assert method == "chat.postMessage"
    assert asked["metadata"] == {"event_type": EVENT_TYPE, "event_payload": {"key": "card:case1"}}
    assert (asked["unfurl_links"], asked["unfurl_media"], asked["parse"]) == (False, False, "none")
    assert "link_names" not in asked
    assert asked["text"].startswith("Complaint on X about Lumora: @jane_doe: “Lumora is down")
    assert asked["blocks"][-1]["type"] == "actions"


KINDS = [
    (MessageKind.CARD, files.file(), "Complaint on X"),
    (MessageKind.BATCH, files.batch(), "12 posts about *Lumora*"),
    (MessageKind.REVIEW, files.batch(MessageKind.REVIEW), "12 posts about *Lumora* wait"),
    (MessageKind.DIGEST, files.digest(), "Lumora, 4 March 2026: 38 mentions"),
    (MessageKind.BLIND_CHECK, files.blind_check(), "20 posts found for *Lumora* wait"),
    (MessageKind.NOTICE, Notice("X is down"), "⚠️ X is down"),
    (MessageKind.NOTICE, Notice("X is read again", good=True), "✅ X is read again"),
]


@pytest.mark.parametrize(("kind", "content", "text"), KINDS)
def test_each_kind_can_be_posted_with_blocks_and_as_plain_text(kind, content, text):
    with scripted_slack(TAKEN) as slack:
        post = slack_post(slack.url)
        post.post(files.message(kind), content)
        post.post(files.message(kind, plain=True), content)
    (_, rich), (_, plain) = slack.calls
    assert text in rich["text"]
    assert rich["blocks"]
    assert text in plain["text"]
    assert plain["blocks"] == []


def test_plain_card_still_leads_to_the_post_and_says_when_it_is_due():
    with scripted_slack(TAKEN) as slack:
        slack_post(slack.url).post(files.message(plain=True), files.file())
    text = slack.calls[0][1]["text"]
    assert "<https://x.com/jane_doe/status/7|Open post>" in text
    assert "New · due <!date^" in text


def test_waiting_is_asked_for_with_its_time():
    error = error_of(Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "17"}))
    assert isinstance(error, PostRateLimited)
    assert error.retry_after == 17


def test_waiting_without_a_readable_time_is_a_second():
    for headers in ({}, {"Retry-After": "soon"}):
        error = error_of(Reply("<html>slow down</html>", 429, headers))
        assert isinstance(error, PostRateLimited)
        assert error.retry_after == 1


@pytest.mark.parametrize(
    ("code", "plain_may_help", "fix"),
    [
        ("not_in_channel", False, "/invite @Earshot"),
        ("channel_not_found", False, "Check the channel in the settings"),
        ("is_archived", False, "Unarchive"),
        ("invalid_blocks", True, "report it"),
        ("msg_too_long", True, "report it"),
    ],
)
def test_definite_refusal_says_what_to_do(code, plain_may_help, fix):
    error = error_of(Reply({"ok": False, "error": code}))
    assert isinstance(error, PostRejected)
    assert (error.code, error.plain_may_help) == (code, plain_may_help)
    assert fix in str(error)


@pytest.mark.parametrize(
    ("code", "fix"), [("token_revoked", "SLACK_BOT_TOKEN"), ("missing_scope", "config/slack-manifest.yaml")]
)
def test_message_waits_until_the_token_is_mended(code, fix):
    error = error_of(Reply({"ok": False, "error": code}))
    assert isinstance(error, PostRateLimited)
    assert error.retry_after == 60
    assert fix in str(error)


AMBIGUOUS = {
    "internal_error": Reply({"ok": False, "error": "internal_error"}),
    "fatal_error": Reply({"ok": False, "error": "fatal_error"}),
    "an error of tomorrow": Reply({"ok": False, "error": "brand_new_error"}),
    "503 with a page": Reply("<html>Service unavailable</html>", 503, {"content-type": "text/html"}),
    "500 with JSON": Reply({"ok": False, "error": "service_unavailable"}, 500),
    "cut JSON": Reply('{"ok": true, "channel": "C0ALERTS", "ts": "1.0001'),
    "no JSON": Reply("ok"),
    "an empty body": Reply(""),
    "a list": Reply([1]),
    "a number": Reply("7"),
    "not UTF-8": Reply(
        "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), headers={"content-type": "x; charset=ascii"}
    ),
    "no timestamp": Reply({"ok": True, "channel": "C0ALERTS"}),
    "a reset after the request": Reply(reset=True),
    "a reply shorter than promised": Reply("", headers={"content-length": "500"}),
    "silence": Reply(silent=True),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_everything_else_is_unknown(name):
    error = error_of(AMBIGUOUS[name])
    assert isinstance(error, PostUnknown)
    assert "Lumora" not in str(error), "an error must not quote what was posted"


def test_refused_connection_means_that_nothing_was_posted():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PostRateLimited) as caught:
        slack_post(f"http://127.0.0.1:{port}/api/").post(files.message(), files.file())
    assert caught.value.code == "unreachable"


def test_client_that_retries_by_itself_is_not_accepted():
    with pytest.raises(ValueError, match="retry"):
        SlackPost(WebClient(token="xoxb-1"), bot_id="B1", clock=lambda: NOON)


def page(*messages, cursor=""):
    return Reply({"ok": True, "messages": list(messages), "response_metadata": {"next_cursor": cursor}})


def found(ts, *, key="card:case1", bot_id="B1", event_type=EVENT_TYPE):
    return {"ts": ts, "bot_id": bot_id, "metadata": {"event_type": event_type, "event_payload": {"key": key}}}


def test_find_reads_every_page_and_returns_ours_oldest_first():
    strange = [
        {"ts": "4.1"},
        {"ts": "4.15", "files": [{"name": "card:case1"}]},
        found("4.2", bot_id="B2"),
        found("4.3", key="card:case2"),
        found("4.4", event_type="other"),
    ]
    with scripted_slack(page(found("10.5"), *strange, cursor="more"), page(found("9.5"))) as slack:
        sought = [files.message(), files.message(key="card:case2"), files.message(key="card:case3")]
        copies = slack_post(slack.url).find(sought, NOON)
    assert copies == {
        "card:case1": [Posted("C0ALERTS", "9.5"), Posted("C0ALERTS", "10.5")],
        "card:case2": [Posted("C0ALERTS", "4.3")],
        "card:case3": [],
    }
    first, second = (asked for _, asked in slack.calls)
    assert float(first["oldest"]) == NOON.timestamp()
    assert first["include_all_metadata"] is True
    assert "cursor" not in first
    assert second["cursor"] == "more"


def test_find_fails_as_post_does():
    error = error_of(Reply({"ok": False, "error": "ratelimited"}, 429), call=lambda p: p.find([files.message()], NOON))
    assert isinstance(error, PostRateLimited)


def test_deleting_what_is_gone_is_no_error():
    with scripted_slack(Reply({"ok": False, "error": "message_not_found"})) as slack:
        slack_post(slack.url).delete(Posted("C0ALERTS", "1.1"))
    error = error_of(
        Reply({"ok": False, "error": "cant_delete_message"}), call=lambda p: p.delete(Posted("C0ALERTS", "1.1"))
    )
    assert isinstance(error, PostRejected)


# From here on, against a Slack that remembers: ours, and one that others wrote.


def post_at(server, token=None):
    return SlackPost(server.posting_client(token), bot_id=server.bot_id, clock=lambda: NOON)


def outgoing(room, **changes):
    return files.message(channel=room.id, **changes)


def shown_blocks(message):
    """Leave out the ids that Slack gives to blocks without one."""
    return [{name: value for name, value in block.items() if name != "block_id"} for block in message["blocks"]]


def as_dicts(blocks):
    return [block.to_dict() for block in blocks]


LONG_AGO = NOON.replace(year=2020)


@pytest.fixture
def room(slack_server):
    return slack_server.room()


def test_card_is_posted_found_updated_and_deleted(slack_server, room):
    post = post_at(slack_server)
    placed = post.post(outgoing(room), files.file())
    assert placed.channel == room.id
    assert copies_of(post, outgoing(room), LONG_AGO) == [placed]
    assert copies_of(post, outgoing(room, key="card:other"), LONG_AGO) == []
    post.update(outgoing(room, ts=placed.ts), files.answered_file())
    assert "Answered" in str(history(slack_server, room)[-1]["blocks"])
    assert copies_of(post, outgoing(room), LONG_AGO) == [placed], "an update keeps the key"
    post.delete(placed)
    post.delete(placed)
    assert copies_of(post, outgoing(room), LONG_AGO) == []


@pytest.mark.parametrize("said", ["Lumora is down", "<!channel> & <https://evil.example|bank> *hi* :smile: \u202e😀"])
def test_history_shows_a_card_as_it_was_sent(slack_server, room, said):
    file = files.file(files.seen(said))
    placed = post_at(slack_server).post(outgoing(room), file)
    shown = history(slack_server, room)[-1]
    assert (shown["ts"], shown["bot_id"], shown["user"]) == (placed.ts, slack_server.bot_id, slack_server.bot_user_id)
    assert shown["text"] == card_text(file)
    assert shown_blocks(shown) == as_dicts(card_blocks(file, now=NOON))
    assert shown["metadata"] == {"event_type": EVENT_TYPE, "event_payload": {"key": "card:case1"}}


@pytest.mark.parametrize(("kind", "content", "text"), KINDS)
def test_each_kind_is_taken_and_found(slack_server, room, kind, content, text):
    post = post_at(slack_server)
    rich, plain = outgoing(room, content_kind=kind, key="rich"), outgoing(room, content_kind=kind, key="p", plain=True)
    assert [post.post(rich, content), post.post(plain, content)] == [
        *copies_of(post, rich, LONG_AGO),
        *copies_of(post, plain, LONG_AGO),
    ]
    with_blocks, without = history(slack_server, room)[-2:]
    assert with_blocks["blocks"]
    assert text in without["text"]
    assert not without.get("blocks")


def test_update_to_plain_text_takes_the_blocks_away(slack_server, room):
    post = post_at(slack_server)
    placed = post.post(outgoing(room), files.file())
    post.update(outgoing(room, ts=placed.ts, plain=True), files.answered_file())
    shown = history(slack_server, room)[-1]
    assert not shown.get("blocks")
    assert shown["text"] == card_plain_text(files.answered_file(), now=NOON)
    assert copies_of(post, outgoing(room), LONG_AGO) == [placed]


def test_find_reads_a_history_of_many_pages(slack_server, room):
    post = post_at(slack_server)
    oldest = post.post(outgoing(room), files.file())
    for number in range(2 * HISTORY_PAGE):
        slack_server.say(room, f"{number} people talk")
    assert copies_of(post, outgoing(room), LONG_AGO) == [oldest]


def test_twins_are_found_oldest_first_and_one_can_be_taken_away(slack_server, room):
    post = post_at(slack_server)
    first, second = (post.post(outgoing(room), files.file()) for _ in range(2))
    other = post.post(outgoing(room, key="card:other"), files.file())
    assert copies_of(post, outgoing(room), LONG_AGO) == [first, second]
    post.delete(second)
    assert copies_of(post, outgoing(room), LONG_AGO) == [first]
    assert copies_of(post, outgoing(room, key="card:other"), LONG_AGO) == [other]


def test_talk_in_the_cards_thread_neither_hides_nor_doubles_it(slack_server, room):
    post = post_at(slack_server)
    placed = post.post(outgoing(room), files.file())
    slack_server.say(room, "Who knows her?", thread_ts=placed.ts)
    post.update(outgoing(room, ts=placed.ts), files.answered_file())
    assert copies_of(post, outgoing(room), LONG_AGO) == [placed]
    (card,) = (message for message in history(slack_server, room) if message.get("metadata"))
    assert card["reply_count"] == 1


def refusal(call, *arguments):
    with pytest.raises(PostRejected) as caught:
        call(*arguments)
    return caught.value.code


def test_unknown_and_archived_channels_are_refused_for_good(slack_server, room):
    post = post_at(slack_server)
    assert refusal(post.post, files.message(channel="C0NOWHERE"), files.file()) == "channel_not_found"
    assert refusal(post.find, [files.message(channel="C0NOWHERE")], LONG_AGO) == "channel_not_found"
    slack_server.archive(room)
    assert refusal(post.post, outgoing(room), files.file()) == "is_archived"


def test_message_that_somebody_deleted_cannot_be_updated(slack_server, room):
    post = post_at(slack_server)
    placed = post.post(outgoing(room), files.file())
    post.delete(placed)
    assert refusal(post.update, outgoing(room, ts=placed.ts), files.file()) == "message_not_found"


def test_message_of_a_person_is_never_touched(slack_server, room):
    post, ts = post_at(slack_server), slack_server.say(room, "Mine")
    assert refusal(post.update, outgoing(room, ts=ts), files.file()) == "cant_update_message"
    assert refusal(post.delete, Posted(room.id, ts)) == "cant_delete_message"
    assert history(slack_server, room)[-1]["text"] == "Mine"


@pytest.mark.parametrize("fault", ["not_authed", "missing_scope"])
def test_message_waits_for_a_token_that_may_post(slack_server, room, fault):
    token = slack_server.token_without_scopes if fault == "missing_scope" else ""
    with pytest.raises(PostRateLimited) as caught:
        post_at(slack_server, token).post(outgoing(room), files.file())
    assert caught.value.code == fault
