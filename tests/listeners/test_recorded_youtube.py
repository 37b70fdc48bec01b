"""Recorded answers of YouTube's Data API, read from beside the project."""

import json

import pytest

from domain.errors import CredentialsError
from listeners import youtube
from tests.builders import NOON
from tests.listeners.platforms import FakeYouTube, HandClock
from tests.replay import Reply
from tests.shared import shared_file

COUNTS = {
    "comment_threads_by_video_paged_1": 5,
    "comment_threads_multi": 2,
    "comment_threads_with_search": 1,
    "comments_by_parent_paged_1": 2,
    "search_by_keywords_p1": 25,
    "videos_info_multi": 2,
}


def recorded(name):
    return shared_file(f"fixtures/youtube/{name}.json").read_bytes()


@pytest.mark.parametrize("name", COUNTS)
def test_every_recorded_answer_is_read(name):
    mentions = youtube.mentions_from_response(recorded(name), seen_at=NOON).mentions
    assert len(mentions) == COUNTS[name]
    assert all(m.text and m.author.handle and m.author.user_id.startswith("UC") for m in mentions)
    assert all(m.url.startswith("https://www.youtube.com/") for m in mentions)
    assert not [m.text for m in mentions if "&amp;" in m.text or "<a " in m.text]


def test_recorded_threads_are_polled_over_a_socket():
    answers = iter([recorded("comment_threads_multi")])
    with FakeYouTube(HandClock()) as platform:
        platform._list = lambda asked: Reply(200, next(answers))
        batch = platform.poll()(None)
    assert len(batch.mentions) == COUNTS["comment_threads_multi"]


def test_a_recorded_refusal_is_a_matter_of_the_key():
    body = recorded("error_permission_resp")
    assert json.loads(body)["error"]["code"] == 403
    with FakeYouTube(HandClock()) as platform:
        platform.failures.append(Reply(403, body))
        with pytest.raises(CredentialsError, match="YOUTUBE_API_KEY"):
            platform.poll()(None)
