"""Recorded answers of forums, read directly, and over a real socket."""

import json

import pytest

from domain.brand import SourceKind
from domain.errors import InputError
from listeners import discourse
from tests.builders import NOON, stream
from tests.listeners.platforms import HandClock
from tests.replay import Asked, Server, json_reply
from tests.shared import shared_file

pytestmark = pytest.mark.shared

FORUM = "https://community.example"


def recorded(name):
    return json.loads(shared_file(f"fixtures/discourse/{name}.json").read_text())


def read(name):
    return discourse.mentions_from_response({"forum": FORUM, "response": recorded(name)}, seen_at=NOON)


@pytest.mark.parametrize(("name", "count"), [("posts_latest", 4), ("topic", 3), ("topic_posts", 1)])
def test_every_recorded_answer_with_posts_is_read(name, count):
    found = read(name)
    assert len(found.mentions) == count
    for mention in found.mentions:
        assert "<p>" not in mention.text
        assert mention.url.startswith(f"{FORUM}/t/")
        assert mention.thread_id.endswith("/1")


def test_a_recorded_post_that_is_a_picture_has_no_words():
    assert [bool(mention.text) for mention in read("topic").mentions] == [True, False, True]


def test_the_recorded_welcome_of_a_forum_is_a_machines():
    assert {m.author.automated for m in read("posts_latest").mentions if m.author.handle.startswith("system@")} == {
        True
    }


def test_a_recorded_list_of_topics_is_none_of_posts():
    with pytest.raises(InputError, match="`latest_posts` is missing"):
        read("latest")


def test_the_recorded_list_is_polled():
    answer = recorded("posts_latest")

    def serve(asked: Asked):
        return json_reply({"latest_posts": []} if "before" in asked.query else answer)

    with Server(serve) as server:
        forum = stream(platform="discourse", kind=SourceKind.NEW, target="", places=(server.url,))
        batch = discourse.connect(discourse.Settings(), forum, clock=HandClock())(None)
    assert len(batch.mentions) == 4
    assert not batch.capped
