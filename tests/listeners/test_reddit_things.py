"""Reddit's answers: comments, submissions, trees and inboxes, and every way a body can be wrong."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from listeners.reddit.things import mentions_from_response
from tests.builders import NOON

SECONDS = NOON.timestamp()


def comment(name="t1_c1", **changes):
    values = {
        "name": name,
        "author": "jane_doe",
        "author_fullname": "t2_jane",
        "body": "Lumora is down",
        "link_id": "t3_s1",
        "parent_id": "t3_s1",
        "subreddit": "lumora",
        "permalink": "/r/lumora/comments/s1/a_title/c1/",
        "created_utc": SECONDS,
        "edited": False,
        "replies": "",
    }
    return {"kind": "t1", "data": {k: v for k, v in (values | changes).items() if v is not ...}}


def submission(name="t3_s1", **changes):
    values = {
        "name": name,
        "author": "jane_doe",
        "author_fullname": "t2_jane",
        "title": "Lumora",
        "selftext": "It is down.",
        "subreddit": "lumora",
        "permalink": "/r/lumora/comments/s1/a_title/",
        "created_utc": SECONDS,
        "edited": False,
    }
    return {"kind": "t3", "data": {k: v for k, v in (values | changes).items() if v is not ...}}


def listing(*things):
    return {"kind": "Listing", "data": {"children": list(things), "after": None}}


def found(*things):
    return mentions_from_response(listing(*things), seen_at=NOON)


def only(thing):
    (mention,) = found(thing).mentions
    return mention


def test_a_comment_becomes_a_mention():
    mention = only(comment(parent_id="t1_c0"))
    assert (mention.id, mention.thread_id, mention.reply_to) == ("reddit:t1_c1", "reddit:t3_s1", "reddit:t1_c0")
    assert mention.url == "https://www.reddit.com/r/lumora/comments/s1/_/c1/"
    assert (mention.text, mention.posted_at, mention.edited_at) == ("Lumora is down", NOON, None)
    assert (mention.author.key, mention.author.handle) == ("reddit:t2_jane", "jane_doe")
    assert mention.author.url == "https://www.reddit.com/user/jane_doe"
    assert (mention.language, mention.author.followers, mention.author.automated) == (None, None, False)


def test_an_address_leads_there_without_the_words_of_the_title():
    assert only(submission()).url == "https://www.reddit.com/r/lumora/comments/s1/_/"
    assert (
        only(comment(body="it is down", parent_id="t1_c0")).url == "https://www.reddit.com/r/lumora/comments/s1/_/c1/"
    )


def test_a_submission_gives_its_title_and_its_text():
    mention = only(submission())
    assert mention.id == mention.thread_id == "reddit:t3_s1"
    assert (mention.text, mention.reply_to) == ("Lumora\n\nIt is down.", None)
    assert only(submission(selftext="")).text == "Lumora"


def test_a_crosspost_is_a_repost():
    assert only(submission(crosspost_parent="t3_s0")).repost_of == "reddit:t3_s0"


def test_a_comment_without_a_permalink_gets_its_place():
    bare = comment(permalink=...)
    assert only(bare).url == "https://www.reddit.com/r/lumora/comments/s1/_/c1/"


def test_a_comment_of_an_inbox_is_placed_by_its_context():
    mention = only(
        comment(link_id=..., permalink=..., parent_id="t1_c0", context="/r/lumora/comments/s1/a_title/c1/?context=3")
    )
    assert mention.thread_id == "reddit:t3_s1"
    assert mention.url == "https://www.reddit.com/r/lumora/comments/s1/_/c1/"


def test_an_author_without_an_id_is_known_by_the_name():
    assert only(comment(author_fullname=..., author="Jane_Doe")).author.key == "reddit:jane_doe"


def test_automoderator_is_a_machine_and_a_moderator_is_not():
    assert only(comment(author="AutoModerator", distinguished="moderator")).author.automated
    assert not only(comment(distinguished="moderator")).author.automated


def test_an_edit_says_when_where_reddit_says_it():
    assert only(comment(edited=SECONDS + 60)).edited_at == datetime(2026, 3, 4, 12, 1, tzinfo=UTC)
    assert only(comment(edited=True)).edited_at is None


@pytest.mark.parametrize(
    "gone",
    [
        comment(body="[deleted]", author="[deleted]"),
        comment(body="[removed]"),
        comment(body="[ Removed by Reddit ]"),
        comment(author="[deleted]", author_fullname=...),
        submission("t3_c1", selftext="[removed]"),
        submission("t3_c1", removed_by_category="moderator"),
        submission("t3_c1", author=None),
    ],
)
def test_what_is_deleted_or_removed_or_lost_its_author_is_a_removal(gone):
    answer = found(gone, submission("t3_s2"))
    assert [removal.mention_id.partition("_")[2] for removal in answer.removals] == ["c1"]
    assert answer.removals[0].seen_at == NOON
    assert [mention.id for mention in answer.mentions] == ["reddit:t3_s2"]


def test_a_tree_is_walked_to_its_leaves_below_removed_comments_too():
    leaf = comment("t1_c3", parent_id="t1_c2", created_utc=SECONDS + 3)
    middle = comment("t1_c2", body="[removed]", replies=listing(leaf, {"kind": "more", "data": {"children": ["c9"]}}))
    top = comment("t1_c1", created_utc=SECONDS + 1, replies=listing(middle))
    answer = mentions_from_response([listing(submission()), listing(top)], seen_at=NOON)
    assert [mention.id for mention in answer.mentions] == ["reddit:t3_s1", "reddit:t1_c1", "reddit:t1_c3"]
    assert [removal.mention_id for removal in answer.removals] == ["reddit:t1_c2"]


def test_a_long_thread_does_not_exhaust_the_stack():
    tree = comment("t1_0")
    for depth in range(1, 5000):
        tree = comment(f"t1_{depth}", replies=listing(tree))
    assert len(found(tree).mentions) == 5000


@pytest.mark.parametrize("escaped", [{"body_html": "&lt;div&gt;..."}, {"body_html": "<div>..."}])
def test_entities_are_read_only_where_the_body_was_fetched_with_them(escaped):
    text = only(comment(body="a &lt;b&gt;", **escaped)).text
    assert text == ("a <b>" if escaped["body_html"].startswith("&") else "a &lt;b&gt;")


def test_one_thing_and_a_created_comment_are_bodies_too():
    assert mentions_from_response(comment(), seen_at=NOON).mentions[0].id == "reddit:t1_c1"
    created = {"json": {"errors": [], "data": {"things": [comment()]}}}
    assert mentions_from_response(created, seen_at=NOON).mentions[0].id == "reddit:t1_c1"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        listing(),
        listing({"kind": "t4", "data": {"name": "t4_m", "body": "not public"}}),
        {"kind": "t5", "data": {"display_name": "lumora"}},
        {"kind": "t2", "data": {"name": "jane_doe"}},
        {"access_token": "x", "token_type": "bearer", "expires_in": 3600, "scope": "*"},
        {"message": "Forbidden", "error": 403},
        {"json": {"errors": [["NO_TEXT", "we need something here", "text"]]}},
        [{"kind": "LabeledMulti", "data": {"name": "news"}}],
    ],
)
def test_bodies_without_posts_give_nothing(body):
    assert mentions_from_response(body, seen_at=NOON) == ((), ())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html>", "not JSON"),
        ("true", "object or array, not bool"),
        (["x"], "holds a str"),
        ({"kind": "Listing", "data": {}}, "`children` is missing"),
        ({"kind": "Listing", "data": 7}, "cannot be read"),
        (listing({"kind": "t1"}), "cannot be read"),
        (listing(comment(created_utc=...)), "comment t1_c1 cannot be read: `created_utc` is missing"),
        (listing(comment(created_utc="noon")), "comment t1_c1 cannot be read"),
        (listing(comment(created_utc=1e300)), "comment t1_c1 cannot be read"),
        (listing(comment(body=7)), "a text was expected, not int"),
        (listing(comment(parent_id="../x")), "no full name"),
        (listing(submission(permalink=...)), "submission t3_s1 cannot be read: `permalink` is missing"),
        (listing(submission("s1")), "no full name"),
    ],
)
def test_malformed_bodies_are_named(body, says):
    with pytest.raises(InputError, match=says):
        mentions_from_response(body, seen_at=NOON)


keys = st.sampled_from([*comment()["data"], *submission()["data"], "kind", "data", "children", "json", "things"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["Listing", "t1", "t3", "[deleted]", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=20,
)


@given(anything, st.sampled_from([*comment()["data"]]))
def test_whatever_comes_is_read_or_refused(value, key):
    for body in (value, listing(value), comment(**{key: value}), submission(**{key: value})):
        try:
            answer = mentions_from_response(body, seen_at=NOON)
        except InputError:
            continue
        assert all(mention.id.startswith("reddit:t") and mention.posted_at.tzinfo for mention in answer.mentions)
