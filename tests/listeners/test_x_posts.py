"""X's answers: every kind of post, and every way a body can be wrong."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from listeners.x.posts import Surroundings, id_at, mentions_from_response, moment_of
from tests.builders import NOON

FIRST, SECOND, REPLY, ORIGINAL = (str(id_at(NOON) + n) for n in range(1, 5))


QUOTED = [{"type": "quoted", "id": "9"}]


def post(post_id=FIRST, **changes):
    values = {
        "id": post_id,
        "text": "Lumora is down",
        "author_id": "7",
        "conversation_id": post_id,
        "created_at": "2026-03-04T12:00:00.000Z",
        "lang": "en",
        "edit_history_tweet_ids": [post_id],
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def user(user_id="7", **changes):
    return {
        "id": user_id,
        "username": "jane",
        "name": "Jane",
        "public_metrics": {"followers_count": 12},
        "verified": False,
        **changes,
    }


def found(data=None, **body):
    return mentions_from_response({"data": data, "includes": {"users": [user()]}, **body}, seen_at=NOON)


def only(data, **body):
    (mention,) = found(data, **body).mentions
    return mention


def test_a_post_becomes_a_mention():
    mention = only([post()])
    assert mention.id == mention.thread_id == f"x:{FIRST}"
    assert mention.url == f"https://x.com/jane/status/{FIRST}"
    assert (mention.posted_at, mention.edited_at, mention.language) == (NOON, None, "en")
    assert (mention.author.key, mention.author.name, mention.author.followers) == ("x:7", "Jane", 12)
    assert mention.author.url == "https://x.com/jane"
    assert not mention.author.verified
    assert not mention.author.automated


def test_a_body_may_hold_one_post():
    assert only(post()).id == f"x:{FIRST}"


@pytest.mark.parametrize("body", ['{"data": %s}', '\n {"data": [%s]}'])
def test_a_body_may_be_text_or_bytes(body):
    text = body % '{"id": "%s", "text": "hi"}' % FIRST
    assert mentions_from_response(text, seen_at=NOON) == mentions_from_response(text.encode(), seen_at=NOON)
    assert len(mentions_from_response(text, seen_at=NOON).mentions) == 1


def test_a_post_with_nothing_but_a_text_takes_its_time_from_its_id_and_shares_its_author_with_nobody():
    bare = [{"id": FIRST, "text": "hi"}, {"id": SECOND, "text": "ho"}]
    one, two = found(bare).mentions
    assert one.posted_at == NOON
    assert one.url == f"https://x.com/i/web/status/{FIRST}"
    assert one.author.handle == ""
    assert one.author.key != two.author.key


def test_ids_carry_the_time():
    assert moment_of(id_at(NOON)) == NOON
    assert moment_of(1576994789110992896) == datetime(2022, 10, 3, 17, 57, 11, 527000, UTC)


def test_entities_are_read_and_what_no_database_takes_is_replaced():
    mention = only([post(text="a &lt;b&gt; &amp; c\x00 \ud83d!")])
    assert mention.text == "a <b> & c� �!"


def test_a_long_post_gives_its_whole_text():
    for name in ("note_tweet", "note_post"):
        assert only([post(text="cut…", **{name: {"text": "the whole &amp; more"}})]).text == "the whole & more"


def test_a_reply_points_up_and_stays_in_its_thread():
    reply = post(REPLY, conversation_id=ORIGINAL, referenced_tweets=[{"type": "replied_to", "id": FIRST}])
    mention = only([reply])
    assert (mention.reply_to, mention.thread_id, mention.repost_of) == (f"x:{FIRST}", f"x:{ORIGINAL}", None)


def test_a_quote_is_neither_a_reply_nor_a_repost():
    mention = only([post(referenced_posts=[{"type": "quoted", "id": ORIGINAL}])])
    assert (mention.reply_to, mention.repost_of) == (None, None)


def named(*handles):
    return {"mentions": [{"start": 0, "end": 1, "username": handle, "id": "1"} for handle in handles]}


def linked(url):
    return {"urls": [{"url": "https://t.co/a", "expanded_url": url}]}


@pytest.mark.parametrize(
    ("changes", "summons"),
    [
        ({"text": "hello"}, ()),
        ({"text": "hi @Lumora, @lumora and @ann"}, ("lumora", "ann")),
        ({"text": "help@lumora.com, x.com/@lumora, @@lumora, @lumora@example.com"}, ()),
        ({"text": "@gone", "entities": {"hashtags": []}}, ()),
        ({"text": "@Lumora @gone", "entities": named("Lumora")}, ("Lumora",)),
        ({"text": "long…", "note_tweet": {"text": "long @lumora", "entities": named("lumora")}}, ("lumora",)),
        ({"entities": linked("https://twitter.com/Lumora/status/9"), "referenced_tweets": QUOTED}, ("Lumora",)),
        ({"entities": linked("https://x.com/lumora/status/9/photo/1"), "referenced_tweets": QUOTED}, ("lumora",)),
        ({"entities": linked("https://x.com/lumora/status/8"), "referenced_tweets": QUOTED}, ()),
        ({"entities": linked("https://x.com.evil.example/lumora/status/9"), "referenced_tweets": QUOTED}, ()),
        ({"entities": linked("https://x.com/lumora/status/9")}, ()),
        ({"entities": named("lumora"), "referenced_tweets": [{"type": "retweeted", "id": "9"}]}, ()),
    ],
)
def test_a_post_summons_whom_it_names_or_quotes(changes, summons):
    assert only(post(**changes)).summons == summons


def test_a_quoted_post_that_is_at_hand_says_whose_it_is():
    quoted = post("9", author_id="8", created_at="2010-01-01T00:00:00.000Z")
    mention = only(
        post(text="see", referenced_tweets=QUOTED), includes={"tweets": [quoted], "users": [user("8", username="ann")]}
    )
    assert mention.summons == ("ann",)


def test_a_repost_gives_the_whole_original_where_the_body_has_it():
    repost = post(text="RT @ann: Lumo…", referenced_tweets=[{"type": "retweeted", "id": ORIGINAL}])
    original = post(ORIGINAL, text="Lumora &amp; co", author_id="8")
    assert only([repost]).text == "RT @ann: Lumo…"
    included = {"users": [user(), user("8", username="ann")], "tweets": [original]}
    mention = only([repost], includes=included)
    assert (mention.text, mention.repost_of) == ("RT @ann: Lumora & co", f"x:{ORIGINAL}")


@pytest.mark.parametrize("name", ["edit_history_tweet_ids", "edit_history_post_ids"])
def test_all_versions_of_an_edited_post_are_one_mention_with_the_newest_text(name):
    history = {"edit_history_tweet_ids": None} | {name: [FIRST, SECOND]}
    first = post(FIRST, text="tpyo", **history)
    second = post(SECOND, text="typo", created_at="2026-03-04T12:05:00.000Z", **history)
    for data in ([first, second], [second, first], [second]):
        mention = only(data)
        assert (mention.id, mention.thread_id, mention.text) == (f"x:{FIRST}", f"x:{FIRST}", "typo")
        assert mention.posted_at == NOON
        assert mention.edited_at == datetime(2026, 3, 4, 12, 5, tzinfo=UTC)
        assert mention.url.endswith(SECOND)
    included = only([first], includes={"tweets": [second]})
    assert included.text == "typo"


def test_an_old_version_alone_is_not_taken_for_an_edit():
    mention = only([post(FIRST, edit_history_tweet_ids=[FIRST, SECOND])])
    assert (mention.id, mention.edited_at) == (f"x:{FIRST}", None)


def test_replies_to_any_version_point_to_the_same_post():
    parent = post(SECOND, edit_history_tweet_ids=[FIRST, SECOND])
    reply = post(REPLY, conversation_id=SECOND, referenced_tweets=[{"type": "replied_to", "id": SECOND}])
    mention = only([reply], includes={"tweets": [parent]})
    assert (mention.reply_to, mention.thread_id) == (f"x:{FIRST}", f"x:{FIRST}")


@pytest.mark.parametrize(
    ("given", "language"), [("de", "de"), ("iw", "he"), ("in", "id"), ("qst", None), ("und", None)]
)
def test_the_language_is_what_x_says_where_it_says_one(given, language):
    assert only([post(lang=given)]).language == language


def test_a_badge_of_any_kind_is_verified():
    badge = user(verified_type="business")
    assert only([post()], includes={"users": [badge]}).author.verified


@pytest.mark.parametrize("kind", ["resource-not-found", "not-authorized-for-resource"])
def test_a_post_that_an_error_says_is_gone_is_a_removal(kind):
    problem = {"resource_type": "tweet", "resource_id": SECOND, "type": f"https://api.twitter.com/2/problems/{kind}"}
    answer = found([post()], errors=[problem])
    assert [mention.id for mention in answer.mentions] == [f"x:{FIRST}"]
    assert [(removal.mention_id, removal.seen_at) for removal in answer.removals] == [(f"x:{SECOND}", NOON)]


def test_a_user_that_is_gone_removes_no_post():
    problem = {"resource_type": "user", "value": "7", "type": "https://api.x.com/2/problems/resource-not-found"}
    assert not found([post()], errors=[problem]).removals


def test_a_post_withheld_everywhere_is_a_removal_and_one_withheld_somewhere_is_not():
    assert found([post(withheld={"country_codes": ["XY"], "copyright": True})]).removals[0].mention_id == f"x:{FIRST}"
    assert only([post(withheld={"country_codes": ["DE"]})]).id == f"x:{FIRST}"


def test_a_line_of_a_compliance_job_is_a_removal_unless_only_the_place_goes():
    line = {"id": FIRST, "action": "delete", "created_at": "2026-03-04T12:00:00.000Z", "reason": "deleted"}
    assert mentions_from_response(line, seen_at=NOON).removals[0].mention_id == f"x:{FIRST}"
    assert mentions_from_response(line | {"reason": "scrub_geo"}, seen_at=NOON) == ((), ())


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"end": "2026-03-04T12:00:00.000Z", "tweet_count": 3}], "meta": {"total_tweet_count": 3}},
        {"data": [user()]},
        {"data": user()},
        {"data": {"deleted": True}},
        {"data": [{"id": "1", "name": "a list", "private": False}]},
        {"data": [{"id": "1", "event_type": "MessageCreate", "text": "not public"}]},
        {"meta": {"result_count": 0}},
        {"title": "Unauthorized", "status": 401, "detail": "Unauthorized"},
        {},
    ],
)
def test_bodies_without_posts_give_nothing(body):
    assert mentions_from_response(body, seen_at=NOON) == ((), ())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("7", "object or array, not int"),
        ([], "not an array"),
        ({"data": "posts"}, "`data` is a str"),
        ({"data": [1]}, "holds a int"),
        ({"data": [{"text": "no id"}]}, "`id` is missing"),
        ({"data": [{"id": "../../etc", "text": "hi"}]}, "no id of X"),
        ({"data": [post(text=None) | {"text": None}]}, f"{FIRST} cannot be read"),
        ({"data": [post(created_at="yesterday")]}, f"{FIRST} cannot be read.*yesterday"),
        ({"data": [post(created_at="2026-03-04T12:00:00")]}, "without a time zone"),
        ({"data": [{"id": "20", "text": "just setting up"}]}, "`created_at` is missing"),
        ({"data": [post()], "includes": ["x"]}, "cannot be read"),
        ({"data": [post()], "includes": {"users": [{"username": "x"}]}}, "`id` is missing"),
        ({"data": [post(referenced_tweets=[{"id": "1"}])]}, "`type` is missing"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_malformed_bodies_are_named(body, says):
    with pytest.raises(InputError, match=says):
        mentions_from_response(body, seen_at=NOON)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*post(), *user(), "data", "includes", "users", "tweets", "errors", "withheld", "type"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(anything)
def test_whatever_comes_is_read_or_refused(value):
    for body in (value, {"data": value}, {"data": [post()], "includes": value}, {"data": [post() | {"lang": value}]}):
        try:
            answer = mentions_from_response(body, seen_at=NOON)
        except InputError:
            continue
        assert all(mention.id.startswith("x:") and mention.posted_at.tzinfo for mention in answer.mentions)


def test_surroundings_may_be_empty():
    assert Surroundings.of({}) == Surroundings()
