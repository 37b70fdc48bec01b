"""Recorded answers of Bluesky's public API, read from beside the project."""

import pytest

from listeners import bluesky
from tests.builders import NOON
from tests.shared import shared_file

pytestmark = pytest.mark.shared

# How many mentions each holds: an author's feed had 25 items, of which 2 are reposts.
HELD = {"getAuthorFeed": 23, "getFeed": 7, "getListFeed": 13, "getPosts": 1, "getProfile": 0, "searchPosts": 1}


def recorded(name):
    return bluesky.mentions_from_response(
        shared_file(f"fixtures/bluesky/{name}.json").read_bytes(), seen_at=NOON
    ).mentions


@pytest.mark.parametrize("name", HELD)
def test_every_recorded_answer_is_read(name):
    mentions = recorded(name)
    assert len(mentions) == HELD[name]
    assert all(m.author.user_id.startswith("did:") and "." in m.author.handle for m in mentions)
    assert all(m.url.startswith("https://bsky.app/profile/did:") and m.posted_at < NOON for m in mentions)
    assert list(mentions) == sorted(mentions, key=lambda m: m.posted_at)


def test_recorded_threads_links_and_names_are_whole():
    mentions = [mention for name in HELD for mention in recorded(name)]
    assert sum(1 for m in mentions if m.reply_to) > 20
    assert all((m.reply_to is None) == (m.thread_id == m.id) for m in mentions)
    assert sum(1 for m in mentions if "http" in m.text) > 5
    assert not [m.text for m in mentions if m.text.endswith("...") and "/" in m.text.split()[-1]]
    assert any("." in handle for m in mentions for handle in m.summons)
