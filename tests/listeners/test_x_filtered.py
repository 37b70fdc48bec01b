"""The filtered stream makes posts come sooner, is shared by all searches, pays for nothing unasked, loses nothing."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.brand import SourceKind
from domain.errors import PlatformError
from listeners import x
from listeners.x import filtered
from listeners.x.posts import mentions_from_response
from sandbox.server import X_ACCESS_SECRET, X_ACCOUNT, X_BEARER_TOKEN, Sandbox
from sandbox.world import Draft
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeX, HandClock
from tests.replay import json_reply
from tests.sandbox.running import wait_until
from tests.shared import SHARED

LUMORA, KINO = stream(name="lumora on X", target="lumora"), stream(name="kino on X", target="kinobox")


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def asked(sandbox, monkeypatch):
    """Return the requests of X so far, each as its method and path."""
    paths: list[str] = []
    draw = sandbox.x_faults.draw

    def noting(path):
        paths.append(path)
        return draw(path)

    monkeypatch.setattr(sandbox.x_faults, "draw", noting)
    return paths


@pytest.fixture
def settings(sandbox, clock):
    own = x.Settings(
        X_BEARER_TOKEN,
        "k",
        "s",
        sandbox.x_access_token,
        X_ACCESS_SECRET,
        api_url=sandbox.x_api_url,
        filtered_stream=True,
    )
    yield own
    filtered.filtered_stream_of(own, clock).close()


@pytest.fixture
def line(settings, clock):
    return filtered.filtered_stream_of(settings, clock)


def say(sandbox, clock, text, **draft):
    post = sandbox.world.add(Draft("x", "jane", text, **draft))
    clock.advance(seconds=1)
    return f"x:{post.id}"


SEARCH = "GET /2/tweets/search/recent"


def connected(line):
    wait_until(lambda: line._tap is not None and line._tap.connected_at is not None)


def heard(line, name, count=1):
    wait_until(lambda: len(line._ears[name].inbox) >= count)


def listening(poll, line, clock, cursor=None):
    """Poll until the connection is open and what was posted before it was searched for; return the cursor."""
    cursor = poll(cursor).cursor or cursor
    connected(line)
    clock.advance(seconds=1)
    return poll(cursor).cursor or cursor


def ids(batch):
    return [mention.id for mention in batch.mentions]


def test_a_heard_post_comes_with_the_next_poll_and_without_a_search(sandbox, clock, settings, line, asked):
    before = say(sandbox, clock, "lumora is slow")
    poll = x.connect(settings, LUMORA, clock=clock)
    assert ids(poll(None)) == [before]
    connected(line)
    clock.advance(seconds=1)
    cursor = poll(None).cursor
    count = asked.count(SEARCH)
    new = say(sandbox, clock, "lumora is down", reply_to=before.removeprefix("x:"))
    say(sandbox, clock, "something else")
    heard(line, LUMORA.name)
    batch = poll(cursor)
    assert ids(batch) == [new]
    (mention,) = batch.mentions
    assert (mention.author.handle, mention.context.text) == ("jane", "lumora is slow")
    assert batch.cursor == cursor, "the cursor is the search's alone"
    assert asked.count(SEARCH) == count
    assert ids(poll(cursor)) == []


def test_two_streams_share_the_one_connection_and_each_hears_its_own(sandbox, clock, settings, line, asked):
    polls = {one.name: x.connect(settings, one, clock=clock) for one in (LUMORA, KINO)}
    twin = x.connect(settings, replace(LUMORA, name="lumora again"), clock=clock)
    quotes = x.connect(settings, stream(name="quotes", kind=SourceKind.QUOTES, target=X_ACCOUNT), clock=clock)
    for poll in (*polls.values(), twin, quotes):
        poll(None)
    connected(line)
    clock.advance(seconds=30)
    for poll in (*polls.values(), twin, quotes, *polls.values(), twin, quotes):
        clock.advance(seconds=1)
        poll(None)
    assert len(line._active) == 3, "equal searches share a rule"
    ours = sandbox.world.add(Draft("x", X_ACCOUNT, "Ten new films"))
    both = say(sandbox, clock, "lumora and kinobox")
    one = say(sandbox, clock, "kinobox")
    quote = say(sandbox, clock, "They do not play", quotes=ours.id)
    heard(line, KINO.name, 2)
    heard(line, "quotes")
    count = asked.count(SEARCH)
    assert ids(polls[LUMORA.name](None)) == ids(twin(None)) == [both]
    assert ids(polls[KINO.name](None)) == [both, one]
    assert ids(quotes(None)) == [quote]
    assert asked.count(SEARCH) == count
    assert asked.count("GET /2/tweets/search/stream") == 1


def test_what_the_stream_missed_is_searched_for(sandbox, clock, settings, line):
    poll = x.connect(settings, LUMORA, clock=clock)
    cursor = listening(poll, line, clock)
    line.close()
    say(sandbox, clock, "lumora, the line of the last word")
    wait_until(lambda: not line._tap.alive)
    missed = say(sandbox, clock, "lumora, while nobody listened")
    assert missed in ids(poll(cursor))


def test_what_is_posted_between_the_search_and_the_connection_comes_with_the_next_poll(
    sandbox, clock, settings, line, monkeypatch
):
    between: list[str] = []
    listen = line.listen

    def late_listen(*args, **more):
        if not between:
            between.append(say(sandbox, clock, "lumora, in between"))
        listen(*args, **more)

    monkeypatch.setattr(line, "listen", late_listen)
    poll = x.connect(settings, LUMORA, clock=clock)
    first = poll(None)
    connected(line)
    clock.advance(seconds=1)
    assert ids(first) == []
    assert ids(poll(first.cursor)) == between


def test_the_search_finds_within_five_minutes_what_the_stream_leaves_out(sandbox, clock, settings, line, asked):
    poll = x.connect(settings, LUMORA, clock=clock)
    cursor = listening(poll, line, clock)
    late = say(sandbox, clock, "lumora, late", late=timedelta(seconds=60))
    count, found = asked.count(SEARCH), []
    for _ in range(5):
        clock.advance(minutes=1)
        found.append(ids(poll(cursor)))
    assert found == [[], [], [], [], [late]], "X delivers no post that becomes visible late"
    assert asked.count(SEARCH) == count + 1


def test_a_failed_search_is_made_up_for(sandbox, clock, settings, line):
    poll = x.connect(settings, LUMORA, clock=clock)
    cursor = listening(poll, line, clock)
    post = say(sandbox, clock, "lumora is down")
    heard(line, LUMORA.name)
    clock.advance(minutes=2)
    clock.advance(minutes=4)
    sandbox.x_faults.add("server_error", target="/search/recent", times=1)
    with pytest.raises(PlatformError):
        poll(cursor)
    assert ids(poll(cursor)) == [post], "what was heard went down with the search, which finds it again"


def test_no_more_is_heard_than_may_be_paid_for(sandbox, clock, settings, line):
    poll = x.connect(settings, LUMORA, clock=clock)
    budget = Decimal("0.15")  # ten posts by ten strangers
    poll(None, budget_usd=budget)
    connected(line)
    clock.advance(seconds=1)
    poll(None, budget_usd=budget)
    for number in range(30):
        say(sandbox, clock, f"lumora {number}")
    wait_until(lambda: not line._tap.alive)
    assert len(line._ears[LUMORA.name].inbox) == 10
    poll(None, budget_usd=Decimal(0))
    assert line._tap is None, "and nothing is listened for without money"


def test_a_stream_that_is_not_polled_any_more_is_not_listened_for(sandbox, clock, settings, line):
    poll = x.connect(settings, LUMORA, clock=clock)
    listening(poll, line, clock)
    clock.advance(minutes=4)
    for number in range(5):
        say(sandbox, clock, f"lumora {number}")
    wait_until(lambda: not line._tap.alive)
    assert len(line._ears[LUMORA.name].inbox) <= 1


def test_the_rules_of_the_app_are_exactly_those_of_our_streams(sandbox, clock, settings, line):
    def rules():
        tap = filtered._Tap(settings, line)
        return [rule["value"] for rule in tap.get_rules().json().get("data", ())]

    poll = x.connect(settings, LUMORA, clock=clock)
    listening(poll, line, clock)
    assert rules() == ["lumora"]
    listened = filtered.FilteredStream(settings, clock)
    listened.listen("kino on X", "kinobox", allowed=None)
    assert rules() == ["kinobox"], "what an earlier start left behind goes"


def test_one_connection_is_all_that_x_allows_and_another_program_is_survived(sandbox, clock, settings, line):
    stranger = filtered.FilteredStream(settings, clock)
    stranger.listen("theirs", "lumora", allowed=None)
    connected(stranger)
    poll = x.connect(settings, LUMORA, clock=clock)
    poll(None)
    wait_until(lambda: line._tap is not None and not line._tap.alive)
    post = say(sandbox, clock, "lumora is down")
    assert ids(poll(None)) == [post]
    stranger.close()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_breaks_nothing_is_lost(sandbox, clock, settings, line, seed):
    """Late posts, connections that end, polls that are missed and searches that fail, in any order."""
    dice = random.Random(seed)
    poll, cursor = x.connect(settings, LUMORA, clock=clock), None
    published: set[str] = set()
    seen: set[str] = set()
    for _ in range(60):
        for _ in range(dice.choice((0, 0, 1, 3))):
            late = timedelta(seconds=dice.choice((0, 0, 0, 60, 100)))
            published.add(f"x:{sandbox.world.add(Draft('x', 'jane', 'lumora', late=late)).id}")
            clock.advance(milliseconds=10)
        if dice.random() < 0.15:
            line.close()
        if dice.random() < 0.15:
            sandbox.x_faults.add("server_error", times=1)
        clock.advance(seconds=dice.choice((1, 5, 30, 240)))
        if dice.random() < 0.8:
            try:
                batch = poll(cursor, budget_usd=dice.choice((None, None, Decimal(1))))
            except PlatformError:
                continue
            seen |= set(ids(batch))
            cursor = batch.cursor
    sandbox.x_faults.clear()
    for _ in range(5):
        clock.advance(minutes=6)
        batch = poll(cursor)
        seen |= set(ids(batch))
        cursor = batch.cursor
    assert published == seen
    assert line._tap is not None, "and X is still listened to"


def test_recorded_lines_are_read_as_one_answer():
    recorded = SHARED / "fixtures" / "x" / "twarc_streaming_output_with_error.jsonl"
    if not recorded.exists():
        pytest.skip("no recorded payloads here")
    bodies = tuple(json.loads(line) for line in recorded.read_text().splitlines() if line.endswith("}"))
    together = mentions_from_response(filtered.merged(bodies), seen_at=NOON).mentions
    alone = {one.id for body in bodies for one in mentions_from_response(body, seen_at=NOON).mentions}
    assert {one.id for one in together} == alone != set()


@pytest.fixture
def platform():
    with FakeX(HandClock()) as fake:
        yield fake


def test_a_plan_without_the_stream_is_told_once_and_the_search_goes_on(platform):
    published = platform.publish("lumora is down")
    platform._other = lambda asked: platform.refusal(403, "Client Forbidden")
    polls = [platform.poll(one, filtered_stream=True) for one in (LUMORA, replace(LUMORA, name="again"))]
    first = polls[0](None)
    assert ids(first) == [published]
    with pytest.raises(PlatformError, match=r"403 \(Client Forbidden\).*polled instead.*filtered_stream = false"):
        polls[1](None)
    for _ in range(3):
        platform.clock.advance(minutes=5)
        assert ids(polls[0](None)) == ids(polls[1](None)) == [published]
    rules = [asked for asked in platform.server.asked if asked.path.endswith("/rules")]
    assert len(rules) == 1, "X is not asked again within the hour"


def test_rules_of_somebody_else_are_left_alone_and_told(platform):
    theirs = {"data": [{"id": "7", "value": "cats", "tag": "cats"}], "meta": {}}
    platform._other = lambda asked: json_reply(theirs)
    poll = platform.poll(LUMORA, filtered_stream=True)
    poll(None)
    with pytest.raises(PlatformError, match=r"1 rules.*not Earshot's"):
        poll(None)
    assert {asked.method for asked in platform.server.asked} == {"GET"}


def test_an_account_is_never_heard_by_the_stream(platform):
    poll = platform.poll(stream(kind=SourceKind.MENTIONS, target="lumora"), filtered_stream=True)
    poll(None)
    assert not [asked for asked in platform.server.asked if "stream" in asked.path]
