"""The listeners on the sandbox's platforms: what a newcomer's trial run reads."""

from datetime import timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import PlatformError
from domain.mention import Batch
from domain.seams import CountsPosts, KnowsHeadroom
from listeners import bluesky, reddit, x
from sandbox.server import (
    BLUESKY_ACCOUNT,
    REDDIT_ACCOUNT,
    REDDIT_CLIENT_ID,
    REDDIT_CLIENT_SECRET,
    X_ACCESS_SECRET,
    X_ACCOUNT,
    X_BEARER_TOKEN,
    Sandbox,
)
from sandbox.world import Draft
from tests.builders import listing, stream
from tests.listeners.platforms import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


def x_settings(sandbox: Sandbox) -> x.Settings:
    return x.Settings(X_BEARER_TOKEN, "k", "s", sandbox.x_access_token, X_ACCESS_SECRET, api_url=sandbox.x_api_url)


def reddit_settings(sandbox: Sandbox) -> reddit.Settings:
    return reddit.Settings(
        REDDIT_CLIENT_ID,
        REDDIT_CLIENT_SECRET,
        "python:earshot:0.1.0 (by /u/nobody)",
        oauth_url=sandbox.reddit_oauth_url,
        reddit_url=sandbox.reddit_url,
    )


def bluesky_settings(sandbox: Sandbox) -> bluesky.Settings:
    return bluesky.Settings(sandbox.bluesky_url, sandbox.bluesky_url, backfill_hours=24.0, quiet_seconds=0.3)


def test_what_x_counts_of_a_day_is_what_was_written_on_it(sandbox, clock):
    until = (clock() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    for words in ("Lumora is down", "lumora again", "something else"):
        sandbox.world.add(Draft("x", "jane", words))
    clock.advance(days=1)
    sandbox.world.add(Draft("x", "jane", "lumora on the next day"))
    poll = x.connect(x_settings(sandbox), stream(target="lumora"), clock=clock)
    assert isinstance(poll, CountsPosts)
    assert isinstance(poll, KnowsHeadroom)
    assert poll.count(until - timedelta(days=1), until) == 2
    assert poll.headroom().left is not None


def test_the_keys_are_accepted(sandbox):
    assert "answers" in bluesky.check(bluesky_settings(sandbox))
    assert "@lumora" in x.check(x_settings(sandbox))
    assert "accepts" in reddit.check(reddit_settings(sandbox))


@pytest.mark.parametrize(
    ("kind", "target", "texts"),
    [
        (SourceKind.SEARCH, "lumora -is:retweet", ["Lumora is down", "@jane @lumora again!"]),
        (SourceKind.MENTIONS, X_ACCOUNT, ["@jane @lumora again!"]),
        (SourceKind.OWN_POSTS, X_ACCOUNT, ["@jane Sorry, jane!"]),
    ],
)
def test_every_kind_of_stream_of_x(sandbox, clock, kind, target, texts):
    complaint = sandbox.world.add(Draft("x", "jane", "Lumora is down"))
    clock.advance(seconds=1)
    sandbox.world.add(Draft("x", "ann", "@lumora again!", reply_to=complaint.id))
    clock.advance(seconds=1)
    sandbox.world.add(Draft("x", X_ACCOUNT, "Sorry, jane!", reply_to=complaint.id))
    clock.advance(seconds=1)
    poll = x.connect(x_settings(sandbox), stream(kind=kind, target=target), clock=clock)
    mentions = poll(None).mentions
    assert [mention.text for mention in mentions] == texts
    assert {mention.thread_id for mention in mentions} == {f"x:{complaint.id}"}


def test_quotes_that_do_not_name_us_are_read_and_may_be_answered(sandbox, clock):
    ours = sandbox.world.add(Draft("x", X_ACCOUNT, "Ten new films"))
    theirs = sandbox.world.add(Draft("x", "ann", "Ten films of mine"))
    sandbox.world.add(Draft("x", "jane", "And none of them plays", quotes=ours.id))
    sandbox.world.add(Draft("x", "jane", "Nice", quotes=theirs.id))
    sandbox.world.add(Draft("x", X_ACCOUNT, "Look", quotes=ours.id))
    clock.advance(seconds=1)

    def read(kind):
        return x.connect(x_settings(sandbox), stream(kind=kind, target=X_ACCOUNT), clock=clock)(None).mentions

    assert read(SourceKind.MENTIONS) == (), "the timeline of mentions has them not"
    (quote,) = read(SourceKind.QUOTES)
    assert quote.text.startswith("And none of them plays")
    assert quote.summons == (X_ACCOUNT,)


@pytest.mark.parametrize(
    ("kind", "target", "texts"),
    [
        (SourceKind.SEARCH, "lumora", ["Lumora?\n\nIt is down"]),
        (SourceKind.SEARCH, "streaming: lumora", []),
        (SourceKind.NEW, "lumora+streaming", ["Lumora?\n\nIt is down"]),
        (SourceKind.COMMENTS, "lumora", ["Sorry!"]),
        (SourceKind.OWN_POSTS, REDDIT_ACCOUNT, ["Sorry!"]),
    ],
)
def test_every_kind_of_stream_of_reddit(sandbox, clock, kind, target, texts):
    post = sandbox.world.add(Draft("reddit", "jane", "It is down", title="Lumora?", community="lumora"))
    clock.advance(seconds=1)
    sandbox.world.add(Draft("reddit", REDDIT_ACCOUNT, "Sorry!", reply_to=post.id))
    wanted = listing(kind, target)
    mentions = reddit.connect(reddit_settings(sandbox), wanted, clock=clock)(None).mentions
    assert [mention.text for mention in mentions] == texts
    assert {mention.thread_id for mention in mentions} <= {f"reddit:{post.id}"}


def test_an_edit_and_a_late_post_of_the_sandbox_arrive(sandbox, clock):
    post = sandbox.world.add(Draft("x", "jane", "Lumroa is down, lumora!"))
    sandbox.world.add(Draft("x", "ann", "lumora, late", late=timedelta(seconds=60)))
    clock.advance(seconds=1)
    poll = x.connect(x_settings(sandbox), stream(target="lumora"), clock=clock)
    first = poll(None)
    assert [mention.text for mention in first.mentions] == ["Lumroa is down, lumora!"]
    clock.advance(seconds=70)
    sandbox.world.edit(post.id, "Lumora is down!")
    clock.advance(seconds=1)
    found = {mention.id: mention.text for mention in poll(first.cursor).mentions}
    assert found[first.mentions[0].id] == "Lumora is down!"
    assert "lumora, late" in found.values()


@pytest.mark.parametrize("community", ["lumorastaff", "freelumora", "nosuchplace"])
def test_a_subreddit_that_cannot_be_read_says_what_to_do(sandbox, clock, community):
    wanted = listing(SourceKind.NEW, community)
    with pytest.raises(PlatformError, match="stream"):
        reddit.connect(reddit_settings(sandbox), wanted, clock=clock)(None)


@pytest.mark.parametrize(
    ("kind", "target", "texts"),
    [
        (SourceKind.SEARCH, "lumora, ferry", ["Lumora is down", "the ferry!"]),
        (SourceKind.MENTIONS, BLUESKY_ACCOUNT, [f"hey @{BLUESKY_ACCOUNT}"]),
        (SourceKind.OWN_POSTS, BLUESKY_ACCOUNT, ["Sorry, jane!"]),
    ],
)
def test_every_kind_of_stream_of_bluesky(sandbox, clock, kind, target, texts):
    root = sandbox.world.add(Draft("bluesky", "jane.example", "Lumora is down"))
    for author, text in (
        ("ann.example", "the ferry!"),
        ("ann.example", f"hey @{BLUESKY_ACCOUNT}"),
        (BLUESKY_ACCOUNT, "Sorry, jane!"),
    ):
        clock.advance(seconds=1)
        sandbox.world.add(Draft("bluesky", author, text, reply_to=root.id))
    clock.advance(seconds=1)
    poll = bluesky.connect(bluesky_settings(sandbox), stream(platform="bluesky", kind=kind, target=target), clock=clock)
    mentions = poll(None).mentions
    wanted = [*texts, f"hey @{BLUESKY_ACCOUNT}"] if kind is SourceKind.SEARCH else texts
    assert [mention.text for mention in mentions] == wanted
    assert {mention.thread_id for mention in mentions} == {f"bluesky:{root.id}"}
    assert {mention.author.handle for mention in mentions} <= {"jane.example", "ann.example", BLUESKY_ACCOUNT}


def test_edits_deletions_and_late_posts_of_bluesky_arrive(sandbox, clock):
    kept, gone = (sandbox.world.add(Draft("bluesky", "jane.example", f"lumora {n}")) for n in range(2))
    sandbox.world.add(Draft("bluesky", "ann.example", "lumora, late", late=timedelta(seconds=60)))
    clock.advance(seconds=1)
    poll = bluesky.connect(bluesky_settings(sandbox), stream(platform="bluesky"), clock=clock)
    first = poll(None)
    assert [mention.text for mention in first.mentions] == ["lumora 0", "lumora 1"]
    clock.advance(seconds=70)
    sandbox.world.edit(kept.id, "lumora again")
    sandbox.world.delete(gone.id)
    second = poll(first.cursor)
    assert {mention.text: mention.edited_at for mention in second.mentions} == {
        "lumora again": clock(),
        "lumora, late": None,
    }
    assert [removal.mention_id for removal in second.removals] == [f"bluesky:{gone.id}"]


@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "malformed", "reset", "lost_ack"])
def test_a_jetstream_in_trouble_costs_no_post(sandbox, clock, kind):
    posts = []
    for n in range(20):
        posts.append(sandbox.world.add(Draft("bluesky", "jane.example", f"lumora {n}")))
        clock.advance(seconds=1)
    poll = bluesky.connect(bluesky_settings(sandbox), stream(platform="bluesky"), clock=clock)
    sandbox.bluesky_faults.add(kind, target="/subscribe", times=1)
    if kind == "lost_ack":
        batch = poll(None)
        assert batch.capped
    else:
        batch = Batch((), None)
        with pytest.raises(PlatformError, match=r"The next poll tries again\.$"):
            poll(None)
    mentions = (*batch.mentions, *poll(batch.cursor).mentions)
    assert {mention.id for mention in mentions} == {f"bluesky:{post.id}" for post in posts}
