"""What Reddit is asked, how deep its listings are, and what its refusals mean."""

from datetime import timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import CredentialsError, CursorTooOldError, PlatformError
from listeners.reddit import check
from tests.builders import listing
from tests.listeners.platforms import FakeReddit, HandClock
from tests.replay import Reply, json_reply


@pytest.fixture
def platform():
    with FakeReddit(HandClock()) as fake:
        yield fake


def reading(kind, target):
    return listing(kind, target)


@pytest.mark.parametrize(
    ("kind", "target", "path", "query"),
    [
        (SourceKind.NEW, "lumora+streaming", "/r/lumora+streaming/new", {}),
        (SourceKind.COMMENTS, "lumora", "/r/lumora/comments", {}),
        (SourceKind.OWN_POSTS, "LumoraHelp", "/user/LumoraHelp/comments", {"sort": "new"}),
        (SourceKind.OWN_POSTS, "u/LumoraHelp", "/user/LumoraHelp/comments", {"sort": "new"}),
        (SourceKind.SEARCH, 'lumora OR "lu mora"', "/r/all/search", {"q": 'lumora OR "lu mora"', "restrict_sr": "off"}),
        (SourceKind.SEARCH, "a_b+c: lumora", "/r/a_b+c/search", {"q": "lumora", "restrict_sr": "on", "sort": "new"}),
        (SourceKind.SEARCH, "title:lumora", "/r/all/search", {"q": "title:lumora"}),
    ],
)
def test_every_kind_of_stream_is_a_listing(platform, kind, target, path, query):
    platform.poll(reading(kind, target))(None)
    (asked,) = platform.listed()
    assert asked.path == path
    assert asked.query.items() >= {"limit": "100", "raw_json": "1", **query}.items()
    assert asked.headers["Authorization"] == "bearer token-canary"
    assert asked.headers["User-Agent"].startswith("python:earshot:0.1.0 (by /u/nobody)")


def test_the_token_is_fetched_once(platform):
    poll = platform.poll()
    poll(None)
    poll(None)
    assert [asked.path for asked in platform.server.asked] == ["/api/v1/access_token", "/r/lumora/new", "/r/lumora/new"]


def test_a_revoked_token_is_fetched_anew(platform):
    published = platform.publish("lumora")
    poll = platform.poll()
    poll(None)
    platform.failures.append(json_reply({"message": "Unauthorized"}, status=401))
    assert [mention.id for mention in poll(None).mentions] == [published]
    assert [asked.path for asked in platform.server.asked].count("/api/v1/access_token") == 2


def test_an_edit_beyond_the_overlap_is_seen_as_long_as_it_is_on_the_page(platform):
    published = platform.publish("tpyo")
    poll = platform.poll()
    cursor = poll(None).cursor
    platform.clock.advance(hours=8)
    platform.publish("lumora")
    platform.edit(published, "typo")
    assert "typo" in {mention.text for mention in poll(cursor).mentions}


def test_a_place_that_was_deleted_is_found_again_from_the_top(platform):
    published = [platform.publish(f"lumora {n}", ago=timedelta(hours=9) - timedelta(minutes=n)) for n in range(250)]
    poll = platform.poll(max_pages=1)
    first = poll(None)
    assert first.capped
    assert published[150].endswith(platform.items[150].id)
    del platform.items[150]  # the post after which the rest is asked for
    seen, cursor = {mention.id for mention in first.mentions}, first.cursor
    for _ in range(10):
        batch = poll(cursor)
        seen |= {mention.id for mention in batch.mentions}
        cursor = batch.cursor
    assert seen == set(published)
    assert not batch.capped


def test_a_listing_that_is_too_short_for_what_was_missed_says_so_once(platform):
    platform.depth = 300
    platform.publish("long ago")
    poll = platform.poll()
    cursor = poll(None).cursor
    for n in range(400):
        platform.publish(f"lumora {n}", ago=timedelta(seconds=-n - 1))
    platform.clock.advance(hours=1)
    with pytest.raises(
        CursorTooOldError, match=r"r/lumora may be missed. It was read up to 2026-03-04 12:00"
    ) as raised:
        poll(cursor)
    error = raised.value
    assert error.since is not None
    assert error.until is not None
    assert timedelta(0) <= error.since - platform.clock() + timedelta(hours=1) < timedelta(seconds=2)
    assert error.until - error.since == timedelta(seconds=101)  # of 400 posts, a second apart, 300 are listed
    batch = poll(cursor)
    assert len(batch.mentions) == 300
    assert poll(batch.cursor).mentions


def test_a_short_history_is_no_loss(platform):
    for n in range(3):
        platform.publish(f"lumora {n}")
    poll = platform.poll()
    cursor = poll(None).cursor
    platform.items.clear()
    platform.clock.advance(hours=1)
    platform.publish("only this is left")
    assert len(poll(cursor).mentions) == 1


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(302, headers={"location": "/subreddits/search?q=nosuch"}), "no such subreddit"),
        (json_reply({"reason": "private"}, status=403), "private or quarantined"),
        (json_reply({"reason": "banned"}, status=404), "banned, or the account is gone"),
        (Reply(400, b"<html>400</html>"), "Mend the stream"),
        (json_reply({}, status=418), "tries again"),
        (Reply(415, b"<html>415</html>"), "tries again"),
    ],
)
def test_every_refusal_says_what_to_do(platform, reply, says):
    platform.failures.append(reply)
    with pytest.raises(PlatformError, match=says) as raised:
        platform.poll()(None)
    assert not isinstance(raised.value, CredentialsError)


@pytest.mark.parametrize(
    "token",
    [
        json_reply({"error": "invalid_grant"}),
        json_reply({"error": "unsupported_grant_type", "error_description": "no"}),
        json_reply({"message": "Unauthorized", "error": 401}, status=401),
        json_reply({"message": "Forbidden", "error": 403}, status=403),
    ],
)
def test_a_refused_app_is_told_apart(platform, token):
    platform._other = lambda asked: token
    with pytest.raises(CredentialsError, match=r"REDDIT_CLIENT_ID.*prefs/apps"):
        check(platform.settings())


@pytest.mark.parametrize("token", [Reply(), json_reply({}), json_reply([]), json_reply("x"), Reply(503), Reply(429)])
def test_a_token_that_is_none_is_a_failure_and_nobodys_fault(platform, token):
    answer = platform._other
    platform._other = lambda asked: token
    poll = platform.poll()
    with pytest.raises(PlatformError, match="tries again") as raised:
        poll(None)
    assert not isinstance(raised.value, CredentialsError)
    platform._other = answer
    assert poll(None).mentions == ()


def test_a_listing_that_refuses_the_token_for_ever_blames_the_credentials(platform):
    platform.failures.extend([json_reply({"message": "Unauthorized"}, status=401)] * 3)
    with pytest.raises(CredentialsError, match="401"):
        platform.poll()(None)
