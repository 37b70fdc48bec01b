"""The real bot forgets a person: Slack, the files of the database and the log at DEBUG keep no byte of her."""

import json

from bot.views.forget import FORGET
from tests.command_line import earshot
from tests.stage import shown, stage, wait_for

CANARY = "xylocanary"


def test_a_person_is_gone_within_minutes_and_does_not_come_back(tmp_path):
    with stage(tmp_path) as made:
        customers = tmp_path / "customers.csv"
        customers.write_text(
            f"id,name,email,x,value,notes\nc7,Nora {CANARY},{CANARY}@old.example,{CANARY},9,{CANARY}\n"
        )
        brought = ("import", customers, "--config", made.config)
        assert earshot(*brought, secrets=made.secrets).code == 0
        with made.process("--log-level", "DEBUG") as bot:
            bot.await_event("leading")
            post = made.post(CANARY, author=CANARY)
            card = made.card(CANARY)
            made.post("", author="lumora", text=f"@{CANARY} we are sorry", reply_to=post.id)
            wait_for(lambda: "*Answered*" in shown(card))
            before = len(made.alerts.ephemeral)
            assert "Forget this person?" in made.type("ops", f"/earshot forget {CANARY}@old.example")
            offer = made.alerts.ephemeral[before]
            made.click("ops", offer, FORGET)
            wait_for(lambda: "Receipt" in shown(offer))
            wait_for(lambda: "Removed by its author" in shown(card))
            wait_for(lambda: traces(tmp_path) == [])
            messages = [m for c in made.sandbox.workspace.channels.values() for m in (*c.messages, *c.ephemeral)]
            assert [m.ts for m in messages if m.by_app and CANARY in shown(m).lower()] == []
            recorded = tmp_path / "again.jsonl"
            recorded.write_text(
                json.dumps(
                    {
                        "data": [{"id": post.id, "text": post.text, "author_id": post.author.id}],
                        "includes": {"users": [{"id": post.author.id, "username": CANARY, "name": CANARY}]},
                    }
                )
            )
            again = earshot("ingest", recorded, "--platform", "x", "--config", made.config, secrets=made.secrets)
            assert (again.json["read"], again.json["new"]) == (1, 0)
            back = earshot(*brought, secrets=made.secrets)
            assert (back.json["added"], back.json["forgotten"]) == (0, 1)
            assert bot.interrupt()[0] == 0
        recorded.unlink()
        assert traces(tmp_path) == []
        assert CANARY not in bot.log.read_text().lower()


def traces(folder):
    """Name the files of the database that hold the canary."""
    return sorted(f.name for f in folder.glob("earshot.db*") if CANARY.encode() in f.read_bytes().lower())
