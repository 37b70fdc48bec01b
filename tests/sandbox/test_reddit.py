import json
from datetime import timedelta
from typing import Any

import praw
import prawcore
import pytest
import requests

from sandbox.server import REDDIT_REFRESH_TOKEN, Sandbox
from sandbox.world import Draft
from tests.sandbox.platform_clients import reddit_client
from tests.sandbox.recorded_shapes import differences, shape_of
from tests.sandbox.running import HandClock
from tests.shared import shared_file


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def reddit(sandbox):
    return reddit_client(sandbox)


def submit(sandbox, title="Lumora?", *, by="ada", text="A question.", community="lumora", **more):
    return sandbox.world.add(Draft("reddit", by, text, title=title, community=community, **more))


def comment(sandbox, parent, text, *, by="bea", **more):
    return sandbox.world.add(Draft("reddit", by, text, reply_to=parent.id, **more))


def test_new_pages_to_the_end_newest_first(sandbox, reddit):
    for number in range(235):
        submit(sandbox, f"Post {number}")
    titles = [submission.title for submission in reddit.subreddit("lumora").new(limit=None)]
    assert titles == [f"Post {number}" for number in reversed(range(235))]


def test_a_listing_goes_back_a_thousand_items(sandbox, reddit):
    for number in range(1010):
        submit(sandbox, f"Post {number}")
    titles = [submission.title for submission in reddit.subreddit("lumora").new(limit=None)]
    assert titles == [f"Post {number}" for number in reversed(range(10, 1010))]


def test_comments_of_several_subreddits_in_one_listing(sandbox, reddit):
    for community in ("lumora", "streaming", "cordcutters"):
        parent = submit(sandbox, community=community)
        comment(sandbox, parent, f"in {community}")
    bodies = [c.body for c in reddit.subreddit("lumora+streaming").comments(limit=None)]
    assert bodies == ["in streaming", "in lumora"]
    assert len(list(reddit.subreddit("all").comments(limit=None))) == 3


def test_before_gives_what_is_newer_and_nothing_once_its_anchor_is_gone(sandbox, reddit):
    posts = [submit(sandbox, f"Post {number}") for number in range(4)]

    def newer_than(anchor):
        return [s.title for s in reddit.subreddit("lumora").new(params={"before": anchor.id})]

    assert newer_than(posts[1]) == ["Post 3", "Post 2"]
    sandbox.world.delete(posts[1].id)
    assert newer_than(posts[1]) == []


def test_a_comment_has_what_a_reader_needs(sandbox, reddit, clock):
    parent = submit(sandbox)
    posted = comment(sandbox, parent, "Too <expensive> & slow")
    read = next(reddit.subreddit("lumora").comments(limit=1))
    assert (read.fullname, read.author.name, read.body) == (posted.id, "bea", "Too <expensive> & slow")
    assert read.created_datetime == clock()
    assert (read.link_id, read.parent_id, read.subreddit.display_name) == (parent.id, parent.id, "lumora")
    assert read.body_html == '<div class="md"><p>Too &lt;expensive&gt; &amp; slow</p>\n</div>'
    assert read.submission.title == "Lumora?"
    assert read.permalink.endswith(f"/{posted.id.removeprefix('t1_')}/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lumora", {"Lumora price", "Kinobox or not"}),
        ('"lumora price"', {"Lumora price"}),
        ("lumora AND kinobox", {"Kinobox or not"}),
        ("kinobox NOT lumora", {"Kinobox only"}),
        ("kinobox -title:only", {"Kinobox or not"}),
        ("title:lumora OR author:cleo", {"Lumora price", "Elsewhere"}),
        ("subreddit:streaming", {"Elsewhere"}),
        ("flair:rant", set()),
        ("(lumora", set()),
    ],
)
def test_search_reads_titles_and_texts(sandbox, reddit, query, expected):
    submit(sandbox, "Lumora price", text="up again")
    submit(sandbox, "Kinobox or not", text="leaving Lumora")
    submit(sandbox, "Kinobox only", text="good")
    other = submit(sandbox, "Elsewhere", by="cleo", community="streaming")
    comment(sandbox, other, "lumora in a comment is not searched")
    assert {s.title for s in reddit.subreddit("all").search(query, sort="new")} == expected


def test_search_keeps_to_its_subreddit_and_its_time(sandbox, reddit, clock):
    submit(sandbox, "Old Lumora")
    clock.advance(3 * 3600)
    submit(sandbox, "New Lumora")
    submit(sandbox, "Lumora there", community="streaming")
    inside = reddit.subreddit("lumora").search("lumora", sort="new", time_filter="hour")
    assert [s.title for s in inside] == ["New Lumora"]


def test_an_account_shows_its_comments_and_submissions(sandbox, reddit):
    question = submit(sandbox, "Help")
    answer = comment(sandbox, question, "We are on it", by="LumoraHelp")
    submit(sandbox, "News", by="LumoraHelp")
    brand = reddit.redditor("lumorahelp")
    assert [(c.fullname, c.link_id) for c in brand.comments.new(limit=None)] == [(answer.id, question.id)]
    assert [s.title for s in brand.submissions.new(limit=None)] == ["News"]
    assert brand.comment_karma > 0
    with pytest.raises(prawcore.NotFound):
        list(reddit.redditor("nobody").comments.new())


def test_the_tree_of_a_thread_nests_answers(sandbox, reddit):
    root = submit(sandbox)
    first = comment(sandbox, root, "first")
    comment(sandbox, first, "below first", by="cleo")
    comment(sandbox, root, "second")
    thread = reddit.submission(root.id.removeprefix("t3_"))
    assert [(c.body, [r.body for r in c.replies]) for c in thread.comments] == [
        ("first", ["below first"]),
        ("second", []),
    ]
    assert thread.num_comments == 3
    read = reddit.comment(first.id.removeprefix("t1_"))
    read.refresh()
    assert [r.body for r in read.replies] == ["below first"]


@pytest.mark.parametrize(("by_moderator", "marker"), [(False, "[deleted]"), (True, "[removed]")])
def test_what_is_gone_leaves_listings_and_shows_its_marker_elsewhere(sandbox, reddit, by_moderator, marker):
    root = submit(sandbox)
    gone = comment(sandbox, root, "never mind")
    comment(sandbox, gone, "why not?", by="cleo")
    sandbox.world.delete(gone.id, by_moderator=by_moderator)
    assert [c.body for c in reddit.subreddit("lumora").comments()] == ["why not?"]
    (info,) = reddit.info(fullnames=[gone.id])
    assert (info.body, info.author) == (marker, None)
    tree = reddit.submission(root.id.removeprefix("t3_")).comments
    assert [(c.body, c.author, len(c.replies)) for c in tree] == [(marker, None, 1)]


def test_a_deleted_submission_keeps_its_thread(sandbox, reddit):
    root = submit(sandbox)
    comment(sandbox, root, "still here")
    sandbox.world.delete(root.id)
    assert list(reddit.subreddit("lumora").new()) == []
    thread = reddit.submission(root.id.removeprefix("t3_"))
    assert (thread.selftext, thread.author) == ("[deleted]", None)
    assert [c.body for c in thread.comments] == ["still here"]


def test_an_edit_keeps_the_id_and_says_when(sandbox, reddit, clock):
    posted = comment(sandbox, submit(sandbox), "it is bade")
    clock.advance(60)
    sandbox.world.edit(posted.id, "it is bad")
    (read,) = reddit.subreddit("lumora").comments()
    assert (read.fullname, read.body) == (posted.id, "it is bad")
    assert read.edited_datetime == clock()


def test_a_late_comment_appears_behind_newer_ones(sandbox, reddit, clock):
    root = submit(sandbox)
    comment(sandbox, root, "late", late=timedelta(seconds=30))
    clock.advance(1)
    comment(sandbox, root, "newer")
    assert [c.body for c in reddit.subreddit("lumora").comments()] == ["newer"]
    clock.advance(30)
    assert [c.body for c in reddit.subreddit("lumora").comments()] == ["newer", "late"]


def test_the_brand_answers_as_itself_and_an_app_alone_may_not(sandbox, reddit):
    asked = comment(sandbox, submit(sandbox), "is anybody there?")
    signed_in = reddit_client(sandbox, as_brand=True)
    assert str(signed_in.user.me()) == "LumoraHelp"
    signed_in.comment(asked.id.removeprefix("t1_")).reply("We are!")
    (answer,) = sandbox.world.children(asked.id)
    assert (answer.author.handle, answer.text) == ("LumoraHelp", "We are!")
    target = reddit.comment(asked.id.removeprefix("t1_"))
    with pytest.raises(praw.exceptions.RedditAPIException, match="USER_REQUIRED"):
        target.reply("Me too")
    with pytest.raises(praw.exceptions.RedditAPIException, match="TOO_LONG"):
        signed_in.comment(asked.id.removeprefix("t1_")).reply("x" * 10_001)
    sandbox.world.delete(asked.id)
    with pytest.raises(praw.exceptions.RedditAPIException, match="DELETED_COMMENT"):
        signed_in.comment(asked.id.removeprefix("t1_")).reply("Hello?")


def test_wrong_credentials_are_told_apart(sandbox):
    with pytest.raises(prawcore.ResponseException) as caught:
        next(reddit_client(sandbox, client_secret="stolen").subreddit("lumora").new())
    assert caught.value.response.status_code == 401
    with pytest.raises(prawcore.OAuthException, match="invalid_grant"):
        reddit_client(sandbox, as_brand=True, password="forgotten").user.me()


def test_a_refresh_token_signs_the_brand_in(sandbox):
    assert str(reddit_client(sandbox, refresh_token=REDDIT_REFRESH_TOKEN).user.me()) == "LumoraHelp"
    with pytest.raises(prawcore.ResponseException) as caught:
        reddit_client(sandbox, refresh_token="stolen").user.me()
    assert caught.value.response.status_code == 400


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("lumorastaff", prawcore.Forbidden, "private"),
        ("freelumora", prawcore.NotFound, "banned"),
        ("nosuchplace", prawcore.Redirect, None),
    ],
)
def test_closed_subreddits(reddit, name, error, reason):
    with pytest.raises(error) as caught:
        list(reddit.subreddit(name).new())
    if reason:
        assert caught.value.response.json()["reason"] == reason


def test_the_quota_is_a_hundred_a_minute_over_ten_minutes(clock):
    with Sandbox(clock=clock, quota_factor=1) as sandbox:
        form = {"grant_type": "client_credentials"}
        url, basic = f"{sandbox.reddit_url}/api/v1/access_token", ("sandbox-reddit-id", "sandbox-reddit-secret")
        token = requests.post(url, data=form, auth=basic, timeout=5).json()["access_token"]
        with requests.Session() as session:
            session.headers["Authorization"] = f"bearer {token}"
            answers = [session.get(f"{sandbox.reddit_url}/r/lumora/new") for _ in range(1001)]
        assert {answer.status_code for answer in answers[:1000]} == {200}
        assert answers[1000].status_code == 429
        headers = answers[1].headers
        assert [headers[f"x-ratelimit-{name}"] for name in ("used", "remaining", "reset")] == ["2", "998.0", "600"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("ratelimited", prawcore.TooManyRequests),
        ("malformed", prawcore.BadJSON),
    ],
)
def test_a_fault_strikes_the_next_request_and_then_no_more(sandbox, reddit, kind, error):
    submit(sandbox)
    sandbox.reddit_faults.add(kind, target="/new", times=1)
    with pytest.raises(error):
        list(reddit.subreddit("lumora").new())
    assert len(list(reddit.subreddit("lumora").new())) == 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("server_error", prawcore.ServerError),
        ("revoked", prawcore.InvalidToken),
    ],
)
def test_a_lasting_fault_outlives_the_retries_of_praw(sandbox, reddit, kind, error):
    sandbox.reddit_faults.add(kind, target="/new")
    with pytest.raises(error):
        list(reddit.subreddit("lumora").new())
    sandbox.reddit_faults.clear()
    assert list(reddit.subreddit("lumora").new()) == []


@pytest.mark.shared
def test_comments_and_submissions_have_only_keys_and_types_that_reddit_really_sends(sandbox):
    root = submit(sandbox, text="A <question> & more")
    first = comment(sandbox, root, "first")
    comment(sandbox, first, "below", by="cleo")
    sandbox.world.edit(first.id, "first, edited")
    sandbox.world.delete(comment(sandbox, root, "gone").id)
    sandbox.world.delete(submit(sandbox).id, by_moderator=True)
    signed_in = reddit_client(sandbox)
    bodies = [
        signed_in.request(method="GET", path=path)
        for path in ("r/lumora/new", "r/lumora/comments", f"comments/{root.id.removeprefix('t3_')}")
    ]
    ours, real = _things(bodies), _things(_recorded_bodies())
    assert differences(shape_of(ours["Listing"]), shape_of(real["Listing"])) == []
    assert differences(shape_of(ours["t1"]), shape_of(real["t1"])) == []
    # The recorded submissions are older than the comments: what both kinds share is taken from both.
    assert differences(shape_of(ours["t3"]), shape_of(real["t1"] + real["t3"])) == []


def _recorded_bodies():
    bodies = []
    for path in shared_file("fixtures/reddit").glob("*.json"):
        for interaction in json.loads(path.read_text())["interactions"]:
            text = interaction["response"]["body"]["string"]
            if text.startswith(("{", "[")):
                bodies.append(json.loads(text))
    return bodies


def _things(value):
    """All comments, submissions and listings inside JSON, by kind, without the things inside them."""
    found: dict[str, list[Any]] = {"t1": [], "t3": [], "Listing": []}
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            todo += value.values()
            if value.get("kind") in found:
                data = value["data"] | ({"replies": {}} if isinstance(value["data"].get("replies"), dict) else {})
                found[value["kind"]].append({**data, **({"children": []} if "children" in data else {})})
    return found
