from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import PostRateLimited, PostRejected, PostUnknown
from domain.message import MessageState, Notice
from flows.alerting import (
    Pace,
    post_pending,
    reconcile,
    recover,
    refresh,
    retry_refused,
    sweep_twins,
    update_changed,
)
from flows.notices import tell_operators
from storage import messages
from tests.builders import author, mention
from tests.flows.fakes import MemorySlack, dice


def send(house, slack, pace):
    return post_pending(post=slack, pace=pace, house=house)


def one_card(house):
    with house.database.read() as tx:
        found = [m for m in messages.pending(tx, at=house.clock(), per_channel=99) if m.kind == "card"]
    return found[0].key


def state(house, key):
    with house.database.read() as tx:
        return messages.get(tx, key)


def test_a_card_is_posted_once(take, house, slack, pace):
    take(mention("awful"))
    assert len(send(house, slack, pace).posted) == 1
    assert send(house, slack, pace).posted == ()
    assert len(slack.keys()) == 1


def test_one_message_a_second_and_channel_after_a_short_burst(take, house, slack):
    now = [100.0]
    pace = Pace(burst=2, monotonic=lambda: now[0])
    for i in range(5):
        take(mention("awful", by=author(f"a{i}")))
    counts = []
    for second in (0.0, 0.5, 1.0, 2.0, 2.5, 9.0):
        now[0] = 100.0 + second
        counts.append(len(send(house, slack, pace).posted))
    assert counts == [2, 0, 1, 1, 0, 1]


def test_many_channels_together_get_several_hundred_messages_a_minute():
    now = [100.0]
    pace = Pace(monotonic=lambda: now[0])
    sent = 0
    for _ in range(240):
        for channel in (f"C{n}" for n in range(50)):
            if pace.ready(channel):
                pace.spend(channel)
                sent += 1
        now[0] += 0.25
    assert 480 <= sent <= 520


def test_a_rate_limit_is_waited_out(take, house, slack, pace, clock):
    take(mention("awful"))
    slack.fate = "limited"
    assert send(house, slack, pace).delayed == 1
    slack.fate = None
    assert send(house, slack, pace).posted == ()  # Slack named 3 seconds
    clock.advance(seconds=3)
    assert len(send(house, slack, pace).posted) == 1


def test_refused_blocks_are_sent_once_more_as_plain_text(take, house, slack, pace):
    take(mention("awful"))
    slack.fate = "blocks"
    send(house, slack, pace)
    assert len(send(house, slack, pace).posted) == 1


def test_a_refusal_is_final_and_the_operators_hear_of_it_once(take, house, slack, pace):
    take(mention("awful"))
    key = one_card(house)
    slack.fate = lambda message: "refused" if message.channel == "C0ALERTS" else None
    send(house, slack, pace)
    send(house, slack, pace)
    assert state(house, key).state is MessageState.FAILED
    assert [content.text for content in slack.shown("C0OPS") if isinstance(content, Notice)] == [
        "Slack refused a message: no"
    ]


@pytest.mark.parametrize("fate", ["lost after", "lost before"])
def test_an_ambiguous_send_ends_as_exactly_one_message(take, house, slack, pace, clock, fate):
    take(mention("awful"))
    slack.fate = fate
    assert send(house, slack, pace).unknown == 1
    slack.fate = None
    for seconds in (0, 10, 50):
        clock.advance(seconds=seconds)
        reconcile(post=slack, house=house)
        send(house, slack, pace)
    assert len(slack.keys()) == 1


def test_a_lost_send_is_repeated_only_after_it_was_absent_at_every_look(take, house, slack, pace, clock):
    take(mention("awful"))
    slack.fate = "lost before"
    send(house, slack, pace)
    slack.fate = None
    repeated = []
    for seconds in (0, 5, 5, 49, 1):  # looks fall due at 0, 10 and 60 s
        clock.advance(seconds=seconds)
        repeated.append(reconcile(post=slack, house=house).repeated)
    assert repeated == [0, 0, 0, 0, 1]


def test_a_twin_that_appears_late_is_taken_away(take, house, slack, pace, clock):
    take(mention("awful"))
    slack.fate = "lost before"
    send(house, slack, pace)
    lost = state(house, "card:" + one_subject(house))
    slack.fate = None
    clock.advance(seconds=61)
    reconcile(post=slack, house=house)
    send(house, slack, pace)
    slack._put(lost, slack.shown()[0])  # Slack shows the first attempt after all
    assert len(slack.keys()) == 2
    assert sweep_twins(post=slack, house=house).twins == 1
    assert len(slack.keys()) == 1


def one_subject(house):
    with house.database.read() as tx:
        (message,) = messages.unknowns(tx, at=house.clock() + timedelta(days=1))
    return message.subject


def test_what_a_dead_process_was_sending_is_looked_for_first(take, house, slack, pace):
    take(mention("awful"))
    key = one_card(house)
    with house.database.write() as tx:
        message = messages.start(tx, key, at=house.clock())
    slack._put(message, Notice("posted, and then the process died"))
    assert recover(house=house) == 1
    reconcile(post=slack, house=house)
    send(house, slack, pace)
    assert slack.keys() == [key]


def test_a_refused_card_is_tried_again_later(take, house, slack, pace):
    take(mention("awful"))
    key = one_card(house)
    slack.fate = "refused"
    send(house, slack, pace)
    slack.fate = None
    retry_refused(house=house)
    send(house, slack, pace)
    assert slack.keys() == [key]


def test_a_changed_case_changes_its_card_in_place(take, house, slack, pace):
    post = mention("awful")
    take(post)
    send(house, slack, pace)
    take(mention("awful and worse", thread_id=post.thread_id))
    assert update_changed(post=slack, house=house).updated == 1
    assert update_changed(post=slack, house=house).updated == 0
    (file,) = slack.shown()
    assert len(file.mentions) == 2


def test_a_card_that_somebody_deleted_in_slack_is_not_asked_for_for_ever(take, house, slack, pace):
    post = mention("awful")
    take(post)
    send(house, slack, pace)
    slack.channels["C0ALERTS"].clear()
    take(mention("worse, awful", thread_id=post.thread_id))
    assert update_changed(post=slack, house=house).failed == 1
    assert update_changed(post=slack, house=house).failed == 0


def test_refresh_shows_a_click_at_once(take, house, slack, pace):
    post = mention("awful")
    take(post)
    send(house, slack, pace)
    case_id = slack.shown()[0].case.id
    take(mention("awful!", thread_id=post.thread_id))
    assert refresh(case_id, post=slack, house=house).updated == 1


def test_two_hundred_cards_with_ambiguous_failures_are_each_visible_once(take, house, clock, pace):
    slack = MemorySlack(clock, fate=dice(7, lost_after=0.05, lost_before=0.05, limited=0.05))
    take(*(mention("awful", by=author(f"a{i}")) for i in range(200)))
    for _ in range(40):
        send(house, slack, pace)
        reconcile(post=slack, house=house)
        sweep_twins(post=slack, house=house)
        clock.advance(seconds=4)
    assert len(slack.keys()) == len(set(slack.keys())) == 200


def test_a_send_that_was_interrupted_in_a_living_process_is_looked_for(take, house, slack, pace, clock):
    take(mention("awful"))
    key = one_card(house)
    with house.database.write() as tx:
        message = messages.start(tx, key, at=house.clock())
    slack._put(message, Notice("posted, and then the database was away"))
    reconcile(post=slack, house=house)
    assert state(house, key).state is MessageState.SENDING
    clock.advance(seconds=61)
    reconcile(post=slack, house=house)
    reconcile(post=slack, house=house)
    assert state(house, key).state is MessageState.POSTED
    assert slack.keys() == [key]


def test_a_busy_channel_holds_no_other_one_up(take, house, slack, pace):
    take(*(mention("awful", by=author(f"a{i}")) for i in range(300)))
    with house.database.write() as tx:
        tell_operators(tx, "look here", subject="late", house=house)
    send(house, slack, pace)
    assert [content.text for content in slack.shown("C0OPS")] == ["look here"]
    assert len(slack.keys()) == pace.burst


def test_a_look_that_slack_refuses_ends_the_search(take, house, slack, pace, clock):
    take(mention("awful"))
    key = one_card(house)
    slack.fate = "lost before"
    send(house, slack, pace)

    def refuse(messages, since):
        raise PostRejected("no", code="not_in_channel")

    slack.find = refuse
    reconcile(post=slack, house=house)
    assert state(house, key).state is MessageState.FAILED


def lose_some(take, house, slack, pace, *, channels):
    """Send two messages into each channel, and lose them all."""
    with house.database.write() as tx:
        for channel in channels:
            for n in range(2):
                tell_operators(tx, "look", subject=f"{channel} {n}", house=replace(house, operators_channel=channel))
    slack.fate = "lost after"
    send(house, slack, pace)


def test_one_look_finds_everything_that_went_into_a_channel(take, house, slack, pace):
    lose_some(take, house, slack, pace, channels=("C1", "C2"))
    looks, find = [], slack.find

    def look(messages, since):
        looks.append(messages[0].channel)
        return find(messages, since)

    slack.find = look
    assert len(reconcile(post=slack, house=house).posted) == 4
    assert looks == ["C1", "C2"]


@pytest.mark.parametrize(
    ("error", "found"),
    [(PostUnknown("?", code="lost_answer"), 2), (PostRateLimited("wait", code="ratelimited", retry_after=3), 0)],
)
def test_a_look_that_fails_keeps_no_other_channel_waiting_unless_slack_asks_for_it(
    take, house, slack, pace, clock, error, found
):
    lose_some(take, house, slack, pace, channels=("C1", "C2"))
    find = slack.find

    def look(messages, since):
        if messages[0].channel == "C1":
            raise error
        return find(messages, since)

    slack.find = look
    assert len(reconcile(post=slack, house=house).posted) == found
    slack.find = find
    clock.advance(seconds=5)
    assert len(reconcile(post=slack, house=house).posted) == 4 - found
