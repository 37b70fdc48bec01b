"""What goes wrong around a bot: it says what and what to do, once, loses nothing, and goes on by itself."""

import contextlib
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest

from domain.clock import system_clock
from domain.message import MessageState
from storage import cases, messages
from tests.command_line import earshot
from tests.stage import COMPLAINT, ROOT, shown, stage, wait_for

QUICK = 5.0
"""A bot ends within so many seconds."""


class Ahead:
    """The machine's clock, put forward by a test."""

    def __init__(self):
        self.by = timedelta(0)

    def __call__(self):
        return system_clock() + self.by


def whole(folder):
    with sqlite3.connect(folder / "earshot.db") as database:
        return database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_slack_and_the_platforms_may_be_away_at_the_start_and_later(tmp_path):
    with stage(tmp_path) as made:
        pass  # a bot is started while nothing answers, on the addresses that will be there later
    with made.process() as bot:
        reason = bot.await_event("slack_unreachable")["reason"]
        assert "Check the network, the proxy and [slack] api_url" in reason
        made.sandbox.start()
        try:
            bot.await_event("leading")
            made.post("apricot")
            made.card("apricot")
            made.sandbox.stop()
            bot.await_event("stream_failed", count=7)
            bot.await_event("slack_line_lost")
            made.sandbox.start()
            made.post("banana")
            made.card("banana")
            bot.await_event("stream_recovered", count=7)
            bot.await_event("slack_line_restored")
            assert "Lumora on X" in made.type("ops", "/earshot health")
            assert bot.interrupt()[0] == 0
        finally:
            made.sandbox.stop()
    said = Counter(
        (e["event"], e.get("stream")) for name in ("stream_failed", "stream_recovered") for e in bot.events(name)
    )
    assert set(said.values()) == {1}
    assert [len(bot.events(name)) for name in ("slack_unreachable", "slack_line_lost", "slack_line_restored")] == [
        1
    ] * 3
    assert "Traceback" not in bot.log.read_text()


@pytest.mark.parametrize("port_of", ["start", "sandbox"])
def test_a_port_in_use_is_named_with_the_way_out(tmp_path, port_of):
    with stage(tmp_path) as made, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        made.rewrite(lambda text: text.replace("[slack]\n", f'[slack]\nmode = "http"\nport = {port}\n'))
        options = ["--config", made.config] if port_of == "start" else ["--port", port]
        done = earshot(port_of, *options, secrets=made.secrets)
    assert (done.code, done.out) == (1, "")
    assert f"ort {port} on 127.0.0.1" in done.err
    assert {"start": "Free it, or set [slack] port", "sandbox": "--port 0 takes a free one"}[port_of] in done.err


def test_an_altered_model_is_refused_before_anything_else_happens(tmp_path):
    with stage(tmp_path) as made:
        model = shutil.copytree(ROOT / "nlp" / "shipped", tmp_path / "model")
        network = bytearray((model / "model.onnx").read_bytes())
        network[len(network) // 2] ^= 1
        (model / "model.onnx").write_bytes(network)
        made.rewrite(lambda text: text.replace("[model]\n", f'[model]\npath = "{model}"\n'))
        done = earshot("start", "--config", made.config, secrets=made.secrets)
    assert done.code == 1
    assert "model.onnx is not the file that was evaluated: its SHA-256 is" in done.err
    assert not (tmp_path / "earshot.db").exists()


def test_a_locked_database_is_told_and_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.5)
    with stage(tmp_path) as made, made.bot():
        made.post("apricot")
        card = made.card("apricot")
        other = sqlite3.connect(tmp_path / "earshot.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        made.post("banana")
        before = len(made.alerts.ephemeral)
        made.click("mia", card, "case_claim")
        assert "Stop the other program that holds it open" in made.told("mia", since=before)
        done = earshot("kpi", "--since", "2026-01-01", "--until", "2026-01-02", "--config", made.config)
        assert done.code == 1
        assert "is locked by another process. Stop the other program" in done.err
        assert made.cards("banana") == []
        other.execute("ROLLBACK")
        other.close()
        made.card("banana")
        made.click("mia", card, "case_claim")
        wait_for(lambda: "*Claimed*" in shown(card))


@contextmanager
def small_disk(folder, *, megabytes):
    """Mount a disk of that size; the test skips where that is not permitted."""
    folder.mkdir()
    options = f"size={megabytes}m"
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(path):
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_stops_everything_and_a_free_one_sets_it_going(tmp_path):
    with small_disk(tmp_path / "disk", megabytes=4) as disk, stage(tmp_path) as made:
        made.rewrite(lambda text: text.replace(f"{tmp_path}/earshot.db", f"{disk}/earshot.db"))
        with made.process() as bot:
            bot.await_event("leading")
            made.post("apricot")
            made.card("apricot")
            fill(disk / "filler")
            for number in range(4):
                made.post(f"full{number}", text=COMPLAINT + " Never again. " * 20)
            failed = bot.await_event("job_failed")
            assert "has no space left on its disk. Free some space; nothing was stored" in failed["reason"]
            assert made.cards("full") == []
            (disk / "filler").unlink()
            made.card("full3")
            bot.await_event("job_recovered")
            assert bot.interrupt()[0] == 0
        assert "Traceback" not in bot.log.read_text()
        assert whole(disk)
        with sqlite3.connect(disk / "earshot.db") as database:
            assert database.execute("SELECT count(*) FROM mentions").fetchone() == (5,)


def test_two_processes_on_one_database_share_the_work_and_one_polls(tmp_path):
    clock = Ahead()
    with stage(tmp_path) as made, made.process() as first:
        first.await_event("leading")
        with made.bot(clock=clock) as second:
            made.post("apricot")
            made.click("mia", made.card("apricot"), "case_claim")  # whichever of them Slack asks
            wait_for(lambda: "*Claimed*" in shown(made.card("apricot")))
            assert not second.schedule.leading
            first.process.kill()
            made.post("banana")
            clock.by = timedelta(seconds=20)  # the dead process's lease is over
            wait_for(lambda: second.schedule.leading)
            made.card("banana")
        assert (len(made.cards("apricot")), len(made.cards("banana"))) == (1, 1)


def test_with_a_revoked_token_cards_wait_for_the_new_one(tmp_path):
    clock = Ahead()
    with stage(tmp_path) as made:
        with made.bot() as running:
            made.sandbox.workspace.revoke_token()
            made.post("apricot")
            wait_for(lambda: refused_cards(running.house))
        refused = earshot("start", "--config", made.config, secrets=made.secrets)
        assert refused.code == 1
        assert "Slack refuses the bot token (token_revoked). Set SLACK_BOT_TOKEN" in refused.err
        made.sandbox.workspace.restore_token()
        clock.by = timedelta(minutes=2)
        with made.bot(clock=clock):
            made.card("apricot")
        assert len(made.cards("apricot")) == 1


def refused_cards(house):
    """List the cards that wait because Slack did not take them."""
    with house.database.read() as tx:
        waiting = [messages.get(tx, f"card:{file.case.id}") for file in cases.queue(tx, limit=9, value_band=house.band)]
    return [card for card in waiting if card and card.not_before and card.state is MessageState.PENDING]


def test_ctrl_c_ends_a_bot_whose_platform_hangs(tmp_path):
    with stage(tmp_path) as made, made.process() as bot:
        bot.await_event("leading")
        made.sandbox.x_faults.add("slow", seconds=30)
        made.sandbox.workspace.faults.add("slow", seconds=30)
        time.sleep(1)
        code, seconds = bot.interrupt()
        assert (code, seconds < QUICK) == (0, True)
        assert bot.events("stopped")[0]["unfinished_jobs"]
        assert whole(tmp_path)


@pytest.mark.parametrize("after", [0.4, 1.2, 2.2])
def test_ctrl_c_during_the_start_ends_at_once_and_silently(tmp_path, after):
    with stage(tmp_path) as made, made.process() as bot:
        threading.Event().wait(after)
        _, seconds = bot.interrupt()
        assert seconds < QUICK
        assert "run.py" not in bot.log.read_text()  # as a traceback would say, unless Python itself was just starting
        if (tmp_path / "earshot.db").exists():
            assert whole(tmp_path)
