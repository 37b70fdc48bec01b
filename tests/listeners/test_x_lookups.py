"""What X leaves out of an answer is asked for once, within the budget, and nothing waits for it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.brand import SourceKind
from domain.mention import Removal
from listeners import x
from listeners.x.lookups import Lookups
from listeners.x.posts import mentions_from_response
from sandbox.server import X_ACCESS_SECRET, X_ACCOUNT, X_BEARER_TOKEN, Sandbox
from sandbox.world import Draft
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeX, HandClock
from tests.replay import Reply, json_reply

POST, USER = Decimal("0.005"), Decimal("0.010")


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


def poll_of(sandbox, clock, *, kind=SourceKind.SEARCH, target="lumora", **settings):
    own = x.Settings(
        X_BEARER_TOKEN, "k", "s", sandbox.x_access_token, X_ACCESS_SECRET, api_url=sandbox.x_api_url, **settings
    )
    return x.connect(own, stream(kind=kind, target=target), clock=clock)


def thread(sandbox, clock, *, answers=1):
    """Publish a question that no stream matches, and answers that name us."""
    parent = sandbox.world.add(Draft("x", "ann", "Which app do you use to watch <films>?"))
    for number in range(answers):
        sandbox.world.add(Draft("x", "jane", f"@ann lumora, but it is down {number}", reply_to=parent.id))
    clock.advance(seconds=1)
    return parent


def test_what_a_post_answers_is_read_once_and_paid_for_once(sandbox, clock):
    thread(sandbox, clock, answers=3)
    poll = poll_of(sandbox, clock)
    first = poll(None)
    assert {(m.context.author.handle, m.context.text) for m in first.mentions} == {
        ("ann", "Which app do you use to watch <films>?")
    }
    assert first.cost_usd == 3 * POST + USER + POST, "three posts, their author, and what they answer"
    again = poll(first.cursor)
    assert [m.context for m in again.mentions] == [m.context for m in first.mentions]
    assert again.cost_usd == 0


def test_without_the_setting_nothing_more_is_read(sandbox, clock):
    thread(sandbox, clock)
    (mention,) = poll_of(sandbox, clock, reply_context=False)(None).mentions
    assert mention.reply_to
    assert mention.context is None


def test_our_own_posts_answer_what_is_known_already(sandbox, clock):
    parent = thread(sandbox, clock)
    sandbox.world.add(Draft("x", X_ACCOUNT, "@ann Sorry!", reply_to=parent.id))
    clock.advance(seconds=1)
    batch = poll_of(sandbox, clock, kind=SourceKind.OWN_POSTS, target=X_ACCOUNT)(None)
    assert [m.context for m in batch.mentions] == [None]


def test_posts_come_before_what_they_answer_when_the_budget_is_short(sandbox, clock):
    thread(sandbox, clock)
    worst_page = 10 * (POST + USER)
    rich = poll_of(sandbox, clock)(None, budget_usd=worst_page)
    assert rich.mentions[0].context
    poor = poll_of(sandbox, clock, post_usd=Decimal("0.07"), user_usd=Decimal("0.01"))(
        None, budget_usd=10 * Decimal("0.08")
    )
    assert (len(poor.mentions), poor.cost_usd) == (1, Decimal("0.07") + USER + Decimal("0.07"))


def test_what_is_answered_and_gone_is_a_removal(sandbox, clock):
    parent = thread(sandbox, clock)
    sandbox.world.delete(parent.id)
    batch = poll_of(sandbox, clock)(None)
    assert [m.context for m in batch.mentions] == [None]
    assert batch.removals == (Removal(f"x:{parent.id}", clock()),)


def test_the_sandbox_looks_users_up_as_x_does(sandbox, clock):
    ann = sandbox.world.introduce("x", "ann", followers=12)
    lookups = Lookups(x.Settings(X_BEARER_TOKEN, api_url=sandbox.x_api_url), clock, charge=lambda _: USER)
    answer: dict[str, Any] = {
        "data": [{"id": "1", "text": "lumora", "author_id": ann.id}, {"id": "2", "text": "", "author_id": "7"}]
    }
    assert lookups.complete(answer, parents=True, budget_usd=None) == USER
    assert [(user["username"], user["public_metrics"]["followers_count"]) for user in answer["includes"]["users"]] == [
        ("ann", 12)
    ]
    assert lookups.complete(answer, parents=True, budget_usd=None) == 0, "who is not there is not asked for again"


@pytest.fixture
def platform():
    with FakeX(HandClock()) as fake:
        yield fake


@pytest.mark.parametrize(
    "failure", [Reply(503), Reply(429), Reply(drop=True), Reply(body=b"<html>"), json_reply({"data": [7]})]
)
def test_no_post_waits_for_what_it_answers(platform, failure):
    published = platform.publish("@ann lumora is down")
    listed, post = platform._list, platform._post
    platform._post = lambda item: post(item) | {"referenced_tweets": [{"type": "replied_to", "id": "17"}]}
    platform._list = lambda asked: failure if asked.path == "/2/tweets" else listed(asked)
    poll = platform.poll()
    (mention,) = poll(None).mentions
    assert (mention.id, mention.context) == (published, None)
    parent = {"id": "17", "author_id": "8", "text": "Which app?"}
    platform._list = lambda asked: json_reply({"data": [parent]}) if asked.path == "/2/tweets" else listed(asked)
    (mention,) = platform.poll()(None).mentions
    assert mention.context.text == "Which app?"


def test_an_author_that_an_answer_leaves_out_is_looked_up_and_remembered(platform):
    platform.publish("lumora is down", author="jane", ago=timedelta(minutes=1))
    jane = platform._user("jane") | {"public_metrics": {"followers_count": 70_000}, "verified_type": "blue"}
    listed = platform._list

    def without_users(asked):
        answer = listed(asked)
        return Reply(answer.status, answer.body.replace(b'"users"', b'"nobody"'), answer.headers)

    platform._list = without_users
    platform._other = lambda asked: json_reply({"data": [jane]})
    poll = platform.poll()
    first = poll(None)
    (mention,) = first.mentions
    assert (mention.author.handle, mention.author.followers, mention.author.verified) == ("jane", 70_000, True)
    assert first.cost_usd == POST + USER
    assert poll(first.cursor).mentions == first.mentions
    looked = [asked for asked in platform.server.asked if asked.path == "/2/users"]
    assert [asked.query["ids"] for asked in looked] == [jane["id"]]
    platform.clock.advance(hours=2)
    poll(first.cursor)
    assert len([asked for asked in platform.server.asked if asked.path == "/2/users"]) == 2, "followers change"


def test_a_body_that_includes_what_is_answered_needs_no_look_up():
    body = {
        "data": [
            {
                "id": "1900000000000000002",
                "author_id": "7",
                "text": "@ann lumora",
                "referenced_tweets": [{"type": "replied_to", "id": "1900000000000000001"}],
                "entities": {"mentions": [{"start": 0, "end": 4, "username": "ann", "id": "8"}]},
            }
        ],
        "includes": {"tweets": [{"id": "1900000000000000001", "author_id": "8", "text": "Which &lt;app&gt;?"}]},
    }
    (mention,) = mentions_from_response(body, seen_at=NOON).mentions
    assert (mention.context.author.key, mention.context.author.handle, mention.context.text) == (
        "x:8", "ann", "Which <app>?",
    )  # fmt: skip
