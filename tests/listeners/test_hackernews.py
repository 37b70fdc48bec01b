"""What Algolia is asked, and what its hits become."""

import pytest

from domain.brand import SourceKind
from domain.errors import InputError
from listeners import hackernews
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeHackerNews, HandClock


def hit(**changes):
    values = {
        "objectID": "4001",
        "_tags": ["comment", "author_jane", "story_4000"],
        "author": "jane",
        "created_at_i": int(NOON.timestamp()),
        "comment_text": "Lumora &amp; me:<p>see "
        '<a href="https:&#x2F;&#x2F;lumora.example&#x2F;a" rel="nofollow">https:&#x2F;&#x2F;lum...</a> <i>now</i>',
        "story_id": 4000,
        "parent_id": 4000,
    }
    return values | changes


def read(*hits):
    return hackernews.mentions_from_response({"hits": list(hits)}, seen_at=NOON).mentions


def test_a_comment_is_plain_text_with_whole_links_in_its_thread():
    (mention,) = read(hit())
    assert mention.text == "Lumora & me:\n\nsee https://lumora.example/a now"
    assert (mention.id, mention.thread_id, mention.reply_to) == (
        "hackernews:4001",
        "hackernews:4000",
        "hackernews:4000",
    )
    assert mention.url == "https://news.ycombinator.com/item?id=4001"
    assert mention.author.key == "hackernews:jane"


def test_a_story_is_its_title_and_its_text():
    (mention,) = read(hit(_tags=["story"], comment_text=None, title="Ask HN: Lumora?", story_text="Is it <i>down</i>?"))
    assert mention.text == "Ask HN: Lumora?\n\nIs it down?"
    assert mention.thread_id == mention.id
    assert mention.reply_to is None


def test_job_offers_are_no_mentions():
    assert read(hit(_tags=["job"])) == ()


def test_a_malformed_hit_is_named():
    with pytest.raises(InputError, match="The post without an id cannot be read: `author` is missing"):
        read({name: value for name, value in hit().items() if name != "author"})


@pytest.mark.parametrize(
    ("kind", "target", "asked_for"),
    [
        (SourceKind.SEARCH, '"lumora stream"', {"query": '"lumora stream"', "tags": "(story,comment,poll)"}),
        (SourceKind.OWN_POSTS, "lumora", {"tags": "(story,comment,poll),author_lumora"}),
    ],
)
def test_every_kind_of_stream_is_a_search_by_date(kind, target, asked_for):
    with FakeHackerNews(HandClock()) as platform:
        platform.poll(stream(platform="hackernews", kind=kind, target=target))(None)
        (asked,) = platform.listed()
    assert asked.path == "/api/v1/search_by_date"
    assert asked.query.items() >= {"hitsPerPage": "100", "typoTolerance": "false", **asked_for}.items()


def test_a_longer_list_than_algolia_gives_for_one_question_is_read_to_its_end():
    with FakeHackerNews(HandClock()) as platform:
        platform.depth = 200
        published = {platform.publish(f"lumora {n}") for n in range(150)}
        platform.clock.advance(seconds=1)
        published |= {platform.publish(f"lumora {n}") for n in range(150)}
        assert {mention.id for mention in platform.poll()(None).mentions} == published
