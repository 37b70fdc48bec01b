"""What Stack Exchange is asked, how it is waited for, and what questions, answers and comments become."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.brand import Account, Brand, SourceKind
from domain.errors import CredentialsError, InputError, PlatformError, SettingsError
from listeners import stackexchange
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeStackExchange, HandClock
from tests.replay import json_reply

SITE = "stackoverflow.com"
SEARCH = stream(name="words", platform="stackexchange", target="lumora slow", places=(SITE,))
OWN = stream(name="ours", platform="stackexchange", kind=SourceKind.OWN_POSTS, target=f"{SITE}/42")


@pytest.fixture
def platform():
    with FakeStackExchange(HandClock()) as running:
        yield running


def question(**changes):
    values = {
        "question_id": 17,
        "title": "Why isn&#39;t Lumora &lt;fast&gt;?",
        "body": "<p>It waits.</p>\n<pre><code>a  &lt; b</code></pre>",
        "owner": {"user_id": 42, "display_name": "Jos&#233;", "link": "https://stackoverflow.com/users/42/jose"},
        "link": "https://stackoverflow.com/questions/17/why",
        "creation_date": 1_772_622_000,
        "last_edit_date": 1_772_625_600,
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def read(item):
    (mention,) = stackexchange.mentions_from_response({"items": [item], "has_more": False}, seen_at=NOON).mentions
    return mention


def paths(platform):
    return [asked.path.removeprefix("/2.3") for asked in platform.server.asked]


def test_a_question_is_its_title_and_its_text_without_markup():
    mention = read(question())
    assert mention.text == "Why isn't Lumora <fast>?\n\nIt waits.\n\na  < b"
    assert (mention.id, mention.thread_id) == ("stackexchange:stackoverflow.com/17",) * 2
    assert mention.url == "https://stackoverflow.com/q/17"
    assert (mention.author.user_id, mention.author.handle) == ("stackoverflow.com/42", "José")
    assert mention.edited_at == datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_an_answer_is_in_the_thread_of_its_question_and_a_comment_in_that_of_its_post():
    answer = read(question(answer_id=18, title=None))
    assert (answer.id, answer.url) == ("stackexchange:stackoverflow.com/18", "https://stackoverflow.com/a/18")
    assert (answer.thread_id, answer.reply_to) == ("stackexchange:stackoverflow.com/17",) * 2
    comment = read(question(comment_id=99, post_id=17, question_id=None, title=None))
    assert comment.id == "stackexchange:stackoverflow.com/comment/99"
    assert comment.thread_id == "stackexchange:stackoverflow.com/17"


def test_who_deleted_the_account_has_no_number_and_no_name_passes_for_an_account_of_ours():
    gone = read(question(owner={"display_name": "user7", "user_type": "does_not_exist"}))
    assert (gone.author.user_id, gone.author.url) == ("stackoverflow.com/user7", "")
    lumora = Brand("Lumora", accounts=(Account("stackexchange", "stackoverflow.com/42"),))
    assert lumora.wrote_as(read(question()).author)
    owner = {"user_id": 7, "display_name": "stackoverflow.com/42"}
    assert not lumora.wrote_as(read(question(owner=owner)).author)


@pytest.mark.parametrize("missing", ["question_id", "title", "creation_date"])
def test_a_malformed_question_is_named(missing):
    with pytest.raises(InputError, match=f"`{missing}` is missing"):
        read(question(**{missing: None}))


def test_a_body_that_does_not_say_its_site_is_refused_and_excerpts_are_passed_over():
    with pytest.raises(InputError, match="no link tells of which site it is"):
        read(question(link=None, owner={}))
    excerpts = {"items": [{"question_id": 1, "excerpt": "some words"}]}
    assert stackexchange.mentions_from_response(excerpts, seen_at=NOON).mentions == ()


def test_answers_to_tagged_questions_are_read_however_old_the_question_is(platform):
    asked = platform.publish("Why?", ago=timedelta(days=200))
    recent = platform.publish("How?", ago=timedelta(hours=5))
    platform.answer(asked, "Because", number=80_000_000)
    poll = platform.poll()
    batch = poll(None)
    assert [m.id for m in batch.mentions] == [recent, f"stackexchange:{SITE}/80000000"], "an old question is no news"
    platform.clock.advance(hours=2)
    platform.answer(recent, "Thus", number=80_000_001)
    by_id = {m.id: m for m in poll(batch.cursor).mentions}
    assert by_id[f"stackexchange:{SITE}/80000001"].thread_id == recent


def test_a_search_finds_questions_and_answers_and_asks_for_their_whole_texts(platform):
    asked = platform.publish("lumora is slow")
    platform.answer(asked, "lumora is slow here", number=80_000_000)
    batch = platform.poll(SEARCH)(None)
    assert [m.text for m in batch.mentions] == ["lumora is slow", "lumora is slow here"]
    assert paths(platform) == ["/search/excerpts", "/questions/70000000", "/answers/80000000"]
    first = platform.server.asked[0].query
    assert (first["q"], first["sort"], first["key"]) == ("lumora slow", "creation", "token-canary")
    assert {"fromdate"} <= set(first)


def test_own_answers_and_comments_are_read_by_number(platform):
    asked = platform.publish("Why?")
    platform.answer(asked, "Because", number=80_000_000, by=42)
    platform.answer(asked, "Nobody knows", number=80_000_001, by=43)
    owner = {"user_id": 42, "display_name": "Lumora"}
    platform.comments.append(
        {"comment_id": 9, "post_id": 70_000_000, "owner": owner, "body": "See below", "creation_date": 1_772_625_600}
    )
    batch = platform.poll(OWN)(None)
    assert {m.text for m in batch.mentions} == {"Because", "See below"}
    assert {m.thread_id for m in batch.mentions} == {asked}
    assert {m.author.user_id for m in batch.mentions} == {f"{SITE}/42"}


@pytest.mark.parametrize("account", ["42", "lumora", f"{SITE}/jane", "stackoverflow/42", f"https://{SITE}/users/42"])
def test_an_account_that_is_no_site_and_number_is_refused(account):
    with pytest.raises(SettingsError, match=r"as in stackoverflow\.com/22656"):
        stackexchange.connect(stackexchange.Settings(), replace(OWN, target=account), clock=HandClock())


@pytest.mark.parametrize("place", ["stackoverflow", "https://stackoverflow.com", "Stackoverflow.com/"])
def test_a_place_that_is_no_site_is_refused(place):
    with pytest.raises(SettingsError, match=r"as in stackoverflow\.com"):
        stackexchange.connect(stackexchange.Settings(), replace(SEARCH, places=(place,)), clock=HandClock())


def test_a_backoff_holds_up_its_own_method_only(platform):
    asked = platform.publish("Why?")
    platform.answer(asked, "Because", number=80_000_000)
    platform.wrapper["/questions"] = {"backoff": 30}
    poll = platform.poll()
    batch = poll(None)
    assert len(batch.mentions) == 2, "answers are another method"
    calls = len(platform.server.asked)
    platform.clock.advance(seconds=29)
    with pytest.raises(PlatformError, match="quota is used up for 1 s") as raised:
        poll(batch.cursor)
    assert (raised.value.retry_after, len(platform.server.asked)) == (1.0, calls)
    platform.clock.advance(seconds=1)
    poll(batch.cursor)


def test_a_throttled_address_waits_as_long_as_the_message_says(platform):
    message = "too many requests from this IP, more requests available in 52180 seconds"
    error = {"error_id": 502, "error_message": message, "error_name": "throttle_violation"}
    platform.failures.append(json_reply(error, status=400))
    with pytest.raises(PlatformError) as raised:
        platform.poll()(None)
    assert raised.value.retry_after == pytest.approx(52_180, abs=1)
    assert not isinstance(raised.value, CredentialsError)


@pytest.mark.parametrize(
    ("message", "kind", "says"),
    [
        ("`key` doesn't match a known application", CredentialsError, "STACKEXCHANGE_KEY"),
        ("No site found for name `stackoverfow`", PlatformError, "Write the stream's places"),
    ],
)
def test_a_bad_parameter_says_what_to_mend(platform, message, kind, says):
    error = {"error_id": 400, "error_message": message, "error_name": "bad_parameter"}
    platform.failures.append(json_reply(error, status=400))
    with pytest.raises(kind, match=says):
        platform.poll()(None)


def test_check_tells_how_many_requests_are_left(platform):
    assert stackexchange.check(platform.settings()) == "Stack Exchange accepts the key; 9950 requests are left today."
    assert "without a key" in stackexchange.check(platform.settings(key=""))
