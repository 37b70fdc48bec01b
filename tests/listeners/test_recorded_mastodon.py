"""Recorded answers of an instance of Mastodon 4, read directly, and over a real socket."""

import json

import pytest

from domain.brand import SourceKind
from listeners import mastodon
from tests.builders import NOON, stream
from tests.listeners.platforms import HandClock
from tests.replay import interactions, replaying
from tests.shared import shared_file

pytestmark = pytest.mark.shared

# How many mentions the answers to GET hold, in order; the others are no posts.
CASSETTES = {
    "fetch_next_previous": ("/statuses", [5, 5, 5]),
    "hashtag_tl": ("/tag/hoot", [1]),
    "notifications_mentions_only": ("/notifications", [1, 1]),
    "public_tl_anonymous": ("/timelines/public", [8]),
    "status_card": ("/statuses/", [1]),
    "status_context": ("/context", [0]),
    "search": ("/search", [0, 0, 0]),
}


def recorded(name):
    return interactions(shared_file(f"fixtures/mastodon/test_{name}.yaml"))


@pytest.mark.parametrize("name", CASSETTES)
def test_every_recorded_answer_with_posts_is_read(name):
    part, counts = CASSETTES[name]
    bodies = [i.reply.plain for i in recorded(name) if i.method == "GET" and part in i.url]
    found = [mastodon.mentions_from_response(body, seen_at=NOON).mentions for body in bodies]
    assert [len(mentions) for mentions in found] == counts
    for mention in (mention for mentions in found for mention in mentions):
        assert mention.text
        assert "<" not in mention.text
        assert mention.author.handle.endswith("@localhost:3000")
        assert mention.author.user_id.startswith("http://localhost:3000/ap/users/")


@pytest.mark.parametrize(
    ("name", "kind", "target", "texts"),
    [
        ("hashtag_tl", SourceKind.SEARCH, "#hoot", 1),
        ("public_tl_anonymous", SourceKind.NEW, "", 8),
        ("notifications_mentions_only", SourceKind.MENTIONS, "", 1),
    ],
)
def test_recorded_timelines_are_polled(name, kind, target, texts):
    with replaying([i for i in recorded(name) if i.method == "GET"]) as server:
        settings = mastodon.Settings(api_url=server.url, access_token="token-canary")
        poll = mastodon.connect(settings, stream(platform="mastodon", kind=kind, target=target), clock=HandClock())
        batch = poll(None)
    assert len(batch.mentions) == texts
    assert batch.cursor is not None


def test_a_recorded_notification_names_us_and_where_its_page_goes_on():
    (answer,) = [i for i in recorded("notifications_mentions_only") if "/notifications?" in i.url]
    (mention,) = mastodon.mentions_from_response(answer.reply.plain, seen_at=NOON).mentions
    assert mention.summons == ("mastodonpy_test@localhost:3000",)
    assert json.loads(answer.reply.plain)[0]["status"]["uri"] not in mention.id
