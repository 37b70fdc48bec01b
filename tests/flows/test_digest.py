"""What leadership is told of a day, from posts that went the usual way."""

from datetime import date, timedelta

import pytest

from domain.digest import DigestChart, Volume, Wins
from domain.message import MessageKind
from flows.alerting import post_pending
from flows.contents import content_of
from flows.digest import chart, digest, digest_subject, read_digest_subject
from flows.digests import chart_message, enqueue_due_digests
from flows.responding import Click, not_us
from storage import audit, messages
from tests.builders import BEN, NOON, author, brand, mention
from tests.flows.test_lines_and_digests import waiting

DAY = NOON.date()


def said(text, who, *, days=0.0, **changes):
    return mention(text, by=author(who), posted_at=NOON + timedelta(days=days), **changes)


def of_day(house, day=DAY):
    return digest(brand=house.brands[0], day=day, house=house)


def test_a_silent_day_is_a_digest_too(house, clock):
    clock.now = NOON + timedelta(days=1)
    shown = of_day(house)
    assert (shown.volume, shown.answered, shown.open) == (Volume(0, 0, 0, 0, 0, 0, 0), 0, 0)
    assert (shown.topics, shown.quotes, shown.wins, shown.voice) == ((), (), Wins(), None)
    assert (shown.unanswered.total, shown.movement.days) == (0, 0)


def test_the_day_is_compared_with_the_days_before_and_its_words_with_theirs(take, house, clock):
    clock.now = NOON + timedelta(days=1)
    before = [said(f"Lumora is down {n} {back}", f"b{n}", days=-back) for back in range(1, 8) for n in range(2)]
    take(*before, *(said(f"Lumora: awful refund {n}", f"a{n}") for n in range(9)), said("I love Lumora", "fan"))
    shown = of_day(house)
    assert [(m.what, m.now, m.usual) for m in shown.movement.movers] == [
        ("mentions", 10, 2.0),
        ("negative mentions", 9, 2.0),
    ]
    assert (shown.movement.days, shown.movement.same_weekday) == (7, False)
    assert [(t.words, t.posts, t.before) for t in shown.topics] == [("awful refund", 9, 0)]
    assert [q.sentiment for q in shown.quotes] == ["negative", "positive", "negative"]


def test_a_win_counts_on_the_day_of_the_answer_and_who_waits_is_listed_oldest_first(take, house, clock, slack, pace):
    old, new = said("Lumora is down", "a", days=-2), said("awful", "b")
    asked = said("signed up for Lumora", "c")
    answers = [
        mention("sorry", by=author("lumora"), reply_to=m.id, thread_id=m.thread_id, posted_at=NOON + timedelta(hours=1))
        for m in (old, asked)
    ]
    take(old, new, asked, *answers)
    clock.now = NOON + timedelta(days=1)
    post_pending(post=slack, pace=pace, house=house)
    shown = of_day(house)
    assert shown.wins == Wins(opportunities_answered=1, complaints_answered=1, joining=1, praise=1)
    (case,) = shown.unanswered.oldest
    assert (case.posted_at, shown.unanswered.total) == (new.posted_at, 1)
    assert case.permalink.startswith("https://lumora.slack.com/archives/C0ALERTS/p")


def test_what_a_person_dismissed_is_counted_as_not_us_and_by_no_label(take, house, clock, slack, pace):
    take(said("Lumora is down", "a"), said("awful", "b"))
    post_pending(post=slack, pace=pace, house=house)
    with house.database.read() as tx:
        card = next(m for m in messages.recent(tx, since=NOON - timedelta(days=1)) if m.kind is MessageKind.CARD)
    not_us(Click(card.subject, BEN, "click1"), house=house)
    clock.now = NOON + timedelta(days=1)
    shown = of_day(house)
    assert (shown.volume.mentions, shown.volume.negative, shown.volume.not_us, shown.called) == (2, 1, 1, 2)
    assert (shown.open, shown.unanswered.total) == (1, 1)
    assert len(shown.quotes) == 1


def test_the_digest_vouches_for_the_audit_log(house, clock):
    with house.database.write() as tx:
        audit.append(tx, at=NOON, actor="U0ADA", action="see_customer", subject="c1", secret=house.secret)
        head = audit.head(tx)
    assert of_day(house).audit_head == head != ""


def test_a_later_look_at_a_posted_digest_says_the_same(take, house, clock):
    post = said("Lumora is down", "a")
    take(post)
    clock.now = NOON + timedelta(days=1)
    assert enqueue_due_digests(house=house) == 1
    (message,) = waiting(house, MessageKind.DIGEST)
    clock.advance(hours=2)
    take(mention("sorry", by=author("lumora"), reply_to=post.id, thread_id=post.thread_id, posted_at=clock.now))
    with house.database.read() as tx:
        later = content_of(tx, message, house=house)
    assert (later.at, later.answered, later.open) == (message.created_at, 0, 1)


def test_the_chart_shows_the_two_weeks_to_the_day_and_is_read_at_the_moment_of_posting(take, house, clock):
    take(said("Lumora is down", "a"), said("awful", "b", days=-1))
    clock.now = NOON + timedelta(days=1)
    enqueue_due_digests(house=house)
    (message,) = waiting(house, MessageKind.DIGEST)
    queued = chart_message(message)
    assert (queued.kind, queued.channel, queued.subject) == (MessageKind.CHART, message.channel, message.subject)
    assert queued.key == f"chart:{message.subject}|{message.channel}"
    with house.database.read() as tx:
        shown = content_of(tx, queued, house=house)
    assert isinstance(shown, DigestChart)
    assert shown.png.startswith(b"\x89PNG")
    assert shown.title == "Lumora: complaints and answers, 2026-02-19 to 2026-03-04"
    assert "2 complaints, 0 of them answered and 2 open" in shown.alt_text
    assert shown == chart(brand=house.brands[0], day=DAY, house=house)


def test_a_brand_that_left_the_settings_has_no_chart(house, clock):
    clock.now = NOON
    enqueue_due_digests(house=house)
    (message,) = waiting(house, MessageKind.DIGEST)
    without = type(house)(house.database, clock, (), house.policy, b"secret")
    with house.database.read() as tx:
        assert content_of(tx, chart_message(message), house=without) is None


@pytest.mark.parametrize("name", ["Lumora", "Big | Co", "x|2026-01-01"])
def test_a_subject_is_read_as_it_was_written(name):
    assert read_digest_subject(digest_subject(name, DAY)) == (name, DAY)


def test_brands_are_told_apart(take, house, clock):
    take(said("Lumora is down", "a"))
    clock.now = NOON + timedelta(days=1)
    other = digest(brand=brand("Helio"), day=date(2026, 3, 4), house=house)
    assert (other.volume.mentions, other.unanswered.total, other.quotes) == (0, 0, ())
