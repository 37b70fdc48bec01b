"""The sandbox's Hacker News and its blog, read by the listeners."""

import pytest
import requests

from domain.brand import SourceKind
from domain.errors import PlatformError
from listeners import hackernews, rss
from sandbox.blog import ENTRIES
from sandbox.server import HACKERNEWS_ACCOUNT, Sandbox
from sandbox.world import Draft
from tests.builders import stream
from tests.listeners.platforms import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


def hackernews_poll(sandbox, clock, *, kind=SourceKind.SEARCH, target="lumora"):
    settings = hackernews.Settings(api_url=sandbox.hackernews_url)
    return hackernews.connect(settings, stream(platform="hackernews", kind=kind, target=target), clock=clock)


def blog_poll(sandbox, clock, *, target=""):
    wanted = stream(platform="rss", kind=SourceKind.NEW, target=target, places=(sandbox.feed_url,))
    return rss.connect(rss.Settings(), wanted, clock=clock)


def test_hacker_news_finds_stories_and_comments_by_words_and_by_author(sandbox, clock):
    story = sandbox.world.add(Draft("hackernews", "otto", "It's <b>dead</b>\n\nsince noon", title="Lumora is down"))
    clock.advance(seconds=1)
    comment = sandbox.world.add(Draft("hackernews", HACKERNEWS_ACCOUNT, "Lumora is sorry", reply_to=story.id))
    sandbox.world.add(Draft("hackernews", "otto", "Fine here", title="Kinobox"))
    first, second = hackernews_poll(sandbox, clock)(None).mentions
    assert first.text == "Lumora is down\n\nIt's <b>dead</b>\n\nsince noon"
    assert (second.id, second.reply_to, second.thread_id) == (f"hackernews:{comment.id}", first.id, first.id)
    own = hackernews_poll(sandbox, clock, kind=SourceKind.OWN_POSTS, target=HACKERNEWS_ACCOUNT)(None).mentions
    assert [mention.id for mention in own] == [second.id]
    sandbox.world.delete(story.id)
    assert [mention.id for mention in hackernews_poll(sandbox, clock)(None).mentions] == [second.id]


def test_more_stories_than_fit_on_a_page_are_read(sandbox, clock):
    for n in range(250):
        sandbox.world.add(Draft("hackernews", "otto", "", title=f"Lumora {n}"))
        clock.advance(seconds=n % 2)
    assert len(hackernews_poll(sandbox, clock)(None).mentions) == 250


def test_the_blog_lists_its_newest_entries_says_edits_and_is_not_sent_twice(sandbox, clock):
    for n in range(ENTRIES + 5):
        post = sandbox.world.add(Draft("rss", "Telly Talk", f"Text & <more> {n}", title=f"Entry {n}"))
        clock.advance(minutes=1)
    poll = blog_poll(sandbox, clock)
    first = poll(None)
    assert len(first.mentions) == ENTRIES
    assert first.mentions[-1].text == f"Entry {ENTRIES + 4}\n\nText & <more> {ENTRIES + 4}"
    assert (first.mentions[-1].author.handle, first.mentions[-1].language) == ("Telly Talk", "en")
    assert poll(first.cursor).mentions == ()
    sandbox.world.edit(post.id, "Text, corrected")
    edited = poll(first.cursor).mentions[-1]
    assert (edited.id, edited.edited_at) == (first.mentions[-1].id, clock())
    assert blog_poll(sandbox, clock, target="corrected")(None).mentions == (edited,)


@pytest.mark.parametrize("platform", ["hackernews", "rss"])
@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "malformed", "reset"])
def test_faults_are_failures_of_the_poll(sandbox, clock, platform, kind):
    sandbox.world.add(Draft(platform, "otto", "lumora", title="lumora"))
    faults = {"platform": platform, "kind": kind, "times": 2}  # a broken connection is tried once more by urllib3
    assert requests.post(f"{sandbox.url}/control/faults", json=faults, timeout=5).ok
    poll = {"hackernews": hackernews_poll, "rss": blog_poll}[platform](sandbox, clock)
    with pytest.raises(PlatformError):
        poll(None)
    assert requests.post(f"{sandbox.url}/control/faults", json={"platform": platform, "clear": True}, timeout=5).ok
    assert len(poll(None).mentions) == 1


@pytest.mark.parametrize("query", ["created_at_i~5", "points>3"])
def test_a_filter_that_algolia_would_not_take_is_refused(sandbox, query):
    url = f"{sandbox.hackernews_url}/api/v1/search_by_date"
    assert requests.get(url, params={"numericFilters": query}, timeout=5).status_code == 400
