"""The sandbox's Bluesky, asked as any program would ask it, and compared with recorded answers."""

import json
from datetime import timedelta

import pytest
import requests
from websockets.sync.client import connect

from sandbox.ids import tid
from sandbox.server import BLUESKY_ACCOUNT, Sandbox
from sandbox.world import Draft
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


def say(sandbox, text, *, by="ada.example", **more):
    return sandbox.world.add(Draft("bluesky", by, text, **more))


def asked(sandbox, method, **params):
    return requests.get(f"{sandbox.bluesky_url}/xrpc/{method}", params=params, timeout=5)


def told(sandbox, count, query="wantedCollections=app.bsky.feed.post&cursor=0"):
    """The first events of a Jetstream, and whether there is another one."""
    url = sandbox.bluesky_url.replace("http", "ws")
    with connect(f"{url}/subscribe?{query}") as socket:
        events = [json.loads(socket.recv(5)) for _ in range(count)]
        with pytest.raises(TimeoutError):
            socket.recv(0.2)
    return events


def test_ids_are_dids_and_keys_that_sort_by_time(sandbox, clock):
    posts = []
    for n in range(5):
        posts.append(say(sandbox, f"{n}"))
        clock.advance(seconds=0.001)
    keys = [post.id.partition("/")[2] for post in posts]
    assert keys == sorted(keys)
    assert {len(key) for key in keys} == {13}
    assert len(set(keys)) == 5
    assert all(post.id.startswith("did:plc:") and len(post.id.partition("/")[0]) == 32 for post in posts)
    assert tid(0) < tid(1 << 62)


def test_jetstream_repeats_creations_changes_and_deletions_in_their_order(sandbox, clock):
    first = say(sandbox, f"hé @{BLUESKY_ACCOUNT} #lumora https://lumora.example/a")
    clock.advance(seconds=1)
    answer = say(sandbox, "same", reply_to=first.id, quotes=first.id, lang="de")
    clock.advance(seconds=1)
    sandbox.world.edit(answer.id, "not the same")
    sandbox.world.delete(first.id)
    sandbox.world.delete(say(sandbox, "taken down").id, by_moderator=True)
    events = told(sandbox, 5)
    assert [event["commit"]["operation"] for event in events] == ["create", "create", "update", "delete", "create"]
    assert [event["time_us"] for event in events] == sorted(event["time_us"] for event in events)
    written = events[0]["commit"]["record"]
    raw = written["text"].encode()
    marked = {
        feature["$type"].partition("#")[2]: raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        for facet in written["facets"]
        for feature in facet["features"]
    }
    assert marked == {"mention": f"@{BLUESKY_ACCOUNT}", "tag": "#lumora", "link": "https://lumora.example/a"}
    second = events[1]["commit"]["record"]
    assert second["langs"] == ["de"]
    assert second["reply"]["root"]["uri"] == f"at://{first.id.replace('/', '/app.bsky.feed.post/')}"
    assert "record" not in events[3]["commit"]


def test_jetstream_goes_on_live_and_filters_by_collection(sandbox, clock):
    say(sandbox, "before")
    url = sandbox.bluesky_url.replace("http", "ws")
    clock.advance(seconds=1)
    with connect(f"{url}/subscribe") as socket:
        clock.advance(seconds=1)
        say(sandbox, "after")
        assert json.loads(socket.recv(5))["commit"]["record"]["text"] == "after"
    assert told(sandbox, 0, "wantedCollections=app.bsky.feed.like&cursor=0") == []


def test_jetstream_begins_silently_where_it_still_can(sandbox, clock):
    say(sandbox, "long ago")
    clock.advance(seconds=25 * 3600)
    say(sandbox, "now")
    (event,) = told(sandbox, 1)
    assert event["commit"]["record"]["text"] == "now"


def test_a_late_post_comes_late(sandbox, clock):
    say(sandbox, "late", late=timedelta(seconds=60))
    assert told(sandbox, 0) == []
    clock.advance(seconds=61)
    assert len(told(sandbox, 1)) == 1


def test_profiles_are_found_by_handle_and_did(sandbox):
    post = say(sandbox, "hello")
    answer = asked(sandbox, "app.bsky.actor.getProfiles", actors=["ada.example", BLUESKY_ACCOUNT, "nobody.example"])
    assert [each["handle"] for each in answer.json()["profiles"]] == ["ada.example", BLUESKY_ACCOUNT]
    (ada,) = asked(sandbox, "app.bsky.actor.getProfiles", actors=post.author.id).json()["profiles"]
    assert ada["did"] == post.author.id
    assert answer.headers["ratelimit-remaining"]
    assert asked(sandbox, "app.bsky.actor.getProfiles", actors=["a.example"] * 26).status_code == 400


def test_a_feed_pages_to_its_end_newest_first(sandbox, clock):
    for n in range(7):
        say(sandbox, f"{n}")
        say(sandbox, "another's", by="ben.example")
        clock.advance(seconds=1)
    texts: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(4):
        page = asked(sandbox, "app.bsky.feed.getAuthorFeed", actor="ada.example", limit=3, **cursor).json()
        texts += [item["post"]["record"]["text"] for item in page["feed"]]
        cursor = {"cursor": page["cursor"]} if "cursor" in page else {}
        if not cursor:
            break
    assert texts == [str(n) for n in reversed(range(7))]
    assert (
        asked(sandbox, "app.bsky.feed.getAuthorFeed", actor="nobody.example").json()["message"] == "Profile not found"
    )


def test_the_quota_runs_out(clock):
    with Sandbox(clock=clock, quota_factor=0) as sandbox:
        answer = asked(sandbox, "app.bsky.actor.getProfiles", actors=BLUESKY_ACCOUNT)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")


@pytest.mark.shared
def test_a_feed_has_the_shape_of_a_recorded_one(sandbox):
    first = say(sandbox, f"@{BLUESKY_ACCOUNT} see https://lumora.example/")
    say(sandbox, "yes", reply_to=first.id)
    files = [shared_file(f"fixtures/bluesky/{name}.json") for name in ("getAuthorFeed", "getListFeed")]
    recorded = [item for file in files for item in json.loads(file.read_text())["feed"]]
    ours = asked(sandbox, "app.bsky.feed.getAuthorFeed", actor="ada.example").json()["feed"]
    assert differences(shape_of(ours), shape_of(recorded)) == [], "of 2023; quotes were not among them"
