"""A day's messages against a Slack of each kind, and how the one that others wrote is installed and served.

What it cannot be asked stands in `second_slack.py`; what can, in test_posting, test_people and test_checking too.
"""

import json
import shutil
import socket
from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bot.posting import SlackPost
from domain.case import TriagePolicy
from domain.clock import system_clock
from domain.errors import PostUnknown
from domain.message import MessageState
from flows.alerting import Pace, post_pending, reconcile, sweep_twins, update_changed
from flows.batching import enqueue_batches
from flows.contents import content_of
from flows.digests import enqueue_due_digests
from flows.house import House
from flows.ingest import ingest
from flows.responding import Click, claim
from storage import messages
from storage.database import open_database
from tests import builders
from tests.bot.second_slack import PINNED, installed
from tests.bot.slack_servers import history
from tests.flows.fakes import Scripted, SetClock, batch, by_keyword

CARDS = 50


class Unlucky:
    """Posts, but loses the answers to the messages in `answers`, and the messages in `requests` before they arrive."""

    def __init__(self, post):
        self.post_once = post.post
        self.update, self.find, self.delete = post.update, post.find, post.delete
        self.answers, self.requests = set(), set()

    def post(self, message, content):
        if message.key in self.requests:
            self.requests.remove(message.key)
            raise PostUnknown("lost before", code="lost_answer")
        posted = self.post_once(message, content)
        if message.key in self.answers:
            self.answers.remove(message.key)
            raise PostUnknown("lost after", code="lost_answer")
        return posted


@pytest.fixture
def clock():
    return SetClock(system_clock())  # the other server knows no other time than the machine's


@pytest.fixture
def room(slack_server):
    return slack_server.room()


@pytest.fixture
def post(slack_server, clock):
    return Unlucky(SlackPost(slack_server.posting_client(), bot_id=slack_server.bot_id, clock=clock))


@pytest.fixture
def house(sqlite_url, clock, room):
    database = open_database(sqlite_url)
    yield House(
        database=database,
        clock=clock,
        brands=(builders.brand(digest_channels=(room.id,)),),
        policy=TriagePolicy(),
        secret=b"secret",
        channels={"Lumora": room.id},
        operators_channel=room.id,
        noise=builders.NO_SURGES,
    )
    database.close()


def hear(house, room, *mentions):
    poll = Scripted(batch(*mentions))
    ingest(builders.stream(channel=room.id), poll=poll, classify=by_keyword, house=house)


def complaints(clock, number=CARDS):
    return [
        builders.mention(f"Lumora is down, {i}", by=builders.author(f"a{i}"), posted_at=clock.now)
        for i in range(number)
    ]


def key_of(shown):
    return shown["metadata"]["event_payload"]["key"]


def outbox(house, key):
    with house.database.read() as tx:
        return messages.get(tx, key)


def waiting(house):
    with house.database.read() as tx:
        return [message.key for message in messages.pending(tx, at=house.clock(), per_channel=99)]


def everything(post, house):
    return post_pending(post=post, pace=Pace(in_all_seconds=0, seconds=0, burst=99), house=house)


def test_fifty_cards_are_there_once_though_answers_and_requests_are_lost(slack_server, room, house, post, clock):
    hear(house, room, *complaints(clock))
    found_again, sent_again, *_ = keys = waiting(house)
    assert len(keys) == CARDS
    post.answers, post.requests = {found_again}, {sent_again}
    assert len(everything(post, house).posted) == CARDS - 2
    assert {outbox(house, key).state for key in (found_again, sent_again)} == {MessageState.UNKNOWN}
    assert reconcile(post=post, house=house).posted == (found_again,)
    for seconds in (10, 50):
        clock.advance(seconds=seconds)
        repeated = reconcile(post=post, house=house).repeated
    assert repeated == 1
    assert everything(post, house).posted == (sent_again,)
    shown = {key_of(message): message["ts"] for message in history(slack_server, room)}
    assert shown == {key: outbox(house, key).ts for key in keys}
    assert len(history(slack_server, room)) == CARDS


def test_twin_that_comes_late_is_taken_away(slack_server, room, house, post, clock):
    hear(house, room, *complaints(clock, 3))
    lost, *others = waiting(house)
    post.requests = {lost}
    everything(post, house)
    for seconds in (0, 10, 50):
        clock.advance(seconds=seconds)
        reconcile(post=post, house=house)
    everything(post, house)
    message = outbox(house, lost)
    with house.database.read() as tx:
        post.post(message, content_of(tx, message, house=house))  # the first attempt arrives after all
    assert Counter(map(key_of, history(slack_server, room))) == {lost: 2} | dict.fromkeys(others, 1)
    assert sweep_twins(post=post, house=house).twins == 1
    assert Counter(map(key_of, history(slack_server, room))) == dict.fromkeys([lost, *others], 1)


def test_claim_is_shown_on_its_card_and_on_no_other(slack_server, room, house, post, clock):
    hear(house, room, *complaints(clock, 5))
    everything(post, house)
    before = {key_of(message): message for message in history(slack_server, room)}
    claimed = outbox(house, list(before)[2])
    claim(Click(claimed.subject, builders.MIA), house=house)
    assert update_changed(post=post, house=house).updated == 1
    after = {key_of(message): message for message in history(slack_server, room)}
    assert [key for key in before if before[key]["blocks"] != after[key]["blocks"]] == [claimed.key]
    assert f"Claimed* by <@{builders.MIA.user_id}>" in json.dumps(after[claimed.key]["blocks"])
    assert after[claimed.key]["ts"] == claimed.ts
    assert update_changed(post=post, house=house).updated == 0


def test_lines_and_the_digest_follow_the_cards(slack_server, room, house, post, clock):
    fans = [builders.mention("I love Lumora", by=builders.author(f"fan{i}"), posted_at=clock.now) for i in range(12)]
    doubt = builders.mention("maybe I cancel Lumora", posted_at=clock.now)
    hear(house, room, *complaints(clock, 2), *fans, doubt)
    clock.now = clock.now.replace(hour=21) + timedelta(days=1)
    enqueue_batches(house=house)
    enqueue_due_digests(house=house)
    everything(post, house)
    kinds = [outbox(house, key_of(message)).kind.value for message in history(slack_server, room)]
    assert Counter(kinds) == {"card": 2, "batch": 1, "review": 1, "digest": 1}


def test_second_slack_listens_to_this_machine_only(emulate):
    address = urlsplit(emulate.url)
    socket.create_connection((address.hostname, address.port), timeout=5).close()
    with pytest.raises(ConnectionRefusedError):  # who listens on every interface listens here, too
        socket.create_connection(("127.0.0.2", address.port), timeout=5)


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_without_node_or_npm_the_tests_skip_and_say_so(missing, tmp_path, monkeypatch):
    present = tmp_path / ("npm" if missing == "node" else "node")
    present.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match=f"needs {missing}, which is not installed"):
        installed(build=tmp_path / "build")


def test_without_the_registry_the_tests_skip_and_leave_nothing_half(emulate, tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(pytest.skip.Exception, match="could not be downloaded"):
        installed(build=tmp_path / "build")
    assert list((tmp_path / "build").iterdir()) == []


def test_package_with_another_content_fails(emulate, tmp_path):
    shutil.copytree(PINNED, tmp_path / "pinned")
    lock = tmp_path / "pinned" / "package-lock.json"
    text = lock.read_text(encoding="utf-8")
    integrity = json.loads(text)["packages"]["node_modules/picocolors"]["integrity"]
    lock.write_text(text.replace(integrity, f"sha512-{'A' * 86}=="), encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="another package"):
        installed(pinned=tmp_path / "pinned", build=tmp_path / "build")
