"""What the platforms' refusals of a reply become, told by a scripted server that counts how often it is asked."""

from typing import Any

import pytest

import listeners
from domain.errors import ReplyRateLimited, ReplyRejected, ReplyUnknown
from domain.mention import MentionId
from listeners import reddit, x
from tests.builders import NOON, author, mention
from tests.listeners.platforms import HandClock
from tests.replay import Asked, Reply, Server, interactions, json_reply
from tests.shared import shared_file

ME = {
    "x": {"data": {"id": "900", "username": "lumora", "name": "Lumora"}},
    "reddit": {"id": "help", "name": "LumoraHelp"},
}
TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
ASKED = {
    "x": mention("@lumora help", id=MentionId("x:1456012973835788290"), summons=("lumora",)),
    "reddit": mention("Help", by=author(platform="reddit"), id=MentionId("reddit:t1_d1616q2")),
}


class Scripted:
    """A platform that knows who we are, answers every POST with `answer`, and lists `own` as our posts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.answer = Reply(500)
        self.own: Any = {"data": [], "meta": {}} if name == "x" else {"kind": "Listing", "data": {"children": []}}
        self.server = Server(self._answer)

    def _answer(self, asked: Asked) -> Reply:
        if asked.path.endswith("/access_token"):
            return json_reply(TOKEN)
        if asked.method == "POST":
            return self.answer
        return json_reply(ME[self.name] if asked.path.endswith("/me") else self.own)

    @property
    def posts(self) -> int:
        tokens = [asked for asked in self.server.asked if asked.path.endswith("/access_token")]
        return sum(asked.method == "POST" for asked in self.server.asked) - len(tokens)

    def send(self, answer: Reply, text: str = "Sorry!", **settings: Any):
        self.answer = answer
        return self.replier(**settings).send(ASKED[self.name], text)

    def replier(self, **changes: Any):
        if self.name == "x":
            own: Any = x.Settings(
                **{"bearer_token": "b", "api_key": "k", "api_secret": "s", "access_token": "900-t"}
                | {"access_secret": "a", "accounts": ("lumora",), "api_url": self.server.url}
                | changes
            )
        else:
            own = reddit.Settings(
                **{"client_id": "i", "client_secret": "s", "user_agent": "python:earshot:0 (by /u/n)"}
                | {
                    "refresh_token": "r",
                    "accounts": ("LumoraHelp",),
                    "oauth_url": self.server.url,
                    "reddit_url": self.server.url,
                }
                | changes
            )
        return listeners.load(self.name).replier(own, clock=HandClock())


@pytest.fixture
def on_x():
    scripted = Scripted("x")
    with scripted.server:
        yield scripted


@pytest.fixture
def on_reddit():
    scripted = Scripted("reddit")
    with scripted.server:
        yield scripted


@pytest.fixture(params=["reddit", "x"])
def platform(request):
    scripted = Scripted(request.param)
    with scripted.server:
        yield scripted


NEVER_TWICE = {
    "a refused token": (Reply(401), ReplyRejected),
    "no time": (Reply(408), ReplyUnknown),
    "too many": (Reply(429), ReplyRateLimited),
    "an error": (Reply(500), ReplyUnknown),
    "a bad gateway": (Reply(502, b"<html>"), ReplyUnknown),
    "a dropped connection": (Reply(drop=True), ReplyUnknown),
    "no answer": (Reply(hang=5), ReplyUnknown),
    "a redirection": (Reply(304), ReplyUnknown),
    "an empty answer": (Reply(), ReplyUnknown),
    "another page": (Reply(body=b"<html>It works!</html>"), ReplyUnknown),
    "half an answer": (Reply(body=b'{"data": {"id": "1'), ReplyUnknown),
    "an array": (json_reply([]), ReplyUnknown),
    "an answer of somebody else": (json_reply({"ok": True}), ReplyUnknown),
    "an answer without the post": (json_reply({"data": {}, "json": {"errors": [], "data": {}}}), ReplyUnknown),
}


@pytest.mark.parametrize("case", NEVER_TWICE)
def test_no_library_sends_a_second_time_by_itself(platform, case):
    answer, error = NEVER_TWICE[case]
    with pytest.raises(error):
        platform.send(answer, **({"timeout_seconds": 1.0} if answer.hang else {}))
    assert platform.posts == 1


def problem(status: int, detail: str, **headers: str) -> Reply:
    body = {"title": "Forbidden", "detail": detail, "type": "about:blank", "status": status}
    return json_reply(body, status=status, headers=headers)


X_REFUSALS = [
    (403, "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged.",
     "not_summoned", "open the post"),
    (403, "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
     "permissions", "make its access token anew"),
    (403, "You attempted to reply to a Tweet that is deleted or not visible to you.", "gone", "another way"),
    (403, "Your account is suspended and is not permitted to access this feature.", "403", "suspended"),
    (400, "Your Tweet text is too long. For more information see https://github.com/twitter/twitter-text.",
     "too_long", "Shorten"),
    (401, "Unauthorized", "401", "X_ACCESS_TOKEN"),
    (402, "Your enrolled account does not have any credits.", "402", "console.x.com"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "detail", "code", "mend"), X_REFUSALS)
def test_refusals_of_x_say_how_to_mend_them(on_x, status, detail, code, mend):
    with pytest.raises(ReplyRejected, match=mend) as raised:
        on_x.send(problem(status, detail))
    assert (raised.value.code, raised.value.platform) == (code, "x")


def test_x_says_when_it_may_be_asked_again(on_x):
    reset = str(int(HandClock()().timestamp()) + 300)
    on_x.answer = problem(429, "Too Many Requests", **{"x-rate-limit-reset": reset})
    replier = on_x.replier()
    for _ in range(2):
        with pytest.raises(ReplyRateLimited) as raised:
            replier.send(ASKED["x"], "Sorry!")
        assert raised.value.retry_after == pytest.approx(300)
    assert on_x.posts == 1, "X is left alone until then"
    assert replier.find(ASKED["x"], "Sorry!", since=NOON) is None, "reading goes on"


DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


def test_a_duplicate_that_is_not_below_this_post_leaves_the_question_open(on_x):
    on_x.own = {"data": [{"id": "1456012973835788293", "text": "@jane Sorry!"}], "meta": {}}
    with pytest.raises(ReplyUnknown, match="duplicate") as raised:
        on_x.send(problem(403, DUPLICATE))
    assert raised.value.code == "duplicate"


def answered(text: str, **more: Any) -> dict[str, Any]:
    to = {"type": "replied_to", "id": "1456012973835788290"}
    return {"data": [{"id": "1456012973835788293", "text": text, "referenced_tweets": [to], **more}], "meta": {}}


def test_links_that_x_shortened_and_names_that_it_put_in_front_are_no_difference(on_x):
    links = {"urls": [{"url": "https://t.co/Ab1", "expanded_url": "http://lumora.example/help"}]}
    on_x.own = answered("@jane @ann Sorry &amp; see https://t.co/Ab1", entities=links)
    find = on_x.replier().find
    for words in ("Sorry & see lumora.example/help", "@ann Sorry & see http://lumora.example/help "):
        assert find(ASKED["x"], words, since=NOON).id == "x:1456012973835788293"
    for words in ("see lumora.example/help", "Sorry & see", "@bob Sorry & see lumora.example/help"):
        assert find(ASKED["x"], words, since=NOON) is None


def form(*errors: list[str | None]) -> Reply:
    return json_reply({"json": {"errors": list(errors)}})


WAITS = [
    ("Looks like you've been doing that a lot. Take a break for 9 minutes before trying again.", 540.0),
    ("you are doing that too much. try again in 1 second.", 1.0),
    ("try again in 30 seconds.", 30.0),
    ("try again in 725 milliseconds.", 0.725),
    ("try again in 2 hours.", 7200.0),
    ("try again later.", None),
]


@pytest.mark.parametrize(("words", "wait"), WAITS)
def test_reddits_wait_is_read_and_left_to_the_caller(on_reddit, words, wait):
    with pytest.raises(ReplyRateLimited, match="Nothing was posted") as raised:
        on_reddit.send(form(["RATELIMIT", words, "ratelimit"]))
    assert raised.value.retry_after == (None if wait is None else pytest.approx(wait))
    assert on_reddit.posts == 1


REDDIT_REFUSALS = [
    ("THREAD_LOCKED", "Comments are locked", "nobody can answer"),
    ("TOO_OLD", "that's a piece of history now; it's too late to reply to it", "archived"),
    ("DELETED_COMMENT", "that comment has been deleted", "gone"),
    ("SUBREDDIT_NOTALLOWED", "you aren't allowed to post there.", "moderators"),
    ("BANNED_FROM_SUBREDDIT", "that user is banned", "moderators"),
    ("SOMETHING_NEW", "whatever it is", "whatever it is.*Open the post"),
]


@pytest.mark.parametrize(("code", "words", "mend"), REDDIT_REFUSALS)
def test_refusals_of_reddit_say_how_to_mend_them(on_reddit, code, words, mend):
    with pytest.raises(ReplyRejected, match=mend) as raised:
        on_reddit.send(form([code, words, "parent"]))
    assert (raised.value.code, raised.value.platform) == (code, "reddit")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, {"message": "Forbidden", "error": 403}, "403"),
        (404, {"message": "Not Found", "error": 404}, "404"),
        (400, {"reason": "TOO_LONG", "explanation": "this is too long", "fields": ["text"]}, "TOO_LONG"),
        (400, {"message": "Bad Request", "error": 400}, "400"),
    ],
)
def test_statuses_of_reddit_are_refusals(on_reddit, status, body, code):
    with pytest.raises(ReplyRejected) as raised:
        on_reddit.send(json_reply(body, status=status))
    assert raised.value.code == code


def test_a_quarantined_comment_that_reddit_does_not_show_is_to_be_looked_for(on_reddit):
    with pytest.raises(ReplyUnknown) as raised:
        on_reddit.send(json_reply({"json": {"errors": [], "data": {"things": []}}}))
    assert raised.value.code == "not_shown"


def test_an_old_thread_may_be_archived(on_reddit):
    replier, old = on_reddit.replier(), mention(by=author(platform="reddit"), posted_at=NOON.replace(year=2024))
    assert replier.permits(ASKED["reddit"]).may_send
    assert "archived" not in replier.permits(ASKED["reddit"]).reason
    assert "archived" in replier.permits(old).reason


def recorded_post(cassette: str) -> Reply:
    """Return what a platform once answered to a post of ours, over the wire."""
    found = interactions(shared_file(f"fixtures/{cassette}"))
    return next(one.reply for one in found if one.method == "POST" and not one.path.endswith("/access_token"))


@pytest.mark.shared
def test_what_reddit_answered_to_a_comment_is_read(on_reddit):
    sent = on_reddit.send(recorded_post("reddit/TestComment.test_reply.json"), "Comment reply")
    assert sent.id == "reddit:t1_d1680wu"
    assert sent.url.startswith("https://www.reddit.com/r/")
    assert sent.at.isoformat() == "2016-03-20T00:33:51+00:00"


@pytest.mark.shared
def test_what_x_answered_to_a_post_is_read(on_x):
    sent = on_x.send(recorded_post("x/tweepy_test_client_create_and_delete_tweet.yaml"), "Test Tweet")
    assert (sent.id, sent.url) == ("x:1456012973835788293", "https://x.com/lumora/status/1456012973835788293")
    assert sent.at.isoformat() == "2021-11-03T21:38:39+00:00"
