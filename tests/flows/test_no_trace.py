"""A forgotten person leaves no trace: canaries in everything that is known of her, looked for wherever bytes are."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from structlog.testing import capture_logs

from bot.rendering import rendered
from domain.blind_check import BlindPost
from domain.brand import Account
from domain.customer import CustomerRecord
from domain.event import Subject, SubjectKind
from domain.forgetting import ForgettingState
from domain.mention import Context, MentionId, Removal
from flows import reporting
from flows.alerting import post_pending, update_changed
from flows.batching import enqueue_batches
from flows.blind_checks import begin, enqueue_due_checks
from flows.correcting import correct
from flows.digest import digest as digest_for
from flows.digests import enqueue_due_digests
from flows.forgetting import confirm, offer, scrub, status
from flows.ingest import bring_in, ingest
from flows.responding import Click, claim
from storage import customer_notes, customers, events, mentions
from storage.records import add_records
from storage.tables import Row
from tests.builders import ADA, MIA, NOON, author, did, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword

CANARY = "xylocanary"
HER = author(CANARY, user_id=f"{CANARY}id", name=f"{CANARY} Doe", url=f"https://x.com/{CANARY}")
RECORD = CustomerRecord(
    source="csv",
    source_id=f"{CANARY}@old.example",
    names=(f"Jane {CANARY}",),
    emails=(f"{CANARY}@old.example",),
    phones=("+49 170 9876543",),
    addresses=(f"1 {CANARY} Street",),
    accounts=(Account("x", CANARY),),
    notes=f"{CANARY} likes tea",
)
NEWER = replace(RECORD, emails=(f"{CANARY}@new.example",), notes=f"{CANARY} likes coffee")
DEEDS = (
    did(by=Subject(SubjectKind.CUSTOMER, RECORD.source_id, "csv"), source_event_id=f"{CANARY}-1"),
    did(by=Subject(SubjectKind.ACCOUNT, HER.key), tactic_code=f"{CANARY}-letter"),
)
CALL = f"Lumora is down {CANARY}"


def explained(readings):
    """Answer as by keyword, with a rival and reasons that quote the post."""

    def quoting(said, reading):
        quote = reading.text.split()[-1]
        return replace(said, items=tuple(replace(p, rival=f"{quote}rival", reasons=(quote,)) for p in said.items))

    return [quoting(said, reading) for said, reading in zip(by_keyword(readings), readings, strict=True)]


@pytest.fixture
def posts(clock):
    clock.advance(days=-2)  # Monday noon
    first = mention(CALL, number=1, by=HER, posted_at=clock(), thread_id=f"x:{CANARY}thread")
    return {
        "call": first,
        "more": mention(f"still awful {CANARY}", number=2, by=HER, posted_at=clock(), thread_id=first.thread_id),
        "quiet": mention(f"{CANARY} tv", number=3, by=HER, posted_at=clock()),
        "doubtful": mention(f"maybe down {CANARY}", number=4, by=HER, posted_at=clock()),
        "repost": mention(f"RT @{CANARY}: {CALL}", number=5, by=author("ann"), repost_of=first.id, posted_at=clock()),
        "reply": mention(f"@{CANARY} sorry", number=6, by=author("lumora"), reply_to=first.id, posted_at=clock()),
        "stranger": mention(
            "Lumora is down for bo too",
            number=7,
            by=author("bo"),
            posted_at=clock(),
            reply_to=MentionId("x:99"),  # which is hers, and nothing that a stream brought
            context=Context(HER, f"is it down? {CANARY}"),
        ),
    }


@pytest.fixture
def take(house):
    def take(*found, **more):
        return ingest(stream(), poll=Scripted(batch(*found, **more)), classify=explained, house=house)

    return take


@pytest.fixture
def bring(house):
    def bring(*found):
        return bring_in(found, (), platform="x", listening=[stream()], alert=False, classify=explained, house=house)

    return bring


def lived(posts, take, house, slack, pace, clock):
    """Let everything happen to her that can."""
    with house.database.write() as tx:
        add_records(tx, [RECORD], at=NOON)
        add_records(tx, [NEWER], at=NOON)
        (customer,) = customers.find(tx, f"{CANARY}@new.example")
        assert customer_notes.add(tx, customer.id, text=f"{CANARY} called", by=MIA.user_id, at=NOON)
        assert events.add(tx, DEEDS, secret=house.secret).added == 2
    take(*(post for name, post in posts.items() if name != "reply"))
    with house.database.read() as tx:
        case_id = mentions.case_ids(tx, [posts["call"].id], brand="Lumora")[posts["call"].id]
    click = Click(case_id, MIA)
    claim(click, house=house)
    correct(click, mention_id=posts["call"].id, task="sentiment", label="neutral", house=house)
    take(posts["reply"])
    clock.advance(days=1)
    enqueue_batches(house=house, period=timedelta(hours=1))
    enqueue_due_digests(house=house)
    clock.advance(days=6)
    enqueue_due_checks(house=house)
    show(slack, pace, house)
    check = next(key for key in slack.keys("C0ALERTS") if key.startswith("blind_check"))
    assert isinstance(begin(check.partition(":")[2], person=MIA, house=house), BlindPost)


def show(slack, pace, house):
    post_pending(post=slack, pace=pace, house=house)
    update_changed(post=slack, house=house)


def told_in_slack(slack, now):
    """Everything that Slack shows, as the bot writes it."""
    contents = [content for channel in slack.channels for content in slack.shown(channel)]
    messages = [rendered(content, now) for content in contents]
    return " ".join(f"{text} {[block.to_dict() for block in blocks]}" for text, blocks in messages).lower()


def bytes_of(house):
    """Every byte of the database: its files, or every row of every table where a server keeps it."""
    url = make_url(house.database.url)
    if url.drivername == "sqlite":
        files = Path(url.database).parent.iterdir()
        return b" ".join(file.read_bytes() for file in files).lower()
    with house.database.read() as tx:
        rows = [str(tuple(row)) for table in Row.metadata.tables for row in tx.execute(text(f"SELECT * FROM {table}"))]
    return " ".join(rows).lower().encode()


def test_a_forgotten_person_leaves_no_trace(posts, take, bring, house, slack, pace, clock):
    with capture_logs() as logs:
        lived(posts, take, house, slack, pace, clock)
        assert told_in_slack(slack, clock()).count(CANARY) > 5
        assert bytes_of(house).count(CANARY.encode()) > 20
        (found,) = offer(f"{CANARY}@new.example", person=ADA, house=house)
        assert (found.held.posts, found.held.copies, found.held.replies) == (4, 1, 1)
        assert (found.held.records, found.held.versions, found.held.notes) == ({"csv": 1}, 2, 2)
        assert found.held.events == 2
        assert found.held.corrections
        assert found.held.judged
        before = clock()
        done = confirm(found.id, person=ADA, house=house)
        show(slack, pace, house)
        assert scrub(house=house)
        assert clock() == before  # nothing had to be waited for
        assert CANARY not in told_in_slack(slack, clock())
        assert CANARY.encode() not in bytes_of(house)
        assert b"9876543" not in bytes_of(house)
        assert status(done.id, person=ADA, house=house).state is ForgettingState.SCRUBBED
        assert bring(*posts.values()).filed.new == 0
        assert take(*posts.values()).filed.new == 0
        take(removals=(Removal(posts["call"].id, NOON),))
        with house.database.write() as tx:
            assert add_records(tx, [NEWER], at=NOON).forgotten == 1
            assert events.add(tx, DEEDS, secret=house.secret).forgotten == 2
        day = (NOON - timedelta(days=2)).date()
        digest = digest_for(brand=house.brands[0], day=day, house=house)
        kpis = reporting.kpis(brand=house.brands[0], since=day, until=day + timedelta(days=1), house=house)
        scrub(house=house)
    assert CANARY not in repr((digest, kpis, done)).lower()
    assert CANARY.encode() not in bytes_of(house)
    assert [one.text for one in stored(house)] == [posts["stranger"].text]
    ours = [line for line in logs if "x:1" not in str(line.get("mention"))]
    assert CANARY not in repr(ours).lower()


def stored(house):
    with house.database.read() as tx:
        return [seen.mention for seen in mentions.search(tx, "lumora", limit=99)]
