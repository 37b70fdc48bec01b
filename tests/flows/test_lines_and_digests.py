from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.views.batch import batch_blocks
from domain.message import MessageKind
from flows.alerting import post_pending
from flows.batching import enqueue_batches
from flows.digest import digest
from flows.digests import enqueue_due_digests
from flows.ingest import ingest
from flows.reporting import health, kpis
from storage import messages
from tests.builders import NOON, author, brand, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword


def waiting(house, kind):
    with house.database.read() as tx:
        return [m for m in messages.pending(tx, at=house.clock(), per_channel=99) if m.kind is kind]


def test_the_hours_line_lists_what_needed_no_card_once(take, house, slack, pace, clock):
    take(*(mention("I love Lumora", by=author(f"fan{i}")) for i in range(12)), mention("maybe I cancel"))
    assert enqueue_batches(house=house) == 0  # the hour is not over
    clock.advance(hours=1)
    assert enqueue_batches(house=house) == 2
    assert enqueue_batches(house=house) == 0
    post_pending(post=slack, pace=pace, house=house)
    line = next(c for c in slack.shown() if c.kind is MessageKind.BATCH)
    assert (line.total, len(line.shown)) == (12, 10)
    clock.advance(hours=1)
    assert enqueue_batches(house=house) == 0  # nothing new


def test_what_came_too_late_for_a_card_is_in_the_hours_line_with_the_reason(house, clock, slack, pace):
    fresh = replace(house, policy=replace(house.policy, alert_within=timedelta(hours=24)))
    late = mention("Lumora is down", posted_at=NOON - timedelta(hours=25))
    posts = batch(late, mention("Lumora is awful"), mention("the film begins at nine"))
    ingest(stream(), poll=Scripted(posts), classify=by_keyword, house=fresh)
    clock.advance(hours=1)
    assert enqueue_batches(house=fresh) == 1
    assert enqueue_batches(house=fresh) == 0
    post_pending(post=slack, pace=pace, house=fresh)
    line = next(c for c in slack.shown() if getattr(c, "kind", None) is MessageKind.BATCH)
    assert (line.total, line.late, line.shown[0].mention.id) == (2, 1, late.id)
    shown = str([block.to_dict() for block in batch_blocks(line)])
    assert "1 post about *Lumora* read too late for a card, in `/earshot queue`; 💤 1 post" in shown
    assert "negative · too old for a card when it was read" in shown
    clock.advance(hours=1)
    assert enqueue_batches(house=fresh) == 0


def test_a_digest_falls_due_at_the_brands_local_hour_once(house, clock):
    clock.now = datetime(2026, 3, 5, 6, 59, tzinfo=UTC)  # 07:59 in Berlin
    assert enqueue_due_digests(house=house) == 0
    clock.advance(minutes=1)
    assert enqueue_due_digests(house=house) == 1
    clock.advance(hours=9)
    assert enqueue_due_digests(house=house) == 0
    (message,) = waiting(house, MessageKind.DIGEST)
    assert (message.subject, message.channel) == ("Lumora|2026-03-04", "C0LEADERS")


def test_after_downtime_at_the_hour_the_digest_comes_late_but_comes(house, clock):
    clock.now = datetime(2026, 3, 5, 21, 0, tzinfo=UTC)
    assert enqueue_due_digests(house=house) == 1


def test_the_digest_counts_yesterday_and_rates_the_last_closed_day(take, house, clock, slack, pace):
    angry, answered = mention("Lumora is down", by=author("a")), mention("awful", by=author("b"))
    ours = mention(
        "sorry",
        by=author("lumora"),
        reply_to=answered.id,
        thread_id=answered.thread_id,
        posted_at=NOON + timedelta(hours=1),
    )
    take(angry, answered, mention("I love it", by=author("c")), ours)
    clock.now = NOON + timedelta(days=1)
    post_pending(post=slack, pace=pace, house=house)
    shown = digest(brand=house.brands[0], day=date(2026, 3, 4), house=house)
    assert (shown.volume.mentions, shown.volume.negative, shown.answered, shown.open) == (3, 2, 1, 1)
    assert shown.closed_day == date(2026, 3, 3)  # the 4th closes at midnight plus 24 h
    assert {q.mention_id for q in shown.quotes} >= {angry.id, answered.id}
    assert shown.quotes[0].permalink.startswith("https://lumora.slack.com/archives/C0ALERTS/p")
    clock.now = NOON + timedelta(days=3)
    shown = digest(brand=house.brands[0], day=date(2026, 3, 4), house=house)
    rate = next(k for k in shown.kpis if k.name == "response_rate")
    assert (shown.closed_day, rate.value) == (date(2026, 3, 4), 0.5)


def test_a_day_begins_and_ends_in_the_brands_time_zone(take, house, clock):
    take(mention("awful", posted_at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC)))  # 00:30 on the 4th in Berlin
    clock.now = NOON + timedelta(days=9)

    def complaints(day):
        found = kpis(brand=house.brands[0], since=day, until=day + timedelta(days=1), house=house)
        return next(k.value for k in found if k.name == "complaints")

    assert (complaints(date(2026, 3, 3)), complaints(date(2026, 3, 4))) == (0, 1)


def test_health_lists_every_stream_also_one_that_was_never_read(take, house):
    take(mention("awful"))
    report = health(listening=[stream(), stream(name="r/lumora", platform="reddit")], house=house)
    assert [(s.stream, s.last_read_at is not None) for s in report.streams] == [
        ("lumora on X", True),
        ("r/lumora", False),
    ]
    assert (report.open_cases, report.messages_waiting) == (1, 1)


def test_brands_are_counted_apart(take, house):
    take(mention("awful"))
    other = brand("Helio")
    found = kpis(brand=other, since=date(2026, 3, 1), until=date(2026, 4, 1), house=house)
    assert next(k.value for k in found if k.name == "mentions") == 0
