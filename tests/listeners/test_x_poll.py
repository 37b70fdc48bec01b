"""What X is asked, what it costs, and how far back it goes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.brand import SourceKind
from domain.errors import CredentialsError, CursorTooOldError, PlatformError
from domain.health import Headroom
from listeners.paging import Place, Stretch
from listeners.x import check
from listeners.x.posts import id_at
from tests.builders import stream
from tests.listeners.platforms import FakeX, HandClock
from tests.replay import json_reply

KEYS = {"api_key": "k", "api_secret": "s", "access_secret": "secret-canary"}
MENTIONS = stream(name="mentions", kind=SourceKind.MENTIONS, target="lumora")
OWN = stream(name="own", kind=SourceKind.OWN_POSTS, target="lumora")


@pytest.fixture
def platform():
    with FakeX(HandClock()) as fake:
        yield fake


S = timedelta(seconds=1)


def week_ago(platform, **later):
    return id_at(platform.clock() - timedelta(days=7) + timedelta(**later))


def test_one_request_asks_for_all_that_a_mention_needs(platform):
    platform.publish("lumora")
    platform.poll(replace(platform.stream, target="lumora -is:retweet"))(None)
    (asked,) = platform.server.asked
    assert asked.path == "/2/tweets/search/recent"
    assert asked.headers["Authorization"] == "Bearer bearer-canary"
    assert asked.query["query"] == "lumora -is:retweet"
    assert asked.query["max_results"] == "100"
    assert {"author_id", "conversation_id", "created_at", "lang", "note_tweet", "referenced_tweets"} <= set(
        asked.query["tweet.fields"].split(",")
    )
    assert asked.query["expansions"] == "author_id"
    assert {"username", "public_metrics", "verified"} <= set(asked.query["user.fields"].split(","))
    assert week_ago(platform) <= int(asked.query["since_id"]) <= week_ago(platform, hours=1)
    assert not {"until_id", "next_token"} & set(asked.query)


def test_the_next_poll_reads_from_the_overlap_on_and_a_backlog_by_its_place(platform):
    newest = id_at(platform.clock())
    cursor = Place(newest, (Stretch(floor=newest // 3 * 3 - (1 << 40), resume=str(newest - (1 << 35))),)).cursor()
    platform.poll(overlap_seconds=60)(cursor)
    top, backlog = (asked.query for asked in platform.server.asked)
    assert int(top["since_id"]) == newest - (60_000 << 22)
    assert "until_id" not in top
    assert (backlog["since_id"], backlog["until_id"]) == (str(newest // 3 * 3 - (1 << 40)), str(newest - (1 << 35)))


def test_a_page_without_posts_is_not_taken_for_the_end(platform):
    published = platform.publish("lumora")
    platform.failures.append(json_reply({"meta": {"result_count": 0, "next_token": "9" * 19}}))
    assert [mention.id for mention in platform.poll()(None).mentions] == [published]
    assert platform.listed()[1].query["next_token"] == "9" * 19


@pytest.mark.parametrize(
    ("wanted", "path"), [(MENTIONS, "/2/users/900/mentions"), (OWN, "/2/users/900/tweets")], ids=["mentions", "own"]
)
def test_an_account_is_looked_up_once(platform, wanted, path):
    platform.publish("@lumora is down")
    poll = platform.poll(wanted)
    poll(poll(None).cursor)
    assert [asked.path for asked in platform.server.asked] == ["/2/users/by/username/lumora", path, path]


def test_an_account_that_is_not_there_is_named(platform):
    with pytest.raises(PlatformError, match=r"no account @nobody.*Mend `account` of the stream own"):
        platform.poll(replace(OWN, target="nobody"))(None)


def test_posts_and_users_are_charged_once_a_day(platform):
    for n in range(3):
        platform.publish(f"lumora {n}", author="jane" if n else "ann", ago=timedelta(seconds=n))
    poll = platform.poll()
    first = poll(None)
    assert first.cost_usd == 3 * Decimal("0.005") + 2 * Decimal("0.010")
    again = poll(first.cursor)
    assert (len(again.mentions), again.cost_usd) == (3, 0), "the overlap is read again, and not charged again"
    platform.clock.advance(hours=12)
    assert poll(None).cost_usd == first.cost_usd, "X counts by the UTC day"


def test_our_own_mentions_and_posts_cost_a_fifth_when_read_as_ourselves(platform):
    platform.publish("@lumora is down")
    as_app = platform.poll(MENTIONS)(None)
    as_stranger = platform.poll(MENTIONS, access_token="1-token-canary", **KEYS)(None)
    as_us = platform.poll(MENTIONS, access_token="900-token-canary", **KEYS)(None)
    look_up, user = Decimal("0.010"), Decimal("0.010")
    assert as_app.cost_usd == as_stranger.cost_usd == look_up + user + Decimal("0.005")
    assert as_us.cost_usd == look_up + user + Decimal("0.001")
    assert [asked.headers["Authorization"].split()[0] for asked in platform.listed()] == ["Bearer", "Bearer", "OAuth"]


@pytest.mark.parametrize(
    ("budget", "sizes"),
    [("0.149", []), ("0.15", ["10"]), ("0.70", ["46", "30"]), ("1.50", ["100", "66"]), ("50", ["100", "100", "100"])],
)
def test_a_page_is_fetched_only_if_the_budget_bears_its_worst_price(platform, budget, sizes):
    for n in range(250):
        platform.publish(f"lumora {n}", ago=timedelta(minutes=n))
    batch = platform.poll()(None, budget_usd=Decimal(budget))
    assert [asked.query["max_results"] for asked in platform.listed()][:2] == sizes[:2]
    assert batch.cost_usd <= Decimal(budget)
    read = min(250, sum(int(asked.query["max_results"]) for asked in platform.listed()))
    assert len(batch.mentions) == read
    assert batch.capped == (read < 250)
    assert batch.cost_usd == read * Decimal("0.005") + (Decimal("0.010") if read else 0)


def test_a_budget_that_does_not_bear_the_look_up_asks_nothing(platform):
    batch = platform.poll(OWN)(None, budget_usd=Decimal("0.009"))
    assert (batch.capped, platform.server.asked) == (True, [])


def test_a_search_further_back_than_x_goes_is_told_without_asking(platform):
    cursor = Place(id_at(platform.clock() - timedelta(days=8))).cursor()
    poll = platform.poll()
    with pytest.raises(CursorTooOldError, match=r"read up to 2026-02-24 1.*`python run.py ingest`") as raised:
        poll(cursor)
    week = timedelta(days=7) - timedelta(minutes=10)
    lost = platform.clock() - timedelta(days=8, minutes=2), platform.clock() - week
    assert abs(raised.value.since - lost[0]) < S
    assert abs(raised.value.until - lost[1]) < S
    assert platform.server.asked == []
    poll(cursor)
    assert int(platform.listed()[0].query["since_id"]) >= week_ago(platform)


def test_a_backlog_beyond_reach_is_told_and_only_its_lost_part_dropped(platform):
    newest = id_at(platform.clock() - timedelta(hours=1))
    week = id_at(platform.clock() - timedelta(days=7))
    gone = Stretch(week - (1 << 50), str(week - (1 << 40)))
    partly = Stretch(week - (1 << 39), str(week + (1 << 48)))
    cursor = Place(newest, (partly, gone)).cursor()
    poll = platform.poll()
    with pytest.raises(CursorTooOldError):
        poll(cursor)
    poll(cursor)
    top, backlog = (asked.query for asked in platform.server.asked)
    assert int(top["since_id"]) > week
    assert backlog["until_id"] == partly.resume
    assert int(backlog["since_id"]) >= week


def test_the_end_of_the_first_backlog_is_no_loss(platform):
    newest = id_at(platform.clock() - timedelta(hours=1))
    cursor = Place(newest, (Stretch(None, str(id_at(platform.clock() - timedelta(days=8)))),)).cursor()
    assert not platform.poll()(cursor).capped
    assert len(platform.listed()) == 1


def test_a_backlog_that_no_id_of_x_names_is_told_once_too(platform):
    published = platform.publish("lumora")
    cursor = Place(id_at(platform.clock()), (Stretch(None, "t3_abc"),)).cursor()
    poll = platform.poll()
    with pytest.raises(CursorTooOldError, match="cannot be read") as raised:
        poll(cursor)
    assert raised.value.since is None
    assert raised.value.until < platform.clock() - timedelta(days=6)
    assert [mention.id for mention in poll(cursor).mentions] == [published]


def test_a_timeline_reaches_further_than_a_search(platform):
    cursor = Place(id_at(platform.clock() - timedelta(days=30))).cursor()
    platform.poll(OWN)(cursor)
    assert int(platform.listed()[0].query["since_id"]) < week_ago(platform)


def test_no_history_is_bought_when_a_timeline_is_read_for_the_first_time(platform):
    platform.publish("years ago", ago=timedelta(days=900))
    recent = platform.publish("sorry!", ago=timedelta(days=2))
    assert [mention.id for mention in platform.poll(OWN)(None).mentions] == [recent]


def test_x_may_say_itself_that_a_cursor_is_too_old(platform):
    message = "'since_id' must be a tweet id created after 2026-02-25T12:00Z."
    platform.failures.append(json_reply({"errors": [{"message": message}], "title": "Invalid Request"}, status=400))
    cursor = Place(id_at(platform.clock())).cursor()
    poll = platform.poll()
    with pytest.raises(CursorTooOldError, match="must be a tweet id"):
        poll(cursor)
    poll(cursor)
    assert int(platform.listed()[-1].query["since_id"]) < week_ago(platform, hours=1)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (400, PlatformError, "native_query"),
        (401, CredentialsError, "X_BEARER_TOKEN"),
        (402, CredentialsError, "Buy credits"),
        (403, CredentialsError, "belongs to a project"),
        (404, PlatformError, "native_query or account"),
        (503, PlatformError, "tries again"),
    ],
)
def test_every_refusal_says_what_to_do(platform, status, error, says):
    platform.failures.append(platform.refusal(status, "There were errors"))
    with pytest.raises(error, match=rf"says {status} \(There were errors\).*{says}"):
        platform.poll()(None)


def test_check_names_the_account_of_the_access_token(platform):
    assert check(platform.settings()) == "X accepts the bearer token."
    keys = platform.settings(access_token="900-token-canary", **KEYS)
    assert check(keys) == "X accepts the bearer token, and the access token of @lumora."


def test_half_a_set_of_keys_is_no_account(platform):
    assert platform.settings(access_token="900-t").user_id is None
    assert platform.settings(access_token="900-t", **KEYS).user_id == "900"


def test_another_server_may_have_a_path(platform):
    platform.publish("lumora")
    platform.poll(api_url=f"{platform.server.url}/x/")(None)
    assert platform.server.asked[0].path == "/x/2/tweets/search/recent"


def test_x_counts_what_a_search_finds(platform):
    platform.failures.append(json_reply({"data": [], "meta": {"total_tweet_count": 1234}}))
    until = platform.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    assert platform.poll().count(until - timedelta(days=1), until) == 1234
    (asked,) = platform.server.asked
    assert asked.path == "/2/tweets/counts/recent"
    assert (asked.query["start_time"], asked.query["end_time"]) == ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
    assert asked.query["query"] == platform.stream.target


def test_what_accounts_are_told_and_say_is_not_counted(platform):
    assert platform.poll(MENTIONS).count(platform.clock(), platform.clock()) is None
    assert platform.server.asked == []


@pytest.mark.parametrize("answer", [{"meta": {}}, {}, {"meta": {"total_tweet_count": "many"}}])
def test_a_count_that_is_none_is_the_platforms_failure(platform, answer):
    platform.failures.append(json_reply(answer))
    with pytest.raises(PlatformError, match="The next poll tries again"):
        platform.poll().count(platform.clock(), platform.clock())


def test_the_quota_of_the_last_answer_is_known(platform):
    poll = platform.poll()
    assert poll.headroom() == Headroom()
    back = int(platform.clock().timestamp()) + 600
    said = {"x-rate-limit-remaining": "440", "x-rate-limit-limit": "450", "x-rate-limit-reset": str(back)}
    platform.failures.append(json_reply({"meta": {"result_count": 0}}, headers=said))
    poll(None)
    assert poll.headroom() == Headroom(440, 450, platform.clock() + timedelta(minutes=10))
