"""What GitHub is asked, how its limits are told from refused tokens, and what its posts become."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import CredentialsError, InputError, PlatformError, SettingsError
from listeners import github
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeGitHub, HandClock
from tests.replay import json_reply

NEW = stream(name="our repo", platform="github", kind=SourceKind.NEW, target="", places=("lumora/app",))
OWN = stream(name="ours", platform="github", kind=SourceKind.OWN_POSTS, target="lumora")


@pytest.fixture
def platform():
    with FakeGitHub(HandClock()) as running:
        yield running


def issue(**changes):
    values = {
        "id": 900,
        "number": 17,
        "title": "Crashes",
        "body": "<!-- Tell us\nwhat happened -->\r\nIt **freezes**.\r\n\r\n<!-- version -->1.8",
        "user": {"login": "jane", "id": 5, "type": "User", "html_url": "https://github.com/jane"},
        "repository_url": "https://api.github.com/repos/Lumora/App",
        "html_url": "https://github.com/Lumora/App/issues/17",
        "created_at": "2026-03-04T11:00:00Z",
        "updated_at": "2026-03-04T12:00:00Z",
    }
    return {name: value for name, value in (values | changes).items() if name not in changes or value is not ...}


def comment(**changes):
    values = {
        "id": 33,
        "user": {"login": "joe", "id": 6, "type": "User"},
        "body": "me too",
        "issue_url": "https://api.github.com/repos/Lumora/App/issues/17",
        "html_url": "https://github.com/Lumora/App/issues/17#issuecomment-33",
        "created_at": "2026-03-04T11:30:00Z",
        "updated_at": "2026-03-04T11:45:00Z",
    }
    return values | changes


def read(body):
    return github.mentions_from_response(body, seen_at=NOON).mentions


def post(database_id, text, **changes):
    address = "https://github.com/lumora/app/discussions/40"
    author = {"__typename": "User", "login": "jane", "url": "https://github.com/jane", "databaseId": 5}
    times = {"createdAt": "2026-03-04T11:00:00Z", "lastEditedAt": None}
    return {"databaseId": database_id, "url": address, "body": text, "author": author, **times, **changes}


def discussion():
    replies = [post(3, "a reply", author={"__typename": "Bot", "login": "helper", "databaseId": 8, "url": ""})]
    comments = [
        post(2, "a comment", replies={"nodes": replies}, lastEditedAt="2026-03-04T11:20:00Z"),
        post(4, "another", replies={"nodes": []}, author=None),
    ]
    whole = post(1, "How do I?", number=40, title="Help", updatedAt="2026-03-04T11:30:00Z")
    return whole | {"comments": {"nodes": comments}}


def test_an_issue_is_its_title_and_its_text_without_what_its_template_says():
    (mention,) = read({"items": [issue()]})
    assert mention.text == "Crashes\n\nIt **freezes**.\n\n1.8"
    assert (mention.id, mention.thread_id) == ("github:lumora/app#17",) * 2
    assert mention.url == "https://github.com/Lumora/App/issues/17"
    assert (mention.author.key, mention.author.handle) == ("github:5", "jane")
    assert mention.edited_at is None, "updated_at moves with every comment"


def test_comments_are_in_the_thread_of_their_issue_and_say_when_they_were_edited():
    (mention,) = read([comment()])
    assert mention.id == "github:lumora/app#17/33"
    assert (mention.thread_id, mention.reply_to) == ("github:lumora/app#17",) * 2
    assert mention.edited_at == datetime(2026, 3, 4, 11, 45, tzinfo=UTC)


def test_bots_are_automated_and_who_is_gone_is_the_ghost():
    robot = {"login": "dependabot[bot]", "id": 9, "type": "Bot"}
    assert [m.author.automated for m in read([issue(user=robot), comment()])] == [True, False]
    (ghost,) = read([comment(user=None)])
    assert (ghost.author.handle, ghost.author.key) == ("ghost", "github:10137")


def test_discussions_come_with_comments_and_replies():
    body = {"data": {"repository": {"discussions": {"nodes": [discussion()]}}}}
    by_id = {m.id.partition("#")[2]: m for m in read(body)}
    assert {own: m.text for own, m in by_id.items()} == {
        "40": "Help\n\nHow do I?",
        "40/2": "a comment",
        "40/3": "a reply",
        "40/4": "another",
    }
    assert by_id["40/3"].reply_to == "github:lumora/app#40/2"
    assert {m.thread_id for m in by_id.values()} == {"github:lumora/app#40"}
    assert by_id["40/3"].author.automated
    assert by_id["40/4"].author.handle == "ghost"
    assert by_id["40/2"].edited_at == datetime(2026, 3, 4, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("missing", ["number", "title", "user", "created_at", "repository_url"])
def test_a_malformed_issue_is_named(missing):
    with pytest.raises(InputError, match=f"900 cannot be read: `{missing}` is missing"):
        read({"items": [issue(**{missing: ...})]})


def test_a_repository_is_read_with_comments_and_discussions(platform):
    old = platform.publish("old", ago=timedelta(days=90))
    new = platform.publish("new", ago=timedelta(hours=1))
    platform.comment(old, "still there", number=33)
    platform.discussions.append(discussion())
    batch = platform.poll(NEW)(None)
    found = {m.id for m in batch.mentions}
    assert {new, f"{old}/33", "github:lumora/app#40", "github:lumora/app#40/3"} <= found
    assert old not in found, "an old issue that is commented on is no news itself"
    assert batch.failing == ""


def test_discussions_are_left_out_without_a_token(platform):
    platform.discussions.append(discussion())
    assert platform.poll(NEW, token="")(None).mentions == ()
    assert "/graphql" not in {asked.path for asked in platform.server.asked}


def test_an_error_of_graphql_holds_up_nothing_else_and_is_told(platform):
    published = platform.publish("new")
    answer = platform._other
    error = json_reply({"data": None, "errors": [{"type": "NOT_FOUND", "message": "secret words"}]})
    platform._other = lambda asked: error if asked.path == "/graphql" else answer(asked)
    batch = platform.poll(NEW)(None)
    assert [m.id for m in batch.mentions] == [published]
    assert "answers NOT_FOUND about the discussions of lumora/app" in batch.failing


def test_a_list_by_number_of_page_loses_nothing_when_posts_are_deleted_between_polls(platform):
    published = [platform.publish(f"{n}", ago=timedelta(minutes=600 - n)) for n in range(450)]
    poll = platform.poll(NEW, max_pages=1)
    first = poll(None)
    for gone in published[-60:-10]:
        platform.remove(gone)
    seen, cursor = {m.id for m in first.mentions}, first.cursor
    for _ in range(8):
        batch = poll(cursor)
        seen, cursor = seen | {m.id for m in batch.mentions}, batch.cursor
    assert seen == set(published)
    assert not batch.capped


def test_own_issues_and_comments_stop_the_clock(platform):
    theirs = platform.publish("Crashes", ago=timedelta(days=3))
    other = platform.publish("Other", ago=timedelta(days=1))
    ours = platform.publish("Known faults", author="lumora")
    platform.comment(theirs, "We are on it", number=33, by="lumora")
    platform.comment(theirs, "thanks", number=34, by="jane")
    platform.comment(other, "me too", number=35, by="jane")
    poll = platform.poll(OWN)
    batch = poll(None)
    assert {m.id for m in batch.mentions} == {ours, f"{theirs}/33"}
    platform.clock.advance(hours=1)
    platform.comment(theirs, "Mended", number=36, by="lumora")
    assert f"{theirs}/36" in {m.id for m in poll(batch.cursor).mentions}


@pytest.mark.parametrize("headers", [{"retry-after": "90"}, {"x-ratelimit-remaining": "0"}, {}])
def test_a_limit_is_told_from_a_refused_token_though_both_are_403(platform, headers):
    body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
    if "x-ratelimit-remaining" in headers:
        headers = headers | {"x-ratelimit-reset": str(int(platform.clock().timestamp()) + 90)}
        body = {"message": "No."}
    platform.failures.append(json_reply(body, status=403, headers=headers))
    poll = platform.poll()
    with pytest.raises(PlatformError) as raised:
        poll(None)
    assert not isinstance(raised.value, CredentialsError)
    assert raised.value.retry_after == pytest.approx(90 if headers else 60, abs=1)
    asked = len(platform.server.asked)
    with pytest.raises(PlatformError, match="quota is used up"):
        poll(None)
    assert len(platform.server.asked) == asked


def test_a_search_that_github_did_not_finish_is_no_news(platform):
    platform.publish("lumora")
    poll = platform.poll()
    platform.extra = {"incomplete_results": True}
    with pytest.raises(PlatformError, match="did not finish the search"):
        poll(None)
    platform.extra = {}
    assert len(poll(None).mentions) == 1


@pytest.mark.parametrize("query", ["lumora sort:updated", "created:>2026-01-01 lumora", "lumora Updated:2026-01-01"])
def test_a_query_that_says_what_earshot_says_itself_is_refused(query):
    with pytest.raises(SettingsError, match="Earshot writes these itself"):
        github.connect(github.Settings(), replace(FakeGitHub.stream, target=query), clock=HandClock())


@pytest.mark.parametrize("place", ["lumora", "https://github.com/lumora/app", "lumora/app/issues", "../x y"])
def test_a_place_that_is_no_repository_is_refused(place):
    with pytest.raises(SettingsError, match="write owner/repository"):
        github.connect(github.Settings(), replace(NEW, places=(place,)), clock=HandClock())


def test_check_asks_for_every_repository(platform):
    assert github.check(platform.settings(places=("lumora/app",))) == "GitHub accepts the token."
    with pytest.raises(PlatformError, match=r"404 .*may GITHUB_TOKEN see it"):
        github.check(platform.settings(places=("lumora/ap",)))
