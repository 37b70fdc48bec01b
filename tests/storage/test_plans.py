"""No question that is asked all day reads a whole table."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from domain.brand import Account
from domain.case import CaseState, Verdict
from domain.customer import Grade
from domain.forgetting import ForgettingState
from domain.handover import HandoverKind
from domain.message import MessageKind
from domain.queue import QueueFilter
from storage import (
    audit,
    blind_checks,
    cases,
    closed_days,
    corrections,
    customer_notes,
    customers,
    deeds,
    deliveries,
    erasing,
    evidence,
    forgettings,
    handovers,
    leases,
    links,
    mentions,
    messages,
    outcomes,
    preferences,
    records,
    responses,
    streams,
    summaries,
    tallies,
)
from storage.database import open_database
from storage.tables import Row
from tests.builders import NOON, author, mention, record
from tests.storage.values import SECRET, case, message, seen, store

DAY = {"brand": "Lumora", "start": NOON, "end": NOON + timedelta(days=1)}
DAYS = {"brand": "Lumora", "since": NOON.date(), "until": NOON.date() + timedelta(days=1)}
POST = mention(number=1)
SCANS = tuple(f"SCAN {table}" for table in Row.metadata.tables)
ASKED = {
    "unseen": lambda tx: mentions.unseen(tx, [POST], brand="Lumora", secret=SECRET),
    "add": lambda tx: store(tx, seen(POST)),
    "edited": lambda tx: mentions.edited(tx, [POST]),
    "erase": lambda tx: erasing.erase_posts(tx, [POST.id], at=NOON, secret=SECRET),
    "next part": lambda tx: erasing.next_part(tx, [POST.author.key], limit=10),
    "erase customer": lambda tx: erasing.erase_customer(tx, "customer1", at=NOON),
    "holdings": lambda tx: erasing.holdings(tx, author_keys=[POST.author.key], customer_id="customer1"),
    "forgettings": lambda tx: forgettings.in_state(tx, ForgettingState.RUNNING),
    "own_replies": lambda tx: mentions.own_replies(tx, [POST.id], brand="Lumora"),
    "case_ids": lambda tx: mentions.case_ids(tx, [POST.id], brand="Lumora"),
    "of_message": lambda tx: mentions.of_message(tx, "card:case1"),
    "of_authors": lambda tx: mentions.of_authors(tx, [POST.author.key], limit=5),
    "unbatched": lambda tx: mentions.unbatched(tx, brand="Lumora", verdict=Verdict.BATCH, until=NOON),
    "search": lambda tx: mentions.search(tx, "lumora down", brand="Lumora", since=NOON),
    "search by author": lambda tx: mentions.search(tx, "", authors=[POST.author.key]),
    "for a person's eye": lambda tx: mentions.for_a_persons_eye(tx, brand=None, limit=10),
    "unsure of a brand": lambda tx: mentions.unsure_count(tx, brand="Lumora"),
    "deeds": lambda tx: deeds.counted(tx, **DAY, actions=["claimed"]),
    "answers": lambda tx: deeds.answers(tx, **DAY),
    "preferences": lambda tx: preferences.of(tx, "U0MIA"),
    "audit of a case": lambda tx: audit.entries(tx, subject="case1", limit=10),
    "audit of a person": lambda tx: audit.count(tx, actor="U0MIA"),
    "volume": lambda tx: summaries.volume(tx, **DAY),
    "quotes": lambda tx: summaries.quotes(tx, **DAY, limit=3),
    "by_day": lambda tx: tallies.by_day(tx, brand="Lumora", days=[(NOON.date(), NOON, NOON + timedelta(days=1))]),
    "talk": lambda tx: tallies.talk(tx, **DAY, limit=10),
    "unanswered": lambda tx: tallies.unanswered(tx, brand="Lumora", at=NOON, limit=3),
    "heard_before": lambda tx: tallies.heard_before(tx, brand="Lumora", at=NOON),
    "candidates": lambda tx: blind_checks.candidates(tx, **DAY, calling={"sentiment": ["negative"]}),
    "is_drawn": lambda tx: blind_checks.is_drawn(tx, brand="Lumora", week=NOON.date()),
    "check": lambda tx: blind_checks.get(tx, "check1"),
    "take": lambda tx: blind_checks.take(tx, "check1", by="U0MIA", at=NOON, hold=timedelta(hours=1)),
    "item": lambda tx: blind_checks.item(tx, 1),
    "items": lambda tx: blind_checks.items(tx, brand="Lumora", since=NOON.date(), at=NOON),
    "corrected cards": lambda tx: corrections.cards(tx, brand="Lumora", since=NOON, at=NOON),
    "find": lambda tx: cases.find(tx, brand="Lumora", author_key="x:id-jane", thread_id="t"),
    "file": lambda tx: cases.file(tx, "case1", value_band=str),
    "queue": lambda tx: cases.queue(tx, limit=10, value_band=str),
    "queue of a brand": lambda tx: cases.queue(tx, wanted=QueueFilter(brand="Lumora"), limit=10, value_band=str),
    "counts": lambda tx: cases.counts(tx, at=NOON),
    "by_thread": lambda tx: cases.by_thread(tx, brand="Lumora", platform="x", thread_id="t"),
    "of_customer": lambda tx: cases.of_customer(tx, "customer1", limit=5),
    "move": lambda tx: cases.move(tx, case(), state=CaseState.CLAIMED, owner="U0MIA"),
    "pending": lambda tx: messages.pending(tx, at=NOON, per_channel=10),
    "stale": lambda tx: messages.stale(tx, at=NOON, limit=10),
    "unknowns": lambda tx: messages.unknowns(tx, at=NOON),
    "recover": lambda tx: messages.recover(tx, before=NOON),
    "sending": lambda tx: messages.sending(tx, before=NOON),
    "retry_failed": lambda tx: messages.retry_failed(tx, since=NOON),
    "recent": lambda tx: messages.recent(tx, since=NOON),
    "showing": lambda tx: messages.showing(tx, POST.id),
    "for_case": lambda tx: messages.for_case(tx, "case1"),
    "touch": lambda tx: messages.touch(tx, kind=MessageKind.CARD, subject="case1"),
    "counts of messages": messages.counts,
    "responses": lambda tx: responses.of_case(tx, "case1"),
    "outcomes": lambda tx: outcomes.between(tx, **DAY),
    "first outcome": lambda tx: outcomes.first(tx, brand="Lumora"),
    "late answers": lambda tx: outcomes.answers(tx, ["case1"]),
    "calls": lambda tx: mentions.calls(tx, "case1"),
    "latest_arrival": lambda tx: summaries.latest_arrival(tx, **DAY),
    "closed days": lambda tx: closed_days.days(tx, brand="Lumora"),
    "closed days of a period": lambda tx: closed_days.between(tx, **DAYS),
    "outcomes of closed days": lambda tx: closed_days.outcomes(tx, **DAYS),
    "changed cases of closed days": lambda tx: closed_days.changed(tx, **DAYS),
    "late cases of closed days": lambda tx: closed_days.arrived(tx, **DAY),
    "mentions of closed days": lambda tx: closed_days.mentions(tx, **DAYS),
    "cases of evidence": lambda tx: evidence.cases(tx, ["case1"]),
    "posts of evidence": lambda tx: evidence.posts(tx, **DAY, labelled=True, limit=10, offset=0),
    "count of evidence": lambda tx: evidence.count_posts(tx, **DAY, labelled=True),
    "links_for": lambda tx: customers.links_for(tx, platform="x", user_id="1", handle="jane"),
    "match": lambda tx: customers.match(tx, author()),
    "find by e-mail": lambda tx: customers.find(tx, "jane@example.com"),
    "find by handle": lambda tx: customers.find(tx, "@jane"),
    "add_records": lambda tx: records.add_records(tx, [record(), record(names=("Janet",))], at=NOON),
    "first_time": lambda tx: deliveries.first_time(tx, "Ev1", at=NOON),
    "purge": lambda tx: deliveries.purge(tx, before=NOON),
    "acquire": lambda tx: leases.acquire(tx, "schedule", holder="a", at=NOON, seconds=15),
    "to_wake": lambda tx: cases.to_wake(tx, at=NOON),
    "open_of_author": lambda tx: cases.open_of_author(tx, POST.author.key),
    "by_place": lambda tx: messages.by_place(tx, "C0ALERTS", "1.2"),
    "get a post": lambda tx: mentions.get(tx, POST.id, brand="Lumora"),
    "leads": lambda tx: handovers.count(tx, HandoverKind.LEAD, **DAY),
    "handover": lambda tx: handovers.get(tx, "h1"),
    "links of an author": lambda tx: links.of_author(tx, POST.author.key),
    "link": lambda tx: links.get(tx, "l1"),
    "tie": lambda tx: links.tie(
        tx, "customer1", Account("x", "jane"), user_id="1", grade=Grade.VERIFIED, evidence="", by="U0MIA", at=NOON
    ),
    "untie": lambda tx: links.untie(tx, "l1", by="U0MIA", at=NOON),
    "customer notes": lambda tx: customer_notes.of_customer(tx, "customer1", limit=5),
    "cursor": lambda tx: streams.cursor(tx, "s"),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED.keys())
def test_every_table_is_entered_by_an_index(sqlite_url, ask):
    database = open_database(sqlite_url)
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        messages.enqueue(tx, message())
        store(tx, seen(POST, case_id="case1"))
        records.add_record(tx, record(), at=NOON)
    asked = []
    event.listen(database._writer, "before_cursor_execute", lambda *a: asked.append((a[2], a[3], a[5])))
    with database.write() as tx:
        ask(tx)
        plans = [line for one in list(asked) for line in plan(tx, *one)]
    database.close()
    assert asked
    assert [line for line in plans if line.startswith(SCANS) and "INDEX" not in line] == []


def plan(tx, statement, parameters, many):
    cursor = tx.connection().connection.cursor()
    cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters)
    return [row[3] for row in cursor.fetchall()]
