"""What names our account on Reddit, and what comments answer, as the sandbox and recordings tell it."""

from dataclasses import replace

import pytest

from domain.brand import SourceKind
from domain.errors import CredentialsError, PlatformError, SettingsError
from domain.mention import Removal
from listeners import reddit
from listeners.reddit.things import mentions_from_response
from sandbox.server import (
    REDDIT_ACCOUNT,
    REDDIT_CLIENT_ID,
    REDDIT_CLIENT_SECRET,
    REDDIT_REFRESH_TOKEN,
    Sandbox,
)
from sandbox.world import Draft
from tests.builders import listing
from tests.listeners.platforms import HandClock
from tests.replay import Interaction, interactions, json_reply, replaying
from tests.shared import SHARED

INBOX = listing(SourceKind.MENTIONS, REDDIT_ACCOUNT)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def connect(sandbox, clock):
    def connect(stream, **changes):
        own = reddit.Settings(
            REDDIT_CLIENT_ID,
            REDDIT_CLIENT_SECRET,
            "python:earshot:0.1.0 (by /u/nobody)",
            oauth_url=sandbox.reddit_oauth_url,
            reddit_url=sandbox.reddit_url,
            refresh_token=REDDIT_REFRESH_TOKEN,
        )
        return reddit.connect(replace(own, **changes), stream, clock=clock)

    return connect


def discuss(sandbox, clock):
    """Publish a question elsewhere, a comment that names us, others that do not, and one of ours."""
    post = sandbox.world.add(Draft("reddit", "ann", "", title="Which app do you use?", community="cordcutters"))
    clock.advance(seconds=1)
    named = sandbox.world.add(Draft("reddit", "jane", f"u/{REDDIT_ACCOUNT.lower()} it is down", reply_to=post.id))
    clock.advance(seconds=1)
    for by, text in (("bob", f"u/{REDDIT_ACCOUNT}2 is fine"), (REDDIT_ACCOUNT, f"I am u/{REDDIT_ACCOUNT}")):
        sandbox.world.add(Draft("reddit", by, text, reply_to=named.id))
    clock.advance(seconds=1)
    return post, named


def test_comments_elsewhere_that_name_our_account_are_read(sandbox, clock, connect):
    post, named = discuss(sandbox, clock)
    poll = connect(INBOX)
    first = poll(None)
    (mention,) = first.mentions
    assert (mention.id, mention.thread_id) == (f"reddit:{named.id}", f"reddit:{post.id}")
    assert (mention.context.author.handle, mention.context.text) == ("ann", "Which app do you use?")
    clock.advance(hours=1)
    sandbox.world.add(Draft("reddit", "bob", f"/u/{REDDIT_ACCOUNT}?", reply_to=named.id))
    clock.advance(seconds=1)
    assert poll(first.cursor).mentions[-1].text == f"/u/{REDDIT_ACCOUNT}?"


def test_the_inbox_of_another_account_is_not_read(sandbox, clock, connect):
    discuss(sandbox, clock)
    with pytest.raises(CredentialsError, match=f"of the account {REDDIT_ACCOUNT}.*that of kinobox"):
        connect(replace(INBOX, target="kinobox"))(None)
    assert connect(replace(INBOX, target=f"u/{REDDIT_ACCOUNT.upper()}"))(None).mentions


def test_an_inbox_needs_the_accounts_own_sign_in_and_its_scope(sandbox, clock, connect):
    with pytest.raises(SettingsError, match="REDDIT_REFRESH_TOKEN"):
        connect(INBOX, refresh_token="")
    poll = connect(INBOX)
    poll(None)
    sandbox.reddit_faults.add("server_error", target="/message/mentions", times=1)
    with pytest.raises(PlatformError, match="tries again"):
        poll(None)


def test_what_a_comment_answers_is_asked_for_once(sandbox, clock, connect, monkeypatch):
    post, named = discuss(sandbox, clock)
    asked: list[str] = []
    monkeypatch.setattr(sandbox.reddit_faults, "draw", asked.append)
    poll = connect(listing(SourceKind.COMMENTS, "cordcutters"))
    first = poll(None)
    contexts = {mention.id: mention.context for mention in first.mentions}
    assert contexts[f"reddit:{named.id}"].text == "Which app do you use?"
    assert [context for one, context in contexts.items() if one != f"reddit:{named.id}"] == [None, None], (
        "what they answer is among them"
    )
    poll(first.cursor)
    assert len([path for path in asked if path == "GET /reddit/api/info"]) == 1
    clock.advance(hours=2)
    sandbox.world.delete(post.id)
    again = poll(first.cursor)
    assert again.removals == (Removal(f"reddit:{post.id}", clock()),)
    assert {mention.context for mention in again.mentions} == {None}


@pytest.mark.parametrize("kind", ["server_error", "ratelimited", "malformed", "reset"])
def test_no_comment_waits_for_what_it_answers(sandbox, clock, connect, kind):
    discuss(sandbox, clock)
    sandbox.reddit_faults.add(kind, target="/api/info", times=1)
    assert len(connect(listing(SourceKind.COMMENTS, "cordcutters"))(None).mentions) == 3


def test_our_own_comments_answer_what_is_known_already(sandbox, clock, connect):
    discuss(sandbox, clock)
    (own,) = connect(listing(SourceKind.OWN_POSTS, REDDIT_ACCOUNT))(None).mentions
    assert own.context is None


def test_a_recorded_inbox_is_read_through_the_socket(clock):
    cassette = SHARED / "fixtures" / "reddit" / "TestInbox.test_mentions.json"
    if not cassette.exists():
        pytest.skip("no recorded payloads here")
    recorded = interactions(cassette)
    (inbox,) = [one for one in recorded if "message/mentions" in one.url]
    me = Interaction("GET", "https://oauth.reddit.com/api/v1/me", json_reply({"name": "somebody", "id": "1"}))
    with replaying([*recorded, me]) as server:
        own = reddit.Settings(
            "id", "secret", "python:earshot:0.1.0 (by /u/x)", server.url, server.url, refresh_token="r", max_pages=1
        )
        read = reddit.connect(own, replace(INBOX, target="somebody"), clock=clock)(None)
    found = mentions_from_response(inbox.reply.plain, seen_at=clock())
    assert read.mentions == found.mentions != ()
    assert read.removals == found.removals
