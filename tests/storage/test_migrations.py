"""The schema is that of the tables, and what an older Earshot stored is read rightly after an update."""

import json
import warnings
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url, select, text, update

from domain.case import CaseKind, CaseState, Urgency, Verdict
from domain.customer import Grade
from domain.errors import StorageError
from domain.message import MessageKind, MessageState
from domain.prediction import Predictions
from storage import (
    audit,
    blind_checks,
    cases,
    closed_days,
    copies,
    corrections,
    customers,
    deadlines,
    deliveries,
    leases,
    mentions,
    messages,
    outcomes,
    preferences,
    streams,
)
from storage.database import _MIGRATIONS, open_database
from storage.tables import SightingRow
from tests.builders import NOON, author, guess, mention, predictions
from tests.released import SECRET, release
from tests.storage.values import case, seen, store

LATER = datetime(2026, 3, 9, 9, tzinfo=UTC)
"""When the release was last at work in its database."""


def compare_with_the_tables(url):
    """Raise where alembic would write a migration; of SQLite's indexes on expressions it can only warn."""
    url = make_url(url)
    engine = create_engine(url.set(drivername="sqlite" if url.drivername == "sqlite" else "postgresql+psycopg"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(_MIGRATIONS))
        with warnings.catch_warnings(action="ignore"):
            command.check(config)
    engine.dispose()


def test_the_migrated_schema_is_the_one_of_the_tables(database_url):
    compare_with_the_tables(database_url)


def test_migrating_again_changes_nothing(database):
    database.migrate()
    database.migrate()
    with database.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM audit_head")) == 1


def test_a_database_of_a_newer_earshot_is_refused(database_url):
    database = open_database(database_url)
    with database.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"made by a newer Earshot \(schema 9999\)\. Update Earshot"):
        database.migrate()
    database.close()
    with pytest.raises(StorageError, match="made by a newer Earshot"):
        open_database(database_url)


def test_a_database_that_was_never_migrated_says_so(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/earshot.db")
    with pytest.raises(StorageError, match=r"has not been prepared\. Migrate it first"), database.read() as tx:
        tx.execute(text("SELECT * FROM mentions"))
    database.close()


def test_what_was_stored_as_not_us_is_read_by_the_label_of_its_task(database_url):
    database = open_database(database_url)
    post = mention()
    with database.write() as tx:
        store(tx, seen(post))
        corrections.add(tx, mention_id=post.id, brand="Lumora", task="relevance", label="not_us", by="U0MIA", at=NOON)
        with Operations.context(MigrationContext.configure(tx.connection())):
            import_module("storage.migrations.versions.0004_not_us_by_its_label").upgrade()
        assert [c.label for c in corrections.of(tx, post.id)] == ["not_about"]
    database.close()


@pytest.fixture
def upgraded(bare_url):
    """Open the release's database after the update."""
    release(bare_url)
    database = open_database(bare_url)
    database.migrate()
    yield database
    database.close()


def rows(tx, columns):
    """Read the columns of every table, whatever the order of the rows."""
    return {
        table: sorted(
            json.dumps([str(value) for value in row]) for row in tx.execute(text(f"SELECT {names} FROM {table}"))
        )
        for table, names in columns.items()
    }


def test_an_update_keeps_every_row_as_it_was_and_gives_the_schema_of_the_tables(bare_url):
    release(bare_url)
    database = open_database(bare_url)
    with database.read() as tx:
        tables = inspect(tx.connection())
        columns = {
            table: ", ".join(f'"{column["name"]}"' for column in tables.get_columns(table))
            for table in tables.get_table_names()
            if not table.startswith(("mentions_fts", "alembic_version", "closed_days", "sqlite_"))
        }
        before = rows(tx, columns)
    assert [table for table, found in before.items() if not found] == []
    database.migrate()
    with database.read() as tx:
        assert rows(tx, columns) == before
    database.close()
    compare_with_the_tables(bare_url)


def test_cases_of_the_release_are_read_with_all_that_hung_on_them(upgraded):
    with upgraded.read() as tx:
        filed = {
            handle: cases.find(tx, brand="Lumora", author_key=f"x:id-{handle}", thread_id=thread)
            for handle, thread in {"jane": "x:101", "joe": "x:102", "lee": "x:104", "max": "x:108"}.items()
        }
        assert {handle: (case.state, case.owner) for handle, case in filed.items()} == {
            "jane": (CaseState.ANSWERED, "U0MIA"),
            "joe": (CaseState.CLAIMED, "U0BEN"),
            "lee": (CaseState.RESOLVED, "U0MIA"),
            "max": (CaseState.NEW, None),
        }
        jane = cases.file(tx, filed["jane"].id, value_band=str)
        joe = cases.file(tx, filed["joe"].id, value_band=str)
        counts = cases.counts(tx, at=LATER)
        queue = cases.queue(tx, limit=10, value_band=str)
    assert (jane.case.urgency, jane.case.answered_at) == (Urgency.HIGH, NOON + timedelta(minutes=12))
    assert [(line.actor, line.action) for line in jane.history] == [
        ("U0MIA", "claimed"),
        (None, "answered in public by lumora"),
    ]
    assert [(response.responder, response.credit) for response in jane.responses] == [("lumora", None)]
    assert jane.customer.grade == Grade.SUPPLIED
    assert (jane.copies, jane.draft, jane.case.snoozed_until, jane.case.escalated_at) == (None, None, None, None)
    (post,) = joe.mentions
    assert (post.mention.text, post.mention.summons) == ("I cancel Lumora today", ())
    assert post.predictions.of("switching").label == "considering_leaving"
    assert [p.reasons for p in jane.mentions[0].predictions.items] == [("is down",), None]
    assert [entry.case.author_key for entry in queue] == ["x:id-joe", "x:id-max", "x:id-kim"]
    assert counts == (3, 2)


def test_people_are_not_flooded_with_what_was_overdue_before_the_update(upgraded):
    with upgraded.read() as tx:
        assert len(deadlines.unowned_complaints(tx, brand="Lumora")) == 2
        assert deadlines.due_before(tx, brand="Lumora", moment=LATER) == []
        assert deadlines.overdue(tx, brand="Lumora", moment=LATER) == []


def test_posts_of_the_release_are_found_and_erased_ones_stay_away(upgraded):
    kim = author("kim")
    with upgraded.read() as tx:
        found = [post.mention.id for post in mentions.search(tx, "creme brulee", brand="Lumora", limit=5)]
        unsure = mentions.for_a_persons_eye(tx, brand="Lumora", limit=5)
        known = [mention(number=number, by=kim) for number in (101, 107, 110)]
        new = mentions.unseen(tx, known, brand="Lumora", secret=SECRET)
        labels = [c.label for c in corrections.of(tx, "x:103")]
    assert found == ["x:101"]
    assert [(post.mention.id, post.triage.verdict) for post in unsure] == [("x:106", Verdict.REVIEW)]
    assert [post.id for post in new] == ["x:110"]
    assert labels == ["not_about"]


def test_customers_of_the_release_are_found_by_what_is_known_of_them(upgraded):
    with upgraded.read() as tx:
        (jane,) = customers.find(tx, "jane@example.com")
        assert [c.id for c in customers.find(tx, "@jane")] == [jane.id]
        assert customers.match(tx, author("jane")).customer_id == jane.id
        assert (jane.value, jane.currency, jane.phones, jane.notes) == (
            Decimal("1200.50"), "EUR", ("+49 30 1234567",), ("likes tea",),
        )  # fmt: skip


def test_the_audit_log_of_the_release_is_whole_goes_on_and_can_no_longer_be_changed(upgraded):
    with upgraded.write() as tx:
        assert (audit.count(tx), audit.verify(tx, secret=SECRET)) == (10, [])
        audit.append(tx, at=LATER, actor="U0MIA", action="claim", subject="case1", secret=SECRET)
        assert audit.verify(tx, secret=SECRET) == []
    with pytest.raises(StorageError, match="only ever added"), upgraded.write() as tx:
        tx.execute(text("DELETE FROM audit WHERE number = 10"))


def test_messages_of_the_release_wait_stand_and_are_changed(upgraded):
    with upgraded.write() as tx:
        waiting = messages.pending(tx, at=LATER, per_channel=10)
        (card,) = messages.showing(tx, "x:109")
        posted = messages.by_place(tx, "C0ALERTS", "1772625600.000001")
        messages.touch(tx, kind=MessageKind.CARD, subject=posted.subject)
        assert [message.key for message in messages.stale(tx, at=LATER, limit=10)] == [posted.key]
        recent = messages.recent(tx, since=LATER)
    assert {message.kind for message in waiting} == {MessageKind.CARD, MessageKind.DIGEST}
    assert card.key in {message.key for message in waiting}
    assert (posted.kind, posted.state, posted.parent) == (MessageKind.CARD, MessageState.POSTED, None)
    assert MessageKind.BLIND_CHECK in {message.kind for message in recent}


def test_figures_of_the_release_are_counted_and_no_day_is_closed_yet(upgraded):
    day = {"brand": "Lumora", "start": NOON - timedelta(hours=12), "end": NOON + timedelta(hours=12)}
    with upgraded.read() as tx:
        found = outcomes.between(tx, **day)
        assert closed_days.days(tx, brand="Lumora") == set()
    assert sorted((o.kind, o.not_us, o.answered_at is not None) for o in found) == [
        (CaseKind.COMPLAINT, False, False),
        (CaseKind.COMPLAINT, False, False),
        (CaseKind.COMPLAINT, False, False),
        (CaseKind.COMPLAINT, False, True),
        (CaseKind.COMPLAINT, True, False),
        (CaseKind.OPPORTUNITY, False, False),
    ]


def test_streams_leases_deliveries_and_blind_checks_of_the_release_go_on(upgraded):
    with upgraded.write() as tx:
        assert streams.cursor(tx, "lumora on X") == "c3"
        assert streams.spent(tx, "lumora on X", day=NOON.date()).stream == Decimal("0.05")
        failing = [health.stream for health in streams.health(tx, day=LATER.date()) if health.failing_since]
        assert failing == ["lumora on Reddit"]
        assert not deliveries.first_time(tx, "D1", at=LATER)
        assert leases.acquire(tx, "schedule", holder="other", at=LATER, seconds=15) is None
        assert leases.acquire(tx, "schedule", holder="other", at=LATER + timedelta(minutes=1), seconds=15) == 2
        check = tx.scalar(text("SELECT id FROM blind_checks"))
        item = blind_checks.item(tx, blind_checks.take(tx, check, by="U0MIA", at=LATER, hold=timedelta(hours=1)))
        assert (item.mention.id, item.answers) == ("x:102", {"relevance": "about"})
        assert preferences.of(tx, "U0MIA").off == frozenset()
        assert copies.leader(tx, brand="Lumora", fingerprint=None, repost_of="x:101", since=NOON - timedelta(days=1))


def test_the_labels_that_count_are_set_beside_posts_stored_earlier(database_url):
    database = open_database(database_url)
    spam, perhaps = (guess("relevance", "spam", unsure=unsure) for unsure in (False, True))
    posts = [mention() for _ in range(6)]
    said = predictions("negative", "leaving", rival="Vidora"), predictions("neutral", "none", spam)
    kept = select(
        SightingRow.mention_id,
        SightingRow.sentiment,
        SightingRow.switching,
        SightingRow.rival,
        SightingRow.elsewhere,
    )
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        cases.open_case(tx, case("case2", state=CaseState.DISMISSED))
        store(
            tx,
            seen(posts[0], said=said[0], case_id="case1"),
            seen(posts[1], said=said[0], case_id="case2"),
            seen(posts[2], said=said[1]),
            seen(posts[3], said=said[1]),
            seen(posts[4], said=predictions("neutral", "none", perhaps)),
            seen(posts[5], said=Predictions(())),
        )
        for post, task, label in ((0, "sentiment", "positive"), (0, "sentiment", "neutral"), (3, "relevance", "about"),
                                  (4, "relevance", "not_about")):  # fmt: skip
            corrections.add(tx, mention_id=posts[post].id, brand="Lumora", task=task, label=label, by="U0MIA", at=NOON)
        before = {row.mention_id: row for row in tx.execute(kept)}
        tx.execute(update(SightingRow).values(sentiment="x", switching=None, rival="x", elsewhere=False))
        tx.execute(text(import_module("storage.migrations.versions.0014_figures").SETTLE))
        assert {row.mention_id: row for row in tx.execute(kept)} == before
    database.close()
    assert [before[post.id].elsewhere for post in posts] == [False, True, True, False, True, False]
    assert tuple(before[posts[0].id])[1:] == ("neutral", "leaving", "Vidora", False)
