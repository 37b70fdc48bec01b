"""A deletion is honoured everywhere within five minutes, in whatever order things arrive: canaries show what stays."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from structlog.testing import capture_logs

from domain.errors import PostRejected
from domain.handover import EscalationPolicy
from domain.mention import Removal
from flows.batching import enqueue_batches
from flows.blind_checks import enqueue_due_checks
from flows.compliance import compliance
from flows.correcting import correct
from flows.deadlines import watch_deadlines
from flows.digests import enqueue_due_digests
from flows.forgetting import scrub
from flows.handing_over import Source, Wish, create_lead, escalate_case, send_to_product
from flows.home import home, note_drawn, stale_homes
from flows.ingest import ingest
from flows.removing import HONOURED_WITHIN, remove, settle_removals
from flows.responding import Click, claim
from storage import brands, cases, corrections, erasing, mentions, versions
from tests.builders import MIA, NOON, author, mention, stream
from tests.flows.fakes import MemorySlack, Scripted, batch
from tests.flows.test_no_trace import CANARY, HER, bytes_of, explained, show, told_in_slack

POST = mention(f"Lumora is down {CANARY}", number=1, by=HER, thread_id="x:1", posted_at=NOON - timedelta(days=2))
REPOST = mention(f"RT @{CANARY}: {POST.text}", number=5, by=author("ann"), repost_of=POST.id, posted_at=POST.posted_at)
QUOTE = mention("Lumora is down, look", number=6, by=author("bo"), posted_at=POST.posted_at)
GONE = Removal(POST.id, NOON)


@pytest.fixture
def house(house):

    return replace(house, escalation=EscalationPolicy((), "C0BOSS"), product_channels={"Lumora": "C0PRODUCT"})


@pytest.fixture
def take(house):
    def take(*found, **more):
        return ingest(stream(), poll=Scripted(batch(*found, **more)), classify=explained, house=house)

    return take


def case_of(house, post):
    with house.database.read() as tx:
        return mentions.case_ids(tx, [post.id], brand="Lumora")[post.id]


def lived(take, house, slack, pace, clock):
    """Let the post be shown wherever a post can be."""
    clock.advance(days=-2)
    quiet = mention(f"{CANARY} tv", number=3, by=author("quiet"), posted_at=clock())
    doubtful = mention(f"maybe down {CANARY}", number=4, by=author("doubtful"), posted_at=clock())
    take(POST, REPOST, QUOTE, quiet, doubtful)
    click = Click(case_of(house, POST), MIA)
    claim(click, house=house)
    correct(click, mention_id=POST.id, task="sentiment", label="neutral", house=house)
    correct(click, mention_id=POST.id, task="sentiment", label="negative", house=house)
    show(slack, pace, house)
    escalate_case(click, reason="please look", to=(), house=house)
    source = Source(brand="Lumora", case_id=click.case_id)
    send_to_product(Wish(MIA, source, "see"), house=house)
    create_lead(Wish(MIA, source, "warm"), house=house)
    hers = home(person=MIA, listening=(), house=house)
    assert CANARY in repr(hers.mine)
    note_drawn(MIA.user_id, hers.mine, house=house)
    clock.advance(days=1)
    watch_deadlines(house=house)
    enqueue_batches(house=house, period=timedelta(hours=1))
    enqueue_due_digests(house=house)
    clock.advance(days=6)
    enqueue_due_checks(house=house)
    show(slack, pace, house)
    return quiet, doubtful


def test_a_deleted_post_is_nowhere_five_minutes_later(take, house, slack, pace, clock):
    with capture_logs() as logs:
        others = lived(take, house, slack, pace, clock)
        kinds = {key.partition(":")[0] for channel in slack.channels for key in slack.keys(channel)}
        assert kinds >= {"card", "batch", "review", "digest", "blind_check", "escalation", "product", "deadline"}
        assert told_in_slack(slack, clock()).count(CANARY) > 8
        assert bytes_of(house).count(CANARY.encode()) > 10
        told = clock()
        report = take(removals=tuple(Removal(post.id, told) for post in (POST, *others)))
        assert report.removed == 3
        assert stale_homes(house=house) == [MIA.user_id]
        note_drawn(MIA.user_id, home(person=MIA, listening=(), house=house).mine, house=house)
        assert stale_homes(house=house) == []
        show(slack, pace, house)
        clock.advance(minutes=4)
        assert scrub(house=house)
        assert settle_removals(house=house) == 3
        assert CANARY not in told_in_slack(slack, clock())
        assert CANARY.encode() not in bytes_of(house)
        for order in permutations([POST, REPOST]):
            take(*order)  # created once more
        assert take(REPOST).filed.new == 0
        show(slack, pace, house)
        scrub(house=house)
    assert CANARY not in told_in_slack(slack, clock())
    assert CANARY.encode() not in bytes_of(house)
    assert CANARY not in repr(logs).lower()
    with house.database.read() as tx:
        assert corrections.of(tx, POST.id) == []
        assert cases.get(tx, case_of(house, QUOTE)) is not None  # whose own words it has
    (platform,) = compliance(listening=["x"], house=house)
    assert (platform.removals, platform.honoured) == (3, 3)
    assert platform.longest_delay is not None
    assert platform.longest_delay <= HONOURED_WITHIN


ARRIVALS = {"create": (POST,), "repost": (REPOST,), "delete": (), "edit": (mention(
    f"edited {CANARY}", number=1, by=HER, thread_id="x:1", posted_at=POST.posted_at, edited_at=NOON),)}  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(ARRIVALS)), ids=" ".join)
def test_whatever_arrives_in_whatever_order_nothing_is_left(take, house, slack, pace, clock, order):
    for name in order:
        take(*ARRIVALS[name], removals=(GONE,) if name == "delete" else ())
        show(slack, pace, house)
    clock.advance(minutes=5)
    show(slack, pace, house)
    assert scrub(house=house)
    settle_removals(house=house)
    assert CANARY not in told_in_slack(slack, clock())
    assert CANARY.encode() not in bytes_of(house)
    (platform,) = compliance(listening=["x"], house=house)
    assert platform.posts == 0
    assert platform.removals == platform.honoured


def test_a_post_that_is_filed_while_its_deletion_is_written_is_not_filed(take, house):
    filing = threading.Thread(target=take, args=(POST,))
    with house.database.write() as tx:
        brands.sync(tx, house.brands)
    with house.database.write() as tx:
        brands.lock(tx, ["Lumora"])
        filing.start()
        filing.join(0.3)  # it waits for this transaction
        remove(tx, POST.id, house=house)
    filing.join()
    assert CANARY.encode() not in bytes_of(house)
    with house.database.read() as tx:
        assert cases.queue(tx, limit=9, value_band=house.band) == []


def test_a_message_that_slack_will_not_change_is_told_to_the_operators(take, house, pace, clock):

    class Frozen(MemorySlack):
        def update(self, message, content):
            raise PostRejected("The workspace forbids editing messages of this age.", code="edit_window_closed")

    slack = Frozen(clock)
    take(POST)
    show(slack, pace, house)
    take(removals=(GONE,))
    show(slack, pace, house)
    show(slack, pace, house)
    (notice,) = slack.shown("C0OPS")
    assert "may show what was deleted: https://lumora.slack.com/archives/C0ALERTS/p" in notice.text
    assert CANARY not in notice.text


def test_a_deletion_that_takes_too_long_is_told_once(take, house, slack, pace, clock):
    take(POST)
    show(slack, pace, house)
    take(removals=(Removal(POST.id, clock()),))
    assert settle_removals(house=house) == 0
    clock.advance(minutes=6)
    for _ in range(2):
        settle_removals(house=house)
    show(slack, pace, house)
    (notice,) = slack.shown("C0OPS")
    assert "not gone after 0:05:00: Slack still shows it in card:" in notice.text
    scrub(house=house)
    assert settle_removals(house=house) == 1
    (platform,) = compliance(listening=["x"], house=house)
    assert platform.median_delay == timedelta(minutes=6)


@pytest.mark.parametrize(("platform", "kept"), [("x", []), ("mastodon", ["Lumora is down"])])
def test_an_edit_changes_text_and_labels_alerts_nobody_and_keeps_the_claim(
    take, house, slack, pace, clock, platform, kept
):
    by = author(platform=platform)
    post = mention("Lumora is down", number=11, by=by)
    take(post)
    show(slack, pace, house)
    claim(Click(case_of(house, post), MIA), house=house)
    posted = len(slack.keys())
    clock.advance(minutes=3)
    take(mention("I love Lumora again", number=11, by=by, thread_id=post.thread_id, edited_at=clock()))
    show(slack, pace, house)
    assert len(slack.keys()) == posted
    with house.database.read() as tx:
        (seen,) = mentions.of_case(tx, case_of(house, post))
        assert seen.mention.text == "I love Lumora again"
        assert seen.predictions.items[0].label == "positive"
        assert cases.get(tx, seen.case_id).owner == MIA.user_id
        assert [text for _, text in versions.of(tx, post.id)] == kept
    with house.database.write() as tx:
        erasing.erase_posts(tx, [post.id], at=clock(), secret=house.secret)
        assert versions.of(tx, post.id) == []
