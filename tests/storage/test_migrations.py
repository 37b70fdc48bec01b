from importlib import import_module

import pytest
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, make_url, select, text, update

from domain.case import CaseState
from domain.errors import StorageError
from domain.prediction import Predictions
from storage import cases, corrections
from storage.database import _MIGRATIONS, open_database
from storage.tables import SightingRow
from tests.builders import NOON, guess, mention, predictions
from tests.storage.values import case, seen, store


def test_the_migrated_schema_is_the_one_of_the_tables(database_url):
    url = make_url(database_url)
    engine = create_engine(url.set(drivername="sqlite" if url.drivername == "sqlite" else "postgresql+psycopg"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(_MIGRATIONS))
        command.check(config)
    engine.dispose()


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
        tx.execute(text(import_module("storage.migrations.versions.0015_figures").SETTLE))
        assert {row.mention_id: row for row in tx.execute(kept)} == before
    database.close()
    assert [before[post.id].elsewhere for post in posts] == [False, True, True, False, True, False]
    assert tuple(before[posts[0].id])[1:] == ("neutral", "leaving", "Vidora", False)
