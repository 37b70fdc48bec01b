"""What X and Reddit are asked about stored posts, and what their answers mean."""

import json
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

import listeners
from domain.compliance import Rechecked
from domain.errors import CredentialsError, PlatformError
from domain.mention import MentionId, Removal
from listeners import reddit, x
from listeners.x.recheck import ASKED_AGAIN_AFTER
from tests.builders import NOON
from tests.listeners.platforms import FakeReddit, HandClock
from tests.replay import Reply, Server, json_reply

WHEN = "2026-03-01T00:00:00.000Z"
IDS = ["x:1001", "x:1002", "x:1003"]


@dataclass
class JobsOfX:
    """X's compliance jobs with their files, by X's description of its API; and its look-up of posts."""

    clock: HandClock = field(default_factory=HandClock)
    status: str = "created"
    result: bytes = b""
    refusal: int = 0
    files: deque[Reply] = field(default_factory=deque)
    posts: dict[str, object] = field(default_factory=dict)

    def __enter__(self):
        self.server = Server(self.answer).__enter__()
        self.recheck = x.recheck(x.Settings(bearer_token="bearer-canary", api_url=self.server.url), clock=self.clock)
        return self

    def __exit__(self, *error):
        self.server.__exit__(*error)

    def asked(self):
        return [(asked.method, asked.path) for asked in self.server.asked]

    def answer(self, asked):
        url = self.server.url
        if asked.path.startswith("/file/"):
            return self.files.popleft() if self.files else Reply(body=self.result)
        if asked.path == "/2/tweets":
            ids = asked.query["ids"].split(",")
            gone = [
                {
                    "resource_type": "tweet",
                    "resource_id": one,
                    "value": one,
                    "type": "https://api.twitter.com/2/problems/resource-not-found",
                }
                for one in ids
                if self.posts.get(one) == "gone"
            ]
            found = [
                {"id": one, "text": self.posts[one], "created_at": WHEN}
                for one in ids
                if self.posts.get(one, "gone") != "gone"
            ]
            return json_reply({"data": found, "errors": gone})
        if self.refusal:
            return json_reply({"title": "No.", "detail": "No.", "status": self.refusal}, status=self.refusal)
        job = {
            "id": "77",
            "type": "tweets",
            "status": self.status,
            "upload_url": f"{url}/file/up?signature=canary",
            "download_url": f"{url}/file/down?signature=canary",
        }
        return json_reply({"data": job})


@pytest.fixture
def api():
    with JobsOfX() as running:
        yield running


def test_a_platform_without_a_way_to_ask_has_no_recheck():
    module = listeners.load("hackernews")
    assert listeners.recheck_of("hackernews", module.Settings(), clock=HandClock()) is None
    assert x.recheck(x.Settings(bearer_token=""), clock=HandClock()) is None
    assert reddit.recheck(reddit.Settings("", ""), clock=HandClock()) is None


def test_a_job_is_made_filled_waited_for_and_read(api):
    assert api.recheck(IDS) == Rechecked(job="77")
    assert api.recheck(IDS, job="77") == Rechecked(job="77")
    assert api.asked()[-1] == ("PUT", "/file/up")
    api.status = "in_progress"
    assert api.recheck(IDS, job="77") == Rechecked(job="77")
    api.status = "complete"
    lines = [
        {"id": "1002", "action": "delete", "created_at": WHEN, "reason": "deleted"},
        {"id": "1003", "action": "delete", "created_at": WHEN, "reason": "scrub_geo"},
        {"id": "555", "action": "delete", "created_at": WHEN, "reason": "suspended"},
    ]
    api.result = b"\n".join([b"", *(json.dumps(line).encode() for line in lines), b""])
    done = api.recheck(IDS, job="77")
    assert done == Rechecked(checked=tuple(IDS), removals=(Removal("x:1002", NOON),))
    assert all("Authorization" not in asked.headers for asked in api.server.asked if asked.path.startswith("/file/"))


def test_a_job_goes_on_after_a_restart_by_its_name_alone(api):
    api.recheck(IDS)
    again = x.recheck(x.Settings(bearer_token="bearer-canary", api_url=api.server.url), clock=api.clock)
    assert again is not None
    api.status = "complete"
    assert again(IDS, job="77").checked == tuple(IDS)


@pytest.mark.parametrize("status", ["failed", "expired", "something new"])
def test_a_job_that_came_to_nothing_is_lost(api, status):
    api.status = status
    assert api.recheck(IDS, job="77") == Rechecked(lost=True)


def test_a_job_that_x_does_not_know_is_lost(api):
    api.refusal = 404
    assert api.recheck(IDS, job="77") == Rechecked(lost=True)


@pytest.mark.parametrize("bad", [Reply(403, b"expired"), Reply(drop=True)])
def test_a_file_that_is_refused_is_asked_for_again_and_its_address_is_told_nobody(api, bad):
    api.status = "complete"
    api.files.append(bad)
    with pytest.raises(PlatformError) as raised:
        api.recheck(IDS, job="77")
    assert "canary" not in repr(raised.value) + repr(raised.value.__cause__)
    assert api.recheck(IDS, job="77").checked == tuple(IDS)


def test_a_result_that_cannot_be_read_erases_nothing(api):
    api.status, api.result = "complete", b'{"id":"1002","action":"delete"}\n<html>'
    with pytest.raises(PlatformError, match="cannot be used"):
        api.recheck(IDS, job="77")


def test_where_jobs_are_refused_posts_are_looked_up_within_the_budget(api):
    api.refusal = 403
    api.posts = {"1001": "stands", "1002": "gone", "1003": "not paid for"}
    assert api.recheck.affordable(Decimal(1)) is None
    done = api.recheck(IDS, budget_usd=Decimal("0.012"))
    assert done.checked == ("x:1001", "x:1002")
    assert [mention.text for mention in done.present] == ["stands"]
    assert done.removals == (Removal("x:1002", NOON),)
    assert done.cost_usd == Decimal("0.005")
    assert "403" in done.no_jobs
    assert (api.recheck.limit, api.recheck.affordable(Decimal(1))) == (100, 200)
    assert api.server.asked[-1].query.get("expansions") is None
    before = len(api.server.asked)
    assert api.recheck(IDS).checked == ()
    assert len(api.server.asked) == before  # nothing may be spent, and a refusal is not asked for again
    api.clock.advance(seconds=ASKED_AGAIN_AFTER.total_seconds())
    api.refusal = 0
    assert api.recheck(IDS) == Rechecked(job="77")
    assert api.recheck.affordable(Decimal(1)) is None


def test_a_post_that_x_says_nothing_of_is_asked_for_again(api):
    api.refusal = 403
    api.posts = {"1001": "stands"}
    done = api.recheck(["x:1001", "x:9"], budget_usd=Decimal(1))
    assert (done.checked, done.removals) == (("x:1001",), ())


def test_bad_keys_are_no_refusal_of_jobs(api):
    api.refusal = 401
    with pytest.raises(CredentialsError):
        api.recheck(IDS, budget_usd=Decimal(1))
    assert api.recheck.affordable(Decimal(1)) is None


@pytest.fixture
def forum():
    with FakeReddit(HandClock()) as fake:
        yield fake


def info(forum, *answers):
    """Let Reddit answer look-ups like this, each once; return the names that it is asked for."""
    asked_for = []
    waiting = deque(answers)
    other = forum._list

    def answer(asked):
        if asked.path != "/api/info":
            return other(asked)
        asked_for.append(asked.query["id"])
        return json_reply({"kind": "Listing", "data": {"children": list(waiting.popleft())}})

    forum._list = answer
    return asked_for


def comment(name, body="stands", author="jane"):
    data = {"name": name, "body": body, "author": author, "parent_id": "t3_a", "link_id": "t3_a", "subreddit": "lumora"}
    return {"kind": "t1", "data": data | {"created_utc": NOON.timestamp()}}


def test_reddit_is_asked_for_a_hundred_at_once_and_deleted_ones_are_gone(forum):
    asked = info(forum, [comment("t1_a"), comment("t1_b", "[deleted]", "[deleted]"), comment("t1_other")])
    recheck = reddit.recheck(forum.settings(), clock=forum.clock)
    assert recheck is not None
    done = recheck(list(map(MentionId, ("reddit:t1_a", "reddit:t1_b"))))
    assert asked == ["t1_a,t1_b"]
    assert done.checked == ("reddit:t1_a", "reddit:t1_b")
    assert [mention.id for mention in done.present] == ["reddit:t1_a"]
    assert done.removals == (Removal("reddit:t1_b", NOON),)
    assert (recheck.limit, recheck.affordable(Decimal(0)), done.cost_usd) == (100, None, Decimal(0))


def test_what_reddit_leaves_out_is_gone_only_when_it_does_so_twice(forum):
    asked = info(forum, [comment("t1_a")], [comment("t1_b")])
    recheck = reddit.recheck(forum.settings(), clock=forum.clock)
    assert recheck is not None
    done = recheck(list(map(MentionId, ("reddit:t1_a", "reddit:t1_b", "reddit:t1_c"))))
    assert asked == ["t1_a,t1_b,t1_c", "t1_b,t1_c"]
    assert {mention.id for mention in done.present} == {"reddit:t1_a", "reddit:t1_b"}
    assert done.removals == (Removal("reddit:t1_c", NOON),)
