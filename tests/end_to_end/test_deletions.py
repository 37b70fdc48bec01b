"""A deletion on a platform is honoured by the bot that runs: no canary in files, logs and Slack within five minutes."""

import json
import time

import pytest

from bot.views.card import CLAIM
from tests.command_line import earshot
from tests.stage import shown, stage, wait_for

CANARY, LATE = "xylocanary", "zephyrcanary"
FIVE_MINUTES = 300.0


def where(made, word):
    """Name the files and the surfaces of Slack that hold a word, in any case."""
    workspace = made.sandbox.workspace
    files = [f.name for f in made.folder.rglob("*") if f.is_file() and f.suffix != ".jsonl"]
    found = [name for name in files if word.encode() in (made.folder / name).read_bytes().lower()]
    channels = [
        channel for channel in workspace.channels.values() for m in channel.messages if word in shown(m).lower()
    ]
    homes = [user for user, view in workspace.homes.items() if word in json.dumps(view).lower()]
    return sorted({*found, *(channel.name for channel in channels), *homes})


@pytest.mark.slow
def test_no_canary_is_left_five_minutes_after_the_notice(tmp_path, capsys):
    with stage(tmp_path) as made, made.process("--log-level", "DEBUG") as bot:
        bot.await_event("leading")
        post = made.post(CANARY, author=f"by_{CANARY}")
        card = made.card(CANARY)
        made.click("mia", card, CLAIM)
        wait_for(lambda: "*Claimed*" in shown(card))
        made.sandbox.run(made.sandbox.slack.interactions.open_home(made.user("mia")))
        wait_for(lambda: made.user("mia") in where(made, CANARY))
        assert {"lumora-alerts", "earshot.db-wal"} & set(where(made, CANARY))
        made.sandbox.world.delete(post.id)
        began = time.monotonic()
        told = tmp_path / "told.jsonl"
        told.write_text(json.dumps({"id": post.id, "action": "delete", "reason": "deleted"}))
        assert earshot("ingest", told, "--platform", "x", "--config", made.config, secrets=made.secrets).code == 0
        wait_for(lambda: not where(made, CANARY), seconds=FIVE_MINUTES)
        took = time.monotonic() - began
        late = tmp_path / "late.jsonl"
        gone = {"id": "1900000000000000555", "action": "delete", "reason": "deleted"}
        user = {"id": "7", "username": "late", "name": "Late"}
        created = {"id": gone["id"], "text": f"Lumora is terrible {LATE}", "author_id": "7"}
        lines = [gone, {"data": [created], "includes": {"users": [user]}}]
        late.write_text("\n".join(map(json.dumps, lines)))
        done = earshot("ingest", late, "--platform", "x", "--alert", "--config", made.config, secrets=made.secrets)
        assert (done.code, done.json["new"]) == (0, 0)
        assert where(made, LATE) == []
        wait_for(lambda: _honoured(made) == [1])
    with capsys.disabled():
        print(f"\nnothing was left of a deleted post after {took:.1f} s")


def _honoured(made):
    rows = earshot("compliance", "report", "--json", "--config", made.config, secrets=made.secrets).json
    return [row["honoured"] for row in rows if row["removals"]]
