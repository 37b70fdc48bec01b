# mypy: disable-error-code="func-returns-value"
"""No question that is asked all day reads a whole table, and each one is known here."""

import pkgutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from inspect import isfunction, signature
from types import ModuleType

import pytest
from sqlalchemy import event

import storage
from domain.blind_check import Drawn
from domain.brand import Account
from domain.case import CaseState, HistoryLine, Response, Triage, Verdict
from domain.customer import Grade
from domain.engagement import Change, ChangeKind, Flag
from domain.event import EventKind, Subject, SubjectKind
from domain.forgetting import ForgettingState, Holdings
from domain.gap import Gap, GapReason, GapState
from domain.handover import Handover, HandoverKind
from domain.health import BlindSpot, Headroom
from domain.incident import Incident, IncidentKind
from domain.mention import Context
from domain.message import MessageKind, Posted
from domain.noise import Mute, MuteKind, SurgeSpan
from domain.poaching import Approached
from domain.preference import Preferences
from domain.queue import QueueFilter
from domain.reply import Credit, CreditReason, Draft, ReplyState
from storage import (
    approaches,
    audit,
    authors,
    blind_checks,
    blind_spots,
    brands,
    cases,
    closed_days,
    contexts,
    copies,
    corrections,
    customer_notes,
    customers,
    deadlines,
    deeds,
    deliveries,
    erasing,
    events,
    evidence,
    flags,
    forgettings,
    gaps,
    handovers,
    holds,
    home_posts,
    hours,
    incidents,
    labels,
    leases,
    links,
    mentions,
    messages,
    mutes,
    outcomes,
    praise,
    preferences,
    rechecks,
    records,
    removals,
    replies,
    responses,
    saved_queries,
    sightings,
    streams,
    summaries,
    surges,
    tallies,
    tombstones,
    versions,
    voices,
)
from storage.database import open_database
from storage.tables import Row, SightingRow
from tests.builders import NOON, author, brand, did, mention, outcome, predictions, record
from tests.storage.values import SECRET, case, message, seen, store

DAY = {"brand": "Lumora", "start": NOON, "end": NOON + timedelta(days=1)}
DAYS = {"brand": "Lumora", "since": NOON.date(), "until": NOON.date() + timedelta(days=1)}
POST = mention(number=1)
ANSWER = mention(number=2, reply_to=POST.id, context=Context(author("ann"), "Which app?"))
WEEK = {"brand": "Lumora", "week": NOON.date()}
KEY = "card:case1"
LINE = HistoryLine(NOON, "U0MIA", "claimed")
DRAFT = Draft("r1", "case1", POST.id, "Lumora", "x", "U0MIA", "Sorry!", ReplyState.WAITING, NOON)
GAP = Gap("s", "Lumora", NOON, None, GapReason.FAILING)
INCIDENT = Incident("failing s", IncidentKind.FAILING, "503", NOON)
TABLES = set(Row.metadata.tables) - {"audit_head"}  # which has one row
PARTIAL = {
    index.name
    for table in Row.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
COMPARED = {"brand": "Lumora", "rivals": ["Vidora"], "sources": ["x search"]}
ASKED = {
    "unseen": lambda tx: mentions.unseen(tx, [POST], brand="Lumora", secret=SECRET),
    "add": lambda tx: store(tx, seen(POST)),
    "edited": lambda tx: mentions.edited(tx, [POST]),
    "erase": lambda tx: erasing.erase_posts(tx, [POST.id], at=NOON, secret=SECRET),
    "next part": lambda tx: erasing.next_part(tx, [POST.author.key], limit=10),
    "erase customer": lambda tx: erasing.erase_customer(tx, "customer1", at=NOON),
    "holdings": lambda tx: erasing.holdings(tx, author_keys=[POST.author.key], customer_id="customer1"),
    "forgettings": lambda tx: forgettings.in_state(tx, ForgettingState.RUNNING),
    "stored": lambda tx: mentions.stored(tx, [POST.id]),
    "own_replies": lambda tx: mentions.own_replies(tx, [POST.id], brand="Lumora"),
    "case_ids": lambda tx: mentions.case_ids(tx, [POST.id], brand="Lumora"),
    "of_message": lambda tx: mentions.of_message(tx, "card:case1", limit=10),
    "count_of_message": lambda tx: mentions.count_of_message(tx, "card:case1"),
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
    "find": lambda tx: cases.find(tx, brand="Lumora", author_key="x:id-jane", thread_id="t"),
    "file": lambda tx: cases.file(tx, "case1", value_band=str),
    "queue": lambda tx: cases.queue(tx, limit=10, value_band=str),
    "queue of a brand": lambda tx: cases.queue(tx, wanted=QueueFilter(brand="Lumora"), limit=10, value_band=str),
    "counts": lambda tx: cases.counts(tx, at=NOON),
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
    "keep": lambda tx: mentions.keep(tx, {POST: None}, at=NOON, secret=SECRET),
    "add voices": lambda tx: voices.add(tx, {POST: False}, brand="Lumora", rival="Vidora", source="x search"),
    "heard since": lambda tx: voices.heard_since(tx, **COMPARED),
    "counts of voices": lambda tx: voices.counts(tx, **COMPARED, start=NOON, end=NOON + timedelta(days=1)),
    "posts of voices": lambda tx: voices.posts(
        tx, **COMPARED, start=NOON, end=NOON + timedelta(days=1), limit=10, offset=0
    ),
    "expire": lambda tx: voices.expire(tx, brand="Lumora", rival="Vidora", before=NOON, limit=10),
    "any_before": lambda tx: voices.any_before(tx, brand="Lumora", rival="Vidora", before=NOON),
    "of_ours": lambda tx: approaches.of_ours(tx, [replace(POST, reply_to=POST.id, summons=("jane",))], brand=brand()),
    "add approaches": lambda tx: approaches.add(tx, {POST.id: [Approached(POST.author, POST.id)]}, brand="Lumora"),
    "approaches of cases": lambda tx: approaches.of_cases(tx, ["case1"]),
    "cases showing": lambda tx: approaches.cases_showing(tx, [POST.id], [POST.author.key]),
    "unsighted answers": lambda tx: approaches.unsighted_answers(tx, [POST.id], brand="Lumora"),
    "get a post": lambda tx: mentions.get(tx, POST.id, brand="Lumora"),
    "leads": lambda tx: handovers.leads(tx, brand=None, since=None, limit=8),
    "leads of a brand": lambda tx: handovers.leads(tx, brand="Lumora", since=NOON, limit=8, offset=8),
    "number of leads": lambda tx: handovers.count_leads(tx, brand="Lumora", since=NOON),
    "handover": lambda tx: handovers.get(tx, "h1"),
    "links of an author": lambda tx: links.of_author(tx, POST.author.key),
    "link": lambda tx: links.get(tx, "l1"),
    "tie": lambda tx: links.tie(
        tx, "customer1", Account("x", "jane"), user_id="1", grade=Grade.VERIFIED, evidence="", by="U0MIA", at=NOON
    ),
    "untie": lambda tx: links.untie(tx, "l1", by="U0MIA", at=NOON),
    "customer notes": lambda tx: customer_notes.of_customer(tx, "customer1", limit=5),
    "records that had been erased": lambda tx: (
        tombstones.put_all(tx, {"digest": NOON}),
        erasing.erase_records(tx, records.with_origins(tx, ["origin"]), at=NOON),
    ),
    "cursor": lambda tx: streams.cursor(tx, "s"),
    "cursor and cost": lambda tx: (
        streams.belongs(tx, "s", brand="Lumora"),
        streams.save_cursor(tx, "s", "c2", brand="Lumora", at=NOON),
        streams.read_ok(tx, "s", at=NOON, mentions=1, cost=Decimal(1)),
        streams.read_failed(tx, "s", at=NOON, error="no"),
        streams.spent(tx, "s", day=NOON.date()),
        streams.spent_between(tx, brand="Lumora", since=NOON.date(), until=NOON.date()),
    ),
    "entry of the audit log": lambda tx: audit.append(
        tx, at=NOON, actor="U0MIA", action="claim", subject="case1", secret=SECRET
    ),
    "head of the audit log": audit.head,
    "authors": lambda tx: (authors.by_handle(tx, "jane", platform="x"), authors.of_keys(tx, [POST.author.key])),
    "answers of a blind check": lambda tx: (
        blind_checks.add(tx, "check1", [Drawn(POST.id, called=True, probability=1)], **WEEK, at=NOON),
        blind_checks.answer(tx, 1, task="relevance", label="about", by="U0MIA", at=NOON),
        blind_checks.finish(tx, 1, at=NOON),
        blind_checks.skip(tx, 1, by="U0MIA"),
    ),
    "brands to file for": lambda tx: brands.lock(tx, ["Lumora"]),
    "threads_with_any": lambda tx: cases.threads_with_any(tx, ["t"], brand="Lumora"),
    "case": lambda tx: (cases.get(tx, "case1"), cases.several(tx, ["case1"])),
    "change of a case": lambda tx: (
        cases.change(tx, "case1", states=(CaseState.NEW,), owner="U0MIA"),
        cases.note(tx, "case1", LINE),
        cases.note_all(tx, ["case1"], LINE),
        cases.remove(tx, ["case1"], at=NOON),
    ),
    "unowned": lambda tx: cases.unowned(tx, brand="Lumora"),
    "copies": lambda tx: (
        copies.leader(tx, brand="Lumora", fingerprint="f", repost_of=POST.id, since=NOON),
        copies.counts(tx, ["case1"]),
        copies.activity(
            tx,
            author_key="x:id-jane",
            fingerprint="f",
            at=NOON,
            within=timedelta(minutes=10),
            copies_within=timedelta(1),
        ),
        copies.near(tx, brand="Lumora", bands=[1, 2], since=NOON, per_band=20),
        copies.keep_bands(tx, {POST.id: (NOON, [1, 2])}),
        copies.forget_bands(tx, before=NOON),
        copies.drop_bands(tx, POST.id),
    ),
    "corrections": lambda tx: (
        corrections.add(tx, mention_id=POST.id, brand="Lumora", task="t", label="l", by="U0MIA", at=NOON),
        corrections.of(tx, POST.id),
        corrections.latest(tx, [POST.id]),
    ),
    "note": lambda tx: customer_notes.add(tx, "customer1", text="tea", by="U0MIA", at=NOON),
    "customer": lambda tx: (customers.get(tx, "customer1"), customers.author_keys(tx, "customer1")),
    "customers of authors": lambda tx: (
        customers.named(tx, [POST.author]),
        customers.match_many(tx, [POST.author]),
        customers.match_keys(tx, [POST.author.key]),
    ),
    "pin": lambda tx: (customers.pin(tx, "l1", user_id="1", at=NOON), customers.suspend(tx, "l1", at=NOON)),
    "deadlines": lambda tx: (
        deadlines.due_before(tx, brand="Lumora", moment=NOON),
        deadlines.overdue(tx, brand="Lumora", moment=NOON),
        deadlines.unowned_complaints(tx, brand="Lumora"),
        deadlines.last_deed(tx, brand="Lumora", since=NOON),
    ),
    "what was told of deadlines": lambda tx: (
        deadlines.warned(tx, ["case1"], at=NOON),
        deadlines.called_overdue(tx, ["case1"], at=NOON),
    ),
    "erase_responses": lambda tx: erasing.erase_responses(tx, POST.id),
    "forgetting": lambda tx: (
        forgettings.add(tx, "f1", by="U0ADA", at=NOON, customer_id=None, author_keys=[POST.author.key]),
        forgettings.get(tx, "f1"),
        forgettings.see(tx, "f1"),
        forgettings.start(tx, "f1", at=NOON, gone=Holdings()),
        forgettings.advance(tx, "f1", gone=Holdings()),
        forgettings.finish(tx, "f1", at=NOON, gone=Holdings()),
        forgettings.cancel(tx, "f1"),
        forgettings.scrubbed(tx, ["f1"]),
    ),
    "offers that nobody confirmed": lambda tx: forgettings.purge(tx, before=NOON),
    "new handover": lambda tx: handovers.add(
        tx, Handover("h1", HandoverKind.LEAD, "Lumora", NOON, "U0MIA", "", mention_id=POST.id)
    ),
    "holds": lambda tx: (
        holds.take(tx, "case1", by="U0MIA", at=NOON, until=NOON),
        holds.release(tx, "case1", at=NOON, by="U0MIA"),
        holds.last_writer(tx, "case1", since=NOON, until=NOON),
    ),
    "lease": lambda tx: (
        leases.held(tx, "schedule", token=1, at=NOON),
        leases.release(tx, "schedule", holder="a", at=NOON),
    ),
    "author to link": lambda tx: (
        authors.get(tx, POST.author.key),
        links.hold(tx, POST.author.key),
    ),
    "posts of cases": lambda tx: (
        mentions.of_case(tx, "case1"),
        mentions.of_cases(tx, ["case1"]),
        mentions.brands_of(tx, POST.id),
        mentions.surrogate(tx, POST.id),
    ),
    "edit": lambda tx: mentions.update_text(tx, POST, {"Lumora": predictions()}, at=NOON),
    "judgement": lambda tx: mentions.decide(tx, POST.id, Triage(Verdict.BATCH, "said so"), brand="Lumora"),
    "new message": lambda tx: (
        messages.enqueue(tx, message("card:case2")),
        messages.add_mentions(tx, "card:case1", [POST.id], brand="Lumora"),
        messages.touch_showing(tx, [POST.id]),
    ),
    "fate of a message": lambda tx: (
        messages.get(tx, KEY),
        messages.start(tx, KEY, at=NOON),
        messages.posted(tx, KEY, Posted("C0ALERTS", "1.2"), at=NOON, shown_revision=0),
        messages.shown(tx, KEY, revision=1),
        messages.postpone(tx, KEY, until=NOON),
        messages.plain(tx, KEY),
        messages.failed(tx, KEY, error="no"),
        messages.unknown(tx, KEY, error="?"),
        messages.look_again(tx, KEY, at=NOON),
        messages.again(tx, KEY),
    ),
    "saved queries": lambda tx: (
        saved_queries.add(tx, "lumora", "lumora", by="U0MIA", at=NOON),
        saved_queries.versions(tx, "lumora"),
    ),
    "newest of the saved queries": saved_queries.newest,
    "posts that a query is tried on": lambda tx: (
        saved_queries.posts(
            tx, brand="Lumora", since=NOON, until=NOON + timedelta(days=1), after=(NOON, POST.id), limit=10
        ),
    ),
    "mutes": lambda tx: (
        mutes.add(tx, Mute("m1", MuteKind.AUTHOR, "x:id-jane", "@jane", None, "U0MIA", NOON, NOON)),
        mutes.active(tx, at=NOON),
        mutes.end(tx, "m1", at=NOON),
    ),
    "facts": lambda tx: (
        outcomes.put(tx, outcome(id="case1")),
        outcomes.answered(tx, "case1", at=NOON),
        outcomes.due(tx, "case1", at=NOON),
        outcomes.resolved(tx, "case1", at=NOON),
        outcomes.not_us(tx, "case1", dismissed=True),
        outcomes.counts(tx, "case1", eligible=True),
        outcomes.ineligible(tx, ["case1"]),
    ),
    "new preferences": lambda tx: preferences.put(tx, "U0MIA", Preferences()),
    "new reply": lambda tx: (replies.add(tx, DRAFT), replies.get(tx, "r1"), replies.latest(tx, ["case1"])),
    "fate of a reply": lambda tx: (
        replies.change(tx, "r1", states=[ReplyState.WAITING], state=ReplyState.APPROVED),
        replies.start(tx, "r1", at=NOON),
    ),
    "replies underway": lambda tx: (
        replies.due(tx, at=NOON),
        replies.unknowns(tx, at=NOON),
        replies.recover(tx, before=NOON),
        replies.overtaken(tx),
        replies.waiting_for_nothing(tx),
    ),
    "response": lambda tx: (
        responses.add(tx, Response("case1", POST.id, "lumora", NOON, "")),
        responses.credit(tx, POST.id, "case1", Credit("U0MIA", CreditReason.SENT)),
    ),
    "labels": lambda tx: (
        labels.settle(tx, [POST.id], brand="Lumora"),
        labels.settle_case(tx, "case1"),
        labels.settle_dismissed(tx, ["case1"]),
        labels.settle_where(tx, SightingRow.mention_id == POST.id),
    ),
    "story of a post": lambda tx: (
        mentions.named(tx, id_=POST.id, urls=[]),
        mentions.named(tx, id_=None, urls=[POST.url]),
        mentions.arrival(tx, POST.id, brand="Lumora"),
        sightings.by_models(tx, POST.id, brand="Lumora"),
        messages.showing_for(tx, POST.id, brand="Lumora"),
        cases.history(tx, "case1"),
    ),
    "surge": lambda tx: (
        surges.of_case(tx, "case1"),
        surges.going_on(tx),
        surges.going_on_in(tx, brand="Lumora", channel="C0ALERTS"),
        surges.get(tx, "s1"),
        surges.begin(tx, SurgeSpan("s1", "Lumora", "C0ALERTS", NOON, NOON)),
        surges.add(tx, "s1", "case1"),
        surges.told(tx, "s1", until=NOON),
        surges.end(tx, "s1", at=NOON),
    ),
    "cards of a channel": lambda tx: surges.cards(tx, channel="C0ALERTS", since=NOON, rank=1),
    "figures of a surge": lambda tx: (
        surges.came(tx, "s1", since=NOON),
        surges.figures(tx, "s1"),
        surges.reasons(tx, "s1", limit=3),
        surges.loudest(tx, "s1", limit=3, since=NOON, until=NOON),
        surges.total(tx, "s1", since=NOON, until=NOON),
    ),
    "gaps": lambda tx: (
        gaps.unfilled(tx, "s"),
        gaps.between(tx, brand="Lumora", start=NOON, end=NOON),
        gaps.between(tx, brand=None, start=NOON, end=NOON),
        gaps.filled(tx, since=NOON),
        gaps.begin(tx, GAP),
        gaps.change(tx, 1, until=NOON, state=GapState.FILLED),
        gaps.lose(tx, GAP),
        gaps.purge(tx, before=NOON),
    ),
    "incidents": lambda tx: (incidents.get(tx, "s"), incidents.put(tx, INCIDENT)),
    "hours": lambda tx: (
        hours.add(tx, "s", {NOON: 1}),
        hours.between(tx, "s", start=NOON, end=NOON),
        hours.last(tx, "s"),
        hours.purge(tx, before=NOON),
    ),
    "blind spots": lambda tx: (
        blind_spots.is_counted(tx, "s", NOON.date()),
        blind_spots.add(tx, BlindSpot("s", NOON.date(), 1, 1, 0)),
        blind_spots.stored(tx, **DAY),
    ),
    "late": lambda tx: mentions.late(tx, brand="Lumora", until=NOON),
    "quota and last poll of a stream": lambda tx: (
        streams.tried(tx, "s", brand="Lumora", at=NOON),
        streams.note_headroom(tx, "s", Headroom(1, 2)),
        streams.charge(tx, "s", Decimal(1), day=NOON.date()),
    ),
    "is the lease taken": lambda tx: leases.is_taken(tx, "schedule", at=NOON),
    "recheck": lambda tx: (
        rechecks.due(tx, "x", before=NOON, limit=9),
        rechecks.job(tx, "x"),
        rechecks.begin_job(tx, [POST.id], "77"),
        rechecks.end_job(tx, "x"),
        rechecks.checked(tx, [POST.id], at=NOON),
        rechecks.aged(tx, "x", before=NOON, limit=9),
        rechecks.beyond(tx, "x", newest=1, checked_before=NOON, limit=9),
        rechecks.beyond(tx, "x", newest=0, checked_before=NOON, limit=9),
        rechecks.overdue(tx, "x", before=NOON),
    ),
    "removals": lambda tx: (
        removals.add(tx, platform="x", noticed_at=NOON, at=NOON, waits_for={KEY: 2}),
        removals.overwritten(tx, erased_before=NOON, at=NOON),
        removals.underway(tx, limit=9),
        removals.honoured(tx, 1, at=NOON),
        removals.delays(tx, "x", since=NOON),
    ),
    "versions": lambda tx: (versions.keep(tx, POST.id, text="another", until=NOON), versions.of(tx, POST.id)),
    "home posts": lambda tx: home_posts.put(tx, "U0MIA", [POST.id]),
    "contexts": lambda tx: (
        contexts.keep(tx, [ANSWER], at=NOON, secret=SECRET),
        contexts.answered(tx, [ANSWER]),
        contexts.erase(tx, [POST.id]),
        contexts.aged(tx, "x", before=NOON, limit=9),
        contexts.of_authors(tx, [POST.author.key]),
        contexts.parents_of(tx, [ANSWER.id]),
        contexts.drop_idle(tx, [POST.id]),
    ),
    "events": lambda tx: (
        events.add(tx, [did(), did(by=Subject(SubjectKind.ACCOUNT, POST.author.key))], secret=SECRET),
        events.by_day(tx, "customer1", since=NOON.date(), until=NOON.date()),
        events.latest(tx, "customer1", limit=9),
        events.held(tx, origins=["o"], author_keys=[POST.author.key]),
        events.erase(tx, origins=["o"], author_keys=[POST.author.key]),
        events.keep_away(tx, [POST.author.key], at=NOON, secret=SECRET),
    ),
    "actions of customers": lambda tx: (
        customers.page(tx, after="customer1", limit=9),
        events.actions(
            tx, ["c1", "c2"], kinds=[EventKind.VISIT], since=NOON.date(), middle=NOON.date(), until=NOON.date()
        ),
    ),
    "flags": lambda tx: (
        flags.add(tx, [Flag("customer1", Change(ChangeKind.DROP, 1, 0, 28, 0.1), NOON.date(), NOON.date(), "visits")]),
        flags.last_since(tx, ["customer1"]),
        flags.of_customer(tx, "customer1", limit=9),
        flags.found_on(tx, NOON.date()),
        flags.days_of(tx, ["record1"]),
        flags.is_looked(tx, NOON.date()),
        flags.looked(tx, NOON.date()),
    ),
    "praise": lambda tx: praise.of_customer(tx, "customer1", since=NOON),
    "old events": lambda tx: events.purge(tx, before=NOON.date(), limit=9),
    "tombstones": lambda tx: (tombstones.put(tx, ["d"], at=NOON), tombstones.erased(tx, [POST], secret=SECRET)),
}
WHOLE = {
    "audit.verify": "walks the whole chain, when somebody asks for it",
    "brands.sync": "one row for each of our brands, at the start",
    "closed_days.close": "once a day",
    "contexts.all_ids": "a restore looks at every post",
    "corrections.cards": "the model's live figures read what people said of all cards",
    "corrections.judged": "learning reads all that people said",
    "corrections.ordinary": "learning draws from all posts",
    "customers.coverage": "counts every customer, for a KPI",
    "evidence.customers": "lists every customer, behind that KPI",
    "events.refused_accounts": "a restore looks at every account",
    "home_posts.showing_what_is_gone": "ten rows for each person who has opened her home tab",
    "mutes.forget_authors": "when a person is forgotten; mutes are few",
    "blind_spots.latest": "one row for each stream and day, when somebody asks how well we hear",
    "incidents.going_on": "one row for each stream",
    "mentions.all_ids": "a restore looks at every post",
    "rechecks.stock": "counts every post, when an operator asks for the report",
    "streams.health": "one row for each stream",
    "streams.listening": "one row for each stream",
    "tombstones.every": "written down beside the backups",
}
"""What may read a whole table, and why."""

PARTS = {"cases.read", "cases.open_case", "fulltext.matches", "links.read", "sightings.read", "tombstones.standing",
         "upserts.upsert", "upserts.add_up", "upserts.insert_new", "audit.append_all", "records.add_record",
         "records.blinds_of", "records.oldest", "records.origin_of"}  # fmt: skip
"""Parts of what is asked here, under another name."""


def called(ask) -> set[str]:
    """Name the functions of storage that a question calls."""
    if ask.__name__ != "<lambda>":
        return {f"{ask.__module__.rpartition('.')[2]}.{ask.__name__}"}
    names = ask.__code__.co_names
    modules = {name for name in names if isinstance(globals().get(name), ModuleType)}
    return {f"{module}.{name}" for module in modules for name in names if hasattr(globals()[module], name)}


def test_every_function_that_takes_a_transaction_is_asked_here():
    functions = set()
    for found in pkgutil.iter_modules(storage.__path__):
        if found.ispkg:
            continue
        module = import_module(f"storage.{found.name}")
        for name, value in vars(module).items():
            own = isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
            if own and next(iter(signature(value).parameters), None) == "tx":
                functions.add(f"{found.name}.{name}")
    asked = set().union(*map(called, ASKED.values()), {"mentions.add"})
    assert functions - asked - set(WHOLE) - PARTS == set()
    assert (set(WHOLE) | PARTS) - functions == set()
    assert asked & set(WHOLE) == set()


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
    assert [line for line in plans if is_scan(line)] == []


def is_scan(line):
    """Tell whether a line of a plan says that all rows are read; a partial index has those few that matter."""
    verb, table, *how = line.split()
    return verb == "SCAN" and table in TABLES and not PARTIAL.intersection(how)


def plan(tx, statement, parameters, many):
    cursor = tx.connection().connection.cursor()
    cursor.execute(
        f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many and isinstance(parameters, list) else parameters
    )
    return [row[3] for row in cursor.fetchall()]
