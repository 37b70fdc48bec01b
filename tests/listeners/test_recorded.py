"""Recorded answers of X and Reddit: read directly, and over a real socket by unmodified tweepy and praw."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import tweepy

from domain.brand import SourceKind
from domain.errors import InputError, PlatformError
from listeners import reddit, x
from listeners.reddit.client import Client as RedditClient
from listeners.x.client import Client as XClient
from tests.builders import NOON, listing, stream
from tests.replay import Interaction, interactions, replaying
from tests.shared import SHARED, shared_file

pytestmark = pytest.mark.shared

# How many mentions and removals the bodies of each file hold, in order.
X_LINES = {
    "cashtags": [(1, 0)],
    "cotweet": [(1, 0)],
    "counts": [(0, 0)],
    "edited_after": [(1, 0)],
    "edited_before": [(1, 0)],
    "geo_tweets": [(1, 0)] * 2,
    "lists": [(0, 0)] * 2,
    "many_urls": [(1, 0)],
    "media_tweet": [(1, 0)],
    "mentions_tweet": [(1, 0)],
    "noflat": [(100, 0)],
    "quoted_edit": [(1, 0)],
    "streaming_output_with_error": [(1, 0)] * 7 + ["not JSON"],
    "tweets_compliance": [(0, 1)] * 2,
    "two_tweets": [(1, 0)],
    "users_compliance": [(0, 1)] * 2,
    "verified_type": [(1, 0)],
}
X_CASSETTES = {
    "create_and_delete_tweet": [(1, 0), (0, 0)],
    "create_and_get_compliance_job_and_jobs": [(0, 0)] * 3,
    "get_home_timeline": [(98, 0)],
    "get_list_tweets": [(97, 0)],
    "get_me": [(0, 0)],
    "get_quote_tweets": [(9, 0)],
    "get_recent_tweets_count": [(0, 0)],
    "get_tweet": [(1, 0)],
    "get_tweets": [(2, 0)],
    "get_user": [(0, 0)],
    "get_users": [(0, 0)],
    "get_users_mentions": [(10, 0)],
    "get_users_tweets": [(2, 0)],
    "hide_and_unhide_reply": [(0, 0)] * 2,
    "search_all_tweets": [(10, 0)],
    "search_recent_tweets": [(10, 0)],
}
TOKEN = (0, 0)
REDDIT_CASSETTES = {
    "TestComment.test_refresh__removed_comment": [TOKEN, (1, 0), (201, 0)],
    "TestComment.test_reply": [TOKEN, (1, 0)],
    "TestDomainListing.test_new": [TOKEN, (100, 0)],
    "TestInbox.test_mentions": [TOKEN, (16, 0)],
    "TestInbox.test_message__unauthorized": [TOKEN, (0, 0)],
    "TestMultiredditListings.test_new__self_multi": [TOKEN, (0, 0), (100, 0)],
    "TestMultiredditStreams.test_comments__with_pause": [TOKEN, (100, 0), (1, 0), (0, 0), (99, 0), (98, 0), (97, 0)],
    "TestReddit.test_bad_request_without_json_text_html_response": [TOKEN, "not JSON"],
    "TestReddit.test_bare_badrequest": [TOKEN, (0, 0)],
    "TestReddit.test_info_url": [TOKEN, (25, 0)],
    "TestRedditors.test_partial_redditors__not_found": [TOKEN, (0, 0), (0, 0), (0, 0)],
    "TestSubmission.test_delete": [TOKEN, (0, 0), (3, 2)],
    "TestSubmission.test_reply": [TOKEN, (1, 0)],
    "TestSubreddit.test_search": [TOKEN, (6, 0)],
    "TestSubreddit.test_submit__url": [TOKEN, (0, 0), (1, 0)],
    "TestSubredditListings.test_comments": [TOKEN, (100, 0)],
    "TestSubredditListings.test_new": [TOKEN, (100, 0)],
    "TestSubredditStreams.test_comments__with_continue_after_id": [TOKEN, (100, 0), (95, 0)],
    "TestSubredditStreams.test_comments__with_pause": [TOKEN, (16, 0), (0, 0), (17, 0)],
}


def x_lines(name: str) -> list[str]:
    return list(filter(None, shared_file(f"fixtures/x/twarc_{name}.jsonl").read_text().splitlines()))


def x_cassette(name: str) -> list[Interaction]:
    return interactions(shared_file(f"fixtures/x/tweepy_test_client_{name}.yaml"))


def reddit_cassette(name: str) -> list[Interaction]:
    return interactions(shared_file(f"fixtures/reddit/{name}.json"))


def counts(read, bodies) -> list[object]:
    found: list[object] = []
    for body in bodies:
        try:
            answer = read(body, seen_at=NOON)
        except InputError as error:
            found.append("not JSON" if "not JSON" in str(error) else str(error))
        else:
            found.append((len(answer.mentions), len(answer.removals)))
            assert all(mention.text and mention.posted_at.tzinfo is UTC for mention in answer.mentions)
            assert list(answer.mentions) == sorted(answer.mentions, key=lambda mention: mention.posted_at)
    return found


def only(body):
    (mention,) = x.mentions_from_response(body, seen_at=NOON).mentions
    return mention


def test_every_recording_is_read_here():
    folder = shared_file("fixtures")
    x_files = {path.name for path in (folder / "x").glob("t*")}
    assert x_files == {
        *(f"twarc_{name}.jsonl" for name in X_LINES),
        *(f"tweepy_test_client_{name}.yaml" for name in X_CASSETTES),
    }
    assert {path.stem for path in (folder / "reddit").iterdir()} == set(REDDIT_CASSETTES)


@pytest.mark.parametrize("name", X_LINES)
def test_lines_of_x_hold_what_they_hold(name):
    assert counts(x.mentions_from_response, x_lines(name)) == X_LINES[name]


@pytest.mark.parametrize("name", X_CASSETTES)
def test_cassettes_of_x_hold_what_they_hold(name):
    assert counts(x.mentions_from_response, [i.reply.plain for i in x_cassette(name)]) == X_CASSETTES[name]


@pytest.mark.parametrize("name", REDDIT_CASSETTES)
def test_cassettes_of_reddit_hold_what_they_hold(name):
    bodies = [i.reply.plain for i in reddit_cassette(name)]
    assert counts(reddit.mentions_from_response, bodies) == REDDIT_CASSETTES[name]


def test_the_two_versions_of_a_recorded_edit_are_one_mention():
    before, after = only(x_lines("edited_before")[0]), only(x_lines("edited_after")[0])
    assert before.id == after.id == before.thread_id == after.thread_id == "x:1576994746135764992"
    assert before.posted_at == after.posted_at == datetime(2022, 10, 3, 17, 57, 1, tzinfo=UTC)
    assert before.edited_at == after.edited_at == datetime(2022, 10, 3, 17, 57, 11, tzinfo=UTC)
    assert before.text == after.text
    assert after.text.startswith("hey :)")
    assert (after.language, after.author.verified) == (None, True)


def test_a_recorded_reply_to_an_edited_post_joins_its_thread():
    reply = only(x_lines("quoted_edit")[0])
    assert reply.reply_to == reply.thread_id == "x:1576994746135764992"


def test_recorded_reposts_name_and_quote_their_originals_in_full():
    mentions = x.mentions_from_response(x_lines("noflat")[0], seen_at=NOON).mentions
    reposts = [mention for mention in mentions if mention.repost_of]
    assert len(reposts) == 47
    assert not [mention.text for mention in reposts if mention.text.endswith("…") or "&amp;" in mention.text]
    assert len([mention for mention in mentions if mention.reply_to]) == 31
    assert len({mention.author.key for mention in mentions}) == 96
    assert all(mention.author.handle and mention.author.followers is not None for mention in mentions)


def test_a_recorded_company_is_verified():
    mention = only(x_lines("verified_type")[0])
    assert (mention.author.handle, mention.author.verified) == ("TwitterDev", True)


def test_recorded_removals_name_their_posts():
    answers = [i.reply.plain for i in reddit_cassette("TestSubmission.test_delete")]
    removals = reddit.mentions_from_response(answers[-1], seen_at=NOON).removals
    assert [removal.mention_id for removal in removals] == ["reddit:t1_d1616q2", "reddit:t3_4b1tfm"]
    line = x_lines("tweets_compliance")[0]
    assert x.mentions_from_response(line, seen_at=NOON).removals[0].mention_id == "x:1170025343920402432"


def test_a_recorded_tree_hangs_together():
    body = reddit_cassette("TestComment.test_refresh__removed_comment")[-1].reply.plain
    mentions = reddit.mentions_from_response(body, seen_at=NOON).mentions
    assert {mention.thread_id for mention in mentions} == {"reddit:t3_6wmniq"}
    ids = {mention.id for mention in mentions}
    assert [mention.id for mention in mentions if mention.reply_to not in ids] == ["reddit:t3_6wmniq"]
    assert sum(mention.edited_at is not None for mention in mentions) == 13


def test_a_recorded_inbox_names_threads_and_authors():
    mentions = reddit.mentions_from_response(reddit_cassette("TestInbox.test_mentions")[-1].reply.plain, seen_at=NOON)[
        0
    ]
    assert len({mention.thread_id for mention in mentions}) == 16
    assert {mention.author.key for mention in mentions} == {"reddit:t2_3efd9zdo"}
    assert all("?" not in mention.url for mention in mentions)


def test_recorded_automoderator_is_automated():
    body = reddit_cassette("TestMultiredditStreams.test_comments__with_pause")[1].reply.plain
    mentions = reddit.mentions_from_response(body, seen_at=NOON).mentions
    assert sum(mention.author.automated for mention in mentions) == 4


# Over a socket


def x_settings(server) -> x.Settings:
    return x.Settings("bearer", api_url=server.url, max_pages=1)


def reddit_settings(server) -> reddit.Settings:
    return reddit.Settings("id", "secret", "python:earshot:0.1.0 (by /u/x)", server.url, server.url, max_pages=1)


def asked_again(recorded: list[Interaction]) -> list[tuple[Interaction, str, dict[str, str]]]:
    """Return the recorded GET requests with their paths and queries."""
    urls = [(i, urlsplit(i.url)) for i in recorded if i.method == "GET"]
    return [(i, url.path, dict(parse_qsl(url.query))) for i, url in urls]


@pytest.mark.parametrize("name", X_CASSETTES)
def test_tweepy_brings_over_a_socket_what_was_recorded(name):
    recorded = x_cassette(name)
    with replaying(recorded) as server:
        client = XClient(x_settings(server), lambda: NOON)
        for interaction, path, query in asked_again(recorded):
            answer = client.call(partial(tweepy.Client.request, method="GET", route=path, params=query))
            read = x.mentions_from_response(answer, seen_at=NOON)
            assert read == x.mentions_from_response(interaction.reply.plain, seen_at=NOON)


@pytest.mark.parametrize("name", REDDIT_CASSETTES)
def test_praw_brings_over_a_socket_what_was_recorded(name):
    recorded = reddit_cassette(name)
    with replaying(recorded) as server:
        client = RedditClient(reddit_settings(server))
        for interaction, path, query in asked_again(recorded):
            if interaction.reply.status != 200:
                with pytest.raises(PlatformError):
                    client.get(path, query)
                continue
            read = reddit.mentions_from_response(client.get(path, query), seen_at=NOON)
            assert read == reddit.mentions_from_response(interaction.reply.plain, seen_at=NOON)


@pytest.mark.parametrize(
    ("kind", "target", "cassettes", "found", "cost"),
    [
        (SourceKind.SEARCH, "Tweepy", ["search_recent_tweets"], 10, "0.050"),
        (SourceKind.MENTIONS, "Twitter", ["get_user", "get_users_mentions"], 10, "0.060"),
        (SourceKind.OWN_POSTS, "Twitter", ["get_user", "get_users_tweets"], 2, "0.020"),
    ],
)
def test_polls_of_x_read_the_recordings(kind, target, cassettes, found, cost):
    recorded = [interaction for name in cassettes for interaction in x_cassette(name)]
    with replaying(recorded) as server:
        batch = x.connect(x_settings(server), stream(kind=kind, target=target), clock=lambda: NOON)(None)
    assert (len(batch.mentions), batch.capped, str(batch.cost_usd)) == (found, True, cost)


@pytest.mark.parametrize(
    ("kind", "target", "cassette", "polls"),
    [
        (SourceKind.NEW, "askreddit", "TestSubredditListings.test_new", [100]),
        (SourceKind.COMMENTS, "askreddit", "TestSubredditListings.test_comments", [100]),
        (SourceKind.COMMENTS, "kakapo", "TestSubredditStreams.test_comments__with_pause", [16, 0, 17]),
        (SourceKind.SEARCH, "praw oauth search", "TestSubreddit.test_search", [6]),
    ],
)
def test_polls_of_reddit_read_the_recordings(kind, target, cassette, polls):
    wanted = listing(kind, target)
    with replaying(reddit_cassette(cassette)) as server:
        poll = reddit.connect(reddit_settings(server), wanted, clock=lambda: NOON)
        batch, found = poll(None), []
        found.append(len(batch.mentions))
        for _ in polls[1:]:
            batch = poll(batch.cursor)
            found.append(len(batch.mentions))
    assert found == polls


def test_recordings_are_not_in_the_project():
    project = Path(__file__).resolve().parents[2]
    assert project not in SHARED.resolve().parents
