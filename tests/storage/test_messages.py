from dataclasses import replace
from datetime import timedelta

import pytest

from domain.case import Verdict
from domain.errors import StorageError
from domain.message import PRESSING, MessageKind, MessageState, Posted
from storage import mentions, messages
from tests.builders import NOON, mention
from tests.storage.values import message, seen, store

LATER = NOON + timedelta(seconds=30)
KEY = "card:case1"


@pytest.fixture
def tx(database):
    with database.write() as tx:
        yield tx


def state_of(tx, key=KEY):
    return messages.get(tx, key).state


def test_a_message_comes_back_as_it_was_queued_and_only_once(tx):
    notice = message("notice:1", kind=MessageKind.NOTICE, payload="X cannot be read", team_id="T1")
    assert messages.enqueue(tx, notice)
    assert not messages.enqueue(tx, message("notice:1", channel="another"))
    assert messages.get(tx, "notice:1") == notice


def test_what_waits_is_taken_oldest_first_when_its_time_has_come(tx):
    for key, changes in {
        "card:new": {"created_at": LATER},
        "card:old": {},
        "card:not yet": {"not_before": LATER},
        "card:gone": {"state": MessageState.POSTED},
    }.items():
        messages.enqueue(tx, message(key, **changes))
    assert [m.key for m in messages.pending(tx, at=NOON, per_channel=9)] == ["card:old", "card:new"]
    assert [m.key for m in messages.pending(tx, at=LATER, per_channel=2)] == ["card:not yet", "card:old"]


def test_one_sender_takes_a_message(tx):
    messages.enqueue(tx, message())
    started = messages.start(tx, KEY, at=LATER)
    assert (started.state, started.attempts, started.attempted_at) == (MessageState.SENDING, 1, LATER)
    assert messages.start(tx, KEY, at=LATER) is None
    assert messages.pending(tx, at=LATER, per_channel=9) == []


def test_a_posted_message_knows_its_place(tx):
    messages.enqueue(tx, message(channel="#alerts"))
    messages.start(tx, KEY, at=NOON)
    messages.posted(tx, KEY, Posted("C1", "17.1"), at=LATER, shown_revision=0)
    done = messages.get(tx, KEY)
    assert (done.state, done.channel, done.ts) == (MessageState.POSTED, "C1", "17.1")
    assert [m.key for m in messages.recent(tx, since=LATER)] == [KEY]
    assert messages.recent(tx, since=LATER + timedelta(seconds=1)) == []


def test_a_message_that_has_to_wait_is_sent_later(tx):
    messages.enqueue(tx, message())
    messages.start(tx, KEY, at=NOON)
    messages.postpone(tx, KEY, until=LATER)
    assert messages.pending(tx, at=NOON, per_channel=9) == []
    assert (
        messages.start(tx, messages.pending(tx, at=LATER, per_channel=9)[0].key, at=LATER).attempts == 1
    )  # the first posted nothing


def test_a_refused_message_is_tried_as_plain_text_and_then_given_up(tx):
    messages.enqueue(tx, message())
    messages.start(tx, KEY, at=NOON)
    messages.plain(tx, KEY)
    assert messages.start(tx, KEY, at=NOON).plain
    messages.failed(tx, KEY, error="channel_not_found")
    assert (state_of(tx), messages.get(tx, KEY).error) == (MessageState.FAILED, "channel_not_found")


def test_a_message_of_unknown_fate_is_looked_for_at_once_then_later_then_sent_again(tx):
    messages.enqueue(tx, message())
    messages.start(tx, KEY, at=NOON)
    messages.unknown(tx, KEY, error="timed out")
    assert [m.error for m in messages.unknowns(tx, at=NOON)] == ["timed out"]
    messages.look_again(tx, KEY, at=LATER)
    assert messages.unknowns(tx, at=NOON) == []
    assert [m.key for m in messages.unknowns(tx, at=LATER)] == [KEY]
    messages.again(tx, KEY)
    assert [m.key for m in messages.pending(tx, at=NOON, per_channel=9)] == [KEY]
    messages.again(tx, KEY)
    messages.look_again(tx, KEY, at=LATER)
    assert messages.get(tx, KEY).not_before is None


def test_what_was_being_sent_when_we_died_is_of_unknown_fate(tx):
    for key in ("card:a", "card:b", "card:c"):
        messages.enqueue(tx, message(key))
    for key in ("card:a", "card:b"):
        messages.start(tx, key, at=NOON)
    assert messages.recover(tx, before=NOON + timedelta(hours=1)) == 2
    assert [m.key for m in messages.unknowns(tx, at=NOON)] == ["card:a", "card:b"]
    assert messages.recover(tx, before=NOON + timedelta(hours=1)) == 0


def test_a_posted_message_is_stale_until_it_shows_the_last_revision(tx):
    for key in (KEY, "card:case2"):
        messages.enqueue(tx, message(key))
        messages.start(tx, key, at=NOON)
        messages.posted(tx, key, Posted("C1", key), at=NOON, shown_revision=0)
    messages.enqueue(tx, message("card:waiting"))
    for subject in ("case1", "waiting"):
        messages.touch(tx, kind=MessageKind.CARD, subject=subject)
    messages.touch(tx, kind=MessageKind.DIGEST, subject="case2")
    (stale,) = messages.stale(tx, at=NOON, limit=9)
    assert (stale.key, stale.revision, stale.shown_revision) == (KEY, 1, 0)
    messages.touch(tx, kind=MessageKind.CARD, subject="case1")
    messages.shown(tx, KEY, revision=1)
    assert [m.revision for m in messages.stale(tx, at=NOON, limit=9)] == [2]
    messages.shown(tx, KEY, revision=2)
    assert messages.stale(tx, at=NOON, limit=9) == []


def test_an_update_that_has_to_wait_leaves_the_message_posted(tx):
    messages.enqueue(tx, message())
    messages.start(tx, KEY, at=NOON)
    messages.posted(tx, KEY, Posted("C1", "17.1"), at=NOON, shown_revision=0)
    messages.touch(tx, kind=MessageKind.CARD, subject="case1")
    messages.postpone(tx, KEY, until=LATER)
    assert state_of(tx) is MessageState.POSTED
    assert messages.stale(tx, at=NOON, limit=9) == []
    assert [m.key for m in messages.stale(tx, at=LATER, limit=9)] == [KEY]


def test_messages_are_counted_by_whether_they_are_on_their_way(tx):
    for number, state in enumerate(MessageState):
        messages.enqueue(tx, message(f"card:{number}", state=state))
    assert messages.counts(tx) == (3, 1)


def test_a_case_has_one_card(tx):
    messages.enqueue(tx, message(KEY))
    messages.enqueue(tx, message("digest:case1", kind=MessageKind.DIGEST))
    assert messages.for_case(tx, "case1").key == KEY
    assert messages.for_case(tx, "case2") is None


def test_a_line_shows_posts_as_seen_for_its_brand_and_each_post_is_in_one_line(tx):
    posts = [mention(number=n, posted_at=NOON + timedelta(minutes=n)) for n in (2, 1)]
    store(tx, *(seen(p, brand=b) for p in posts for b in ("Lumora", "Helio")))
    store(tx, seen(mention(number=3), verdict=Verdict.REVIEW), seen(mention(number=4)), at=LATER)
    store(tx, seen(mention(number=5)), stream=None)
    waiting = {"brand": "Lumora", "verdict": Verdict.BATCH, "until": LATER}
    assert mentions.unbatched(tx, **waiting) == ["x:1", "x:2"]
    messages.enqueue(tx, message("batch:1", kind=MessageKind.BATCH))
    messages.add_mentions(tx, "batch:1", [p.id for p in posts], brand="Lumora")
    assert mentions.unbatched(tx, **waiting) == []
    assert mentions.unbatched(tx, **(waiting | {"brand": "Helio"})) == ["x:1", "x:2"]
    shown = mentions.of_message(tx, "batch:1", limit=9)
    assert [(s.mention.id, s.brand) for s in shown] == [("x:1", "Lumora"), ("x:2", "Lumora")]
    assert [m.key for m in messages.showing(tx, posts[0].id)] == ["batch:1"]


def test_a_line_shows_late_posts_first_and_knows_how_many_there_are(tx):
    posts = [mention(number=n, posted_at=NOON + timedelta(minutes=n)) for n in (1, 2, 3)]
    store(tx, *(replace(seen(post), late=post is posts[2]) for post in posts))
    messages.enqueue(tx, message("batch:1", kind=MessageKind.BATCH))
    messages.add_mentions(tx, "batch:1", [post.id for post in posts], brand="Lumora")
    assert [s.mention.id for s in mentions.of_message(tx, "batch:1", limit=2)] == ["x:3", "x:1"]
    assert mentions.count_of_message(tx, "batch:1") == (3, 1)
    assert mentions.count_of_message(tx, "batch:2") == (0, 0)


def test_a_post_that_a_digest_quotes_is_still_listed_in_its_line(tx):
    post = mention()
    store(tx, seen(post))
    messages.enqueue(tx, message("digest:1", kind=MessageKind.DIGEST))
    messages.add_mentions(tx, "digest:1", [post.id, post.id], brand="Lumora")
    messages.add_mentions(tx, "digest:1", [post.id], brand="Lumora")
    assert len(mentions.unbatched(tx, brand="Lumora", verdict=Verdict.BATCH, until=LATER)) == 1
    assert [m.key for m in messages.showing(tx, post.id)] == ["digest:1"]


def test_a_card_may_name_its_posts_before_they_are_stored_but_not_instead(database):
    post = mention()
    with database.write() as tx:
        messages.enqueue(tx, message())
        messages.add_mentions(tx, KEY, [post.id], brand="Lumora")
        messages.add_mentions(tx, "card:silent", [post.id], brand="Lumora")
        store(tx, seen(post))
        assert [m.key for m in messages.showing(tx, post.id)] == [KEY]
    with pytest.raises(StorageError, match="refused a row"), database.write() as tx:
        messages.add_mentions(tx, KEY, [mention().id], brand="Lumora")


def test_what_belongs_into_a_thread_waits_for_the_first_message_and_goes_where_that_went(database):
    with database.write() as tx:
        messages.enqueue(tx, message("card:1", channel="U0MIA"))
        messages.enqueue(tx, message("note:1", channel="U0MIA", parent="card:1"))
        assert [m.key for m in messages.pending(tx, at=NOON, per_channel=9)] == ["card:1"]
        messages.start(tx, "card:1", at=NOON)
        messages.posted(tx, "card:1", Posted("D0MIA", "1.5"), at=NOON, shown_revision=0)
        assert [m.key for m in messages.pending(tx, at=NOON, per_channel=9)] == ["note:1"]
        started = messages.start(tx, "note:1", at=NOON)
    assert (started.channel, started.thread_ts) == ("D0MIA", "1.5")


def test_what_is_pressing_goes_first(database):
    with database.write() as tx:
        messages.enqueue(tx, message("card:1"))
        messages.enqueue(tx, message("card:2", rank=PRESSING, created_at=NOON + timedelta(minutes=1)))
        assert [m.key for m in messages.pending(tx, at=NOON, per_channel=1)] == ["card:2"]
