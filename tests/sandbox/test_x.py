import json
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
import requests
import tweepy

from sandbox.ids import snowflake
from sandbox.server import X_BEARER_TOKEN, Sandbox
from sandbox.world import Draft
from tests.sandbox.platform_clients import x_client
from tests.sandbox.recorded_shapes import Shape, differences, shape_of
from tests.sandbox.running import HandClock
from tests.shared import shared_file

EVERY_TWEET_FIELD = [
    "author_id", "conversation_id", "created_at", "edit_controls", "entities", "in_reply_to_user_id", "lang",
    "possibly_sensitive", "public_metrics", "referenced_tweets", "reply_settings", "source",
]  # fmt: skip
EVERY_USER_FIELD = ["created_at", "description", "protected", "public_metrics", "verified", "verified_type"]


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def client(sandbox):
    return x_client(sandbox)


def say(sandbox, text, *, by="ada", **more):
    return sandbox.world.add(Draft("x", by, text, **more))


def texts(response):
    return [tweet.text for tweet in response.data or []]


def found(client, query):
    return set(texts(client.search_recent_tweets(query, max_results=100)))


def test_search_pages_to_the_end_newest_first(sandbox, client):
    for number in range(235):
        say(sandbox, f"lumora {number}")
    pages = list(tweepy.Paginator(client.search_recent_tweets, "lumora", max_results=100))
    read = [text for page in pages for text in texts(page)]
    assert read == [f"lumora {number}" for number in reversed(range(235))]
    assert [page.meta["result_count"] for page in pages] == [100, 100, 35]
    assert "next_token" not in pages[-1].meta
    assert pages[0].meta["newest_id"] == str(pages[0].data[0].id)
    assert pages[0].meta["oldest_id"] == str(pages[0].data[-1].id)


def test_since_id_is_exclusive_and_until_id_too(sandbox, client):
    posts = [say(sandbox, f"lumora {number}") for number in range(5)]
    response = client.search_recent_tweets("lumora", since_id=posts[1].id, until_id=posts[4].id)
    assert texts(response) == ["lumora 3", "lumora 2"]


def test_start_and_end_time_bound_a_search(sandbox, client, clock):
    for number in range(4):
        say(sandbox, f"lumora {number}")
        clock.advance(60)
    begin = clock() - timedelta(minutes=3)
    response = client.search_recent_tweets("lumora", start_time=begin, end_time=begin + timedelta(minutes=1))
    assert texts(response) == ["lumora 1"]


def test_a_since_id_older_than_seven_days_is_refused_with_the_id_to_use(client, clock):
    old = snowflake(clock() - timedelta(days=8))
    with pytest.raises(tweepy.BadRequest, match="'since_id' must be a tweet id created after") as caught:
        client.search_recent_tweets("lumora", since_id=old)
    offered = int(caught.value.api_messages[0].rsplit(" ", 1)[1])
    assert client.search_recent_tweets("lumora", since_id=offered).meta["result_count"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"query": "lumora " * 80}, "512 characters"),
        ({"query": ""}, "empty"),
        ({"query": "-lumora"}, "at least one positive"),
        ({"query": "lang:de is:reply"}, "at least one positive"),
        ({"query": "(lumora OR"}, "no viable alternative"),
        ({"query": "(lumora"}, "missing"),
        ({"query": "lumora)"}, "extraneous input"),
        ({"query": "lumora AND price"}, "Ambiguous use of and"),
        ({"query": "lumora near:berlin"}, "invalid operator 'near'"),
        ({"query": "lumora is:angry"}, "is:angry"),
        ({"query": "lumora", "max_results": 9}, "not between 10 and 100"),
        ({"query": "lumora", "max_results": 101}, "not between 10 and 100"),
        ({"query": "lumora", "since_id": "abc"}, "not a valid number"),
        ({"query": "lumora", "next_token": "!"}, "not valid"),
        ({"query": "lumora", "start_time": "yesterday"}, "not a valid RFC3339"),
        ({"query": "lumora", "start_time": "2020-01-01T00:00:00Z"}, "must be on or after"),
        ({"query": "lumora", "since_id": 1, "start_time": "2026-03-02T08:00:00Z"}, "in conjunction with"),
    ],
)
def test_a_wrong_search_is_a_400_that_says_why(client, arguments, message):
    with pytest.raises(tweepy.BadRequest) as caught:
        client.search_recent_tweets(**arguments)
    assert message in caught.value.api_messages[0]
    assert caught.value.response.json()["title"] == "Invalid Request"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lumora", {"plain", "phrase", "tag", "mention", "reply", "german", "japanese"}),
        ("LUMORA down", {"phrase"}),
        ('"is down"', {"phrase"}),
        ('"down is"', set()),
        ("lumora -down -#film", {"plain", "mention", "reply", "german", "japanese"}),
        ("kinobox OR (lumora down)", {"rival", "phrase"}),
        ("lumora (good OR film)", {"plain", "tag"}),
        ("lumora -(good OR film OR down)", {"mention", "reply", "german", "japanese"}),
        ("from:bea", {"rival"}),
        ("lumora lang:de", {"german"}),
        ("@lumora", {"mention", "reply"}),
        ("#Film", {"tag"}),
        ("to:ada", {"answer"}),
        ("from:ada is:reply", {"reply"}),
        ("lumora -is:reply has:links", {"german"}),
        ("from:ada -is:retweet is:quote", {"quote"}),
    ],
)
def test_the_query_language(sandbox, client, query, expected):
    names = {
        "plain": say(sandbox, "Lumora is good"),
        "phrase": say(sandbox, "lumora is down!"),
        "tag": say(sandbox, "a #film on Lumora"),
        "mention": say(sandbox, "hello @lumora"),
        "german": say(sandbox, "Lumora ist teuer https://lumora.example/preise", lang="de"),
        "japanese": say(sandbox, "Lumoraの値上げ", lang="ja"),
        "rival": say(sandbox, "kinobox and lumorasaurus", by="bea"),
    }
    names["answer"] = say(sandbox, "me too", by="cleo", reply_to=names["plain"].id)
    brand = say(sandbox, "we are sorry", by="lumora")
    names["reply"] = say(sandbox, "thanks", reply_to=brand.id)
    names["quote"] = say(sandbox, "look at this", quotes=names["rival"].id)
    by_text = {post.text: name for name, post in names.items()}
    shown = {text.partition(" https://t.co/")[0] for text in found(client, query)}  # X links what is quoted
    assert {by_text[text] for text in shown if text in by_text} == expected


def test_a_search_leaves_reposts_out_but_a_timeline_shows_them(sandbox, client):
    original = say(sandbox, "lumora news", by="bea")
    repost = say(sandbox, "", reposts=original.id)
    assert found(client, "lumora") == {"lumora news"}
    assert texts(client.get_users_tweets(repost.author.id)) == ["RT @bea: lumora news"]
    assert client.get_users_tweets(repost.author.id, exclude="retweets").data is None


def test_conversation_id_finds_a_whole_thread(sandbox, client):
    first = say(sandbox, "lumora?")
    second = say(sandbox, "yes?", by="lumora", reply_to=first.id)
    say(sandbox, "no sound", reply_to=second.id)
    say(sandbox, "lumora elsewhere")
    assert found(client, f"conversation_id:{first.id}") == {"lumora?", "@ada yes?", "@lumora no sound"}


def test_only_the_fields_asked_for_come_back(sandbox, client):
    parent = say(sandbox, "lumora one", by="bea")
    say(sandbox, "lumora two", reply_to=parent.id)
    bare = client.search_recent_tweets("two")
    assert set(bare.data[0].data) == {"id", "text", "edit_history_tweet_ids"}
    assert bare.includes == {}
    rich = client.search_recent_tweets(
        "two",
        expansions=["author_id", "referenced_tweets.id", "referenced_tweets.id.author_id"],
        tweet_fields=["created_at"],
        user_fields=["verified"],
    )
    default = {"id", "text", "edit_history_tweet_ids"}
    assert set(rich.data[0].data) == default | {"created_at", "author_id", "referenced_tweets"}
    assert {user.username for user in rich.includes["users"]} == {"ada", "bea"}
    assert set(rich.includes["users"][0].data) == {"id", "name", "username", "verified"}
    assert [tweet.text for tweet in rich.includes["tweets"]] == ["lumora one"]


def test_texts_are_escaped_and_long_ones_are_cut_as_by_x(sandbox, client):
    say(sandbox, "lumora <3 & more")
    say(sandbox, "lumora " + "very " * 100 + "long")
    first, second = client.search_recent_tweets("lumora", tweet_fields=["note_tweet"]).data
    assert second.text == "lumora &lt;3 &amp; more"
    assert "note_tweet" not in second.data
    assert (len(first.text), first.text[-1]) == (280, "…")
    assert first.note_tweet["text"].endswith("very long")


def test_an_expanded_post_that_is_gone_is_a_partial_error(sandbox, client):
    parent = say(sandbox, "lumora one", by="bea")
    say(sandbox, "lumora two", reply_to=parent.id)
    sandbox.world.delete(parent.id)
    response = client.search_recent_tweets("lumora", expansions="referenced_tweets.id")
    assert texts(response) == ["@bea lumora two"]
    assert response.errors[0]["resource_id"] == parent.id
    assert response.errors[0]["title"] == "Not Found Error"


def test_deleted_posts_leave_search_and_are_errors_of_a_look_up(sandbox, client):
    kept, gone = say(sandbox, "lumora kept"), say(sandbox, "lumora gone")
    sandbox.world.delete(gone.id)
    assert found(client, "lumora") == {"lumora kept"}
    response = client.get_tweets([kept.id, gone.id])
    assert texts(response) == ["lumora kept"]
    assert [error["value"] for error in response.errors] == [gone.id]
    assert client.get_tweet(gone.id).data is None


def test_an_edit_makes_a_new_id_and_both_ids_list_the_history(sandbox, client, clock):
    first = say(sandbox, "lumora is bade")
    clock.advance(5)
    second = sandbox.world.edit(first.id, "lumora is bad")
    assert found(client, "lumora") == {"lumora is bad"}
    for version in (first, second):
        tweet = client.get_tweet(version.id).data
        assert tweet.text == version.text
        assert [str(i) for i in tweet.edit_history_tweet_ids] == [first.id, second.id]


def test_a_late_post_appears_behind_newer_ones_with_its_old_id(sandbox, client, clock):
    say(sandbox, "lumora late", late=timedelta(seconds=30))
    clock.advance(1)
    newer = say(sandbox, "lumora newer")
    assert found(client, "lumora") == {"lumora newer"}
    clock.advance(30)
    assert texts(client.search_recent_tweets("lumora")) == ["lumora newer", "lumora late"]
    assert client.search_recent_tweets("lumora", since_id=newer.id).data is None


def test_counts_add_up_and_cover_seven_days(sandbox, client, clock):
    for _ in range(3):
        say(sandbox, f"lumora {clock()}")
        clock.advance(3600)
    response = client.get_recent_tweets_count("lumora", granularity="hour")
    assert response.meta["total_tweet_count"] == 3
    assert sum(bucket["tweet_count"] for bucket in response.data) == 3
    assert len(response.data) == 24 * 7
    starts = [bucket["start"] for bucket in response.data]
    assert starts[1:] == [bucket["end"] for bucket in response.data[:-1]]


def test_users_are_found_by_name_and_id_and_missing_ones_are_errors(sandbox, client):
    say(sandbox, "hello", by="ada")
    user = client.get_user(username="ADA", user_fields=["created_at", "public_metrics"]).data
    assert client.get_user(id=user.id).data.username == "ada"
    assert user.public_metrics["followers_count"] >= 0
    both = client.get_users(usernames=["ada", "nobody_here"])
    assert [u.username for u in both.data] == ["ada"]
    assert both.errors[0]["detail"] == "Could not find user with usernames: [nobody_here]."
    assert client.get_user(username="nobody_here").data is None
    with pytest.raises(tweepy.BadRequest):
        client.get_user(username="much_too_long_a_name")


def test_mentions_and_own_posts_of_the_brand_page_by_token(sandbox, client):
    brand = client.get_user(username="lumora").data
    for number in range(7):
        asked = say(sandbox, f"@lumora question {number}")
        say(sandbox, f"answer {number}", by="lumora", reply_to=asked.id)
    mentions = tweepy.Paginator(client.get_users_mentions, brand.id, max_results=5).flatten()
    assert [tweet.text for tweet in mentions] == [f"@lumora question {n}" for n in reversed(range(7))]
    own = tweepy.Paginator(client.get_users_tweets, brand.id, max_results=5, tweet_fields=["referenced_tweets"])
    answers = list(own.flatten())
    assert [tweet.text for tweet in answers] == [f"@ada answer {n}" for n in reversed(range(7))]
    assert all(tweet.referenced_tweets[0].type == "replied_to" for tweet in answers)


def test_a_wrong_bearer_token_is_401(sandbox):
    with pytest.raises(tweepy.Unauthorized) as caught:
        x_client(sandbox, bearer="stolen").search_recent_tweets("lumora")
    assert caught.value.response.json()["status"] == 401


def test_an_app_only_token_has_no_me_and_cannot_post(sandbox, client):
    with pytest.raises(tweepy.Forbidden, match="Application-Only is forbidden"):
        client.get_me(user_auth=False)
    with pytest.raises(tweepy.Forbidden):
        client.create_tweet(text="hello", user_auth=False)


def test_the_brand_may_answer_only_who_summoned_it(sandbox):
    client = x_client(sandbox, as_brand=True)
    assert client.get_me().data.username == "lumora"
    summoned, other = say(sandbox, "@lumora help"), say(sandbox, "lumora is bad")
    created = client.create_tweet(text="On our way", in_reply_to_tweet_id=summoned.id)
    posted = sandbox.world.find(created.data["id"])
    assert (posted.text, posted.reply_to) == ("@ada On our way", summoned.id)
    with pytest.raises(tweepy.Forbidden, match="not been mentioned or otherwise engaged"):
        client.create_tweet(text="Sorry!", in_reply_to_tweet_id=other.id)
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        client.create_tweet(text="On our way", in_reply_to_tweet_id=summoned.id)
    client.create_tweet(text="our way", in_reply_to_tweet_id=summoned.id)
    quoting = say(sandbox, "see this", quotes=posted.id)
    client.create_tweet(text="Thank you", in_reply_to_tweet_id=quoting.id)


@pytest.mark.parametrize(
    "text", ["x" * 280, "楼" * 140, "👨\u200d👩\u200d👧" * 140, f"https://lumora.example/{'x' * 400} " * 11]
)
def test_a_post_is_as_long_as_x_counts_it(sandbox, text):
    client = x_client(sandbox, as_brand=True)
    client.create_tweet(text=text)
    with pytest.raises(tweepy.BadRequest, match="too long"):
        client.create_tweet(text=f"{text} https://lumora.example/ 1")


def test_a_quote_ends_with_a_link_that_says_whose_post_it_is(sandbox, client):
    first = say(sandbox, "lumora news", by="bea")
    quoting = say(sandbox, "see this", quotes=first.id)
    shown = client.get_tweet(quoting.id, tweet_fields=["entities"]).data
    (link,) = shown.entities["urls"]
    assert shown.text == f"see this {link['url']}"
    assert link["expanded_url"] == f"https://x.com/bea/status/{first.id}"


def test_the_quota_of_recent_search_is_450_in_fifteen_minutes(clock):
    with Sandbox(clock=clock, quota_factor=1) as sandbox:
        url, headers = f"{sandbox.x_api_url}/2/tweets/search/recent", {"Authorization": f"Bearer {X_BEARER_TOKEN}"}
        with requests.Session() as session:
            answers = [session.get(url, params={"query": "lumora"}, headers=headers) for _ in range(450)]
        assert {answer.status_code for answer in answers} == {200}
        assert answers[0].headers["x-rate-limit-limit"] == "450"
        assert [answers[i].headers["x-rate-limit-remaining"] for i in (0, -1)] == ["449", "0"]
        client = x_client(sandbox)
        with pytest.raises(tweepy.TooManyRequests) as caught:
            client.search_recent_tweets("lumora")
        assert caught.value.reset_time == int(clock().timestamp()) + 900
        client.get_user(username="lumora")  # another endpoint has a quota of its own
        clock.advance(900)
        client.search_recent_tweets("lumora")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("ratelimited", tweepy.TooManyRequests),
        ("server_error", tweepy.TwitterServerError),
        ("revoked", tweepy.Unauthorized),
        ("malformed", requests.JSONDecodeError),
        ("reset", requests.ConnectionError),
        ("lost_ack", requests.ConnectionError),
    ],
)
def test_a_fault_strikes_the_next_requests_and_then_no_more(sandbox, client, kind, error):
    sandbox.x_faults.add(kind, target="/search/", times=2)
    client.get_user(username="lumora")
    for _ in range(2):
        with pytest.raises(error):
            client.search_recent_tweets("lumora")
    client.search_recent_tweets("lumora")


def test_a_lost_answer_was_carried_out_and_a_reset_was_not(sandbox):
    client = x_client(sandbox, as_brand=True)
    for kind in ("reset", "lost_ack", "server_error", "late_error"):
        sandbox.x_faults.add(kind, target="POST /2/tweets", times=1)
        client.get_user(username="lumora")
        with pytest.raises((requests.ConnectionError, tweepy.TwitterServerError)):
            client.create_tweet(text=f"written through {kind}")
    posted = [post.text for post in islice(sandbox.world.newest_first("x"), 5)]
    assert posted == ["written through late_error", "written through lost_ack"]


def test_equal_seeds_fail_equally():
    def pattern(seed):
        with Sandbox(seed=seed) as sandbox:
            client = x_client(sandbox)
            sandbox.x_faults.add("server_error", probability=0.3)
            return "".join("x" if _fails(client) else "." for _ in range(40))

    assert pattern(1) == pattern(1) != pattern(2)
    assert 3 <= pattern(1).count("x") <= 24


def _fails(client):
    try:
        client.search_recent_tweets("lumora")
    except tweepy.TwitterServerError:
        return True
    return False


@pytest.mark.shared
def test_posts_and_users_have_only_keys_and_types_that_x_really_sends(sandbox, client):
    first = say(sandbox, "@lumora look: https://lumora.example/a #film")
    say(sandbox, "quite so", by="bea", reply_to=first.id)
    say(sandbox, "see", by="cleo", quotes=first.id)
    client.return_type = dict
    body = client.search_recent_tweets(
        "@lumora OR quite OR see",
        expansions=["author_id", "referenced_tweets.id"],
        tweet_fields=EVERY_TWEET_FIELD,
        user_fields=EVERY_USER_FIELD,
    )
    tweets, users = _recorded_things()
    schemas = json.loads(shared_file("fixtures/x/x-openapi-2.167.json").read_text())["components"]["schemas"]
    real_tweets = _joined(shape_of(tweets), _described(schemas, "Post"))
    real_users = _joined(shape_of(users), _described(schemas, "User"))
    assert differences(shape_of(body["data"]), real_tweets) == []
    assert differences(shape_of(body["includes"]["users"]), real_users) == []


def _recorded_things():
    """All posts and users of the recorded answers."""
    paths = set(shared_file("fixtures/x").glob("twarc_*.jsonl"))
    paths.remove(shared_file("fixtures/x/twarc_streaming_output_with_error.jsonl"))  # cut off in mid-line
    bodies = [json.loads(line) for path in paths for line in path.read_text().split("\n") if "{" in line]
    bodies = [body for body in bodies if "data" in body]
    assert bodies
    tweets, users = [], []
    for body in bodies:
        data = body["data"] if isinstance(body["data"], list) else [body["data"]]
        tweets += [thing for thing in data if "text" in thing] + body.get("includes", {}).get("tweets", [])
        users += body.get("includes", {}).get("users", [])
    return tweets, users


def _described(schemas: dict[str, Any], name: str) -> Shape:
    """The shape that the API description gives to a schema."""
    shape: Shape = {}
    kinds = {
        "string": "str",
        "integer": "number",
        "number": "number",
        "boolean": "bool",
        "array": "list",
        "object": "dict",
    }
    todo = [("", schemas[name])]
    while todo:
        at, schema = todo.pop()
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
        if at and "type" in schema:
            shape.setdefault(at, set()).add(kinds[schema["type"]])
        todo += [(f"{at}.{key}".lstrip("."), inner) for key, inner in schema.get("properties", {}).items()]
        if "items" in schema:
            todo.append((f"{at}[]", schema["items"]))
    return shape


def _joined(*shapes: Shape) -> Shape:
    return {path: set().union(*(s.get(path, set()) for s in shapes)) for s in shapes for path in s}
