"""An update needs no command of its own: whatever works with an older database brings it up to date."""

import sqlite3

import pytest

from tests.command_line import earshot
from tests.released import release
from tests.stage import shown, stage, wait_for


@pytest.fixture
def older(tmp_path):
    """Give a stage whose database is the release's, with a card that waits for a channel of the sandbox."""
    with stage(tmp_path) as made:
        release(f"sqlite:///{tmp_path}/earshot.db")
        with sqlite3.connect(tmp_path / "earshot.db") as tables:
            tables.execute("UPDATE messages SET channel = ?", (made.alerts.id,))
        yield made


def version(made):
    with sqlite3.connect(made.folder / "earshot.db") as tables:
        return tables.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_start_migrates_posts_what_waited_and_answers_from_what_was_stored(older):
    assert version(older) == "0004"
    with older.process() as bot:
        bot.await_event("leading")
        wait_for(lambda: "Lumora is down on Monday" in "".join(map(shown, older.alerts.messages)))
        assert "I cancel Lumora today" in older.type("mia", "/earshot queue")
        assert bot.interrupt()[0] == 0
    assert version(older) > "0004"


def test_check_names_the_migrations_to_come_and_changes_no_table(older):
    done = earshot("check", "--json", "--config", older.config, secrets=older.secrets)
    (found,) = (finding["what"] for finding in done.json if finding["what"].startswith("database: "))
    assert "the next start migrates it: 0005_working_day, 0006_noise, 0007_casework" in found
    assert version(older) == "0004"


def test_a_command_migrates_as_well_and_the_audit_log_is_whole(older):
    chain = earshot("audit", "verify", "--json", "--config", older.config).json
    assert (chain["whole"], chain["entries"]) == (True, 10)
    assert version(older) > "0004"
