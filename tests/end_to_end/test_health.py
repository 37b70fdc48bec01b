"""A platform is away for a while: an honest alarm, a recovery without a gap, and what machines are told meanwhile."""

import json
import urllib.error
import urllib.request
from datetime import timedelta

from domain.clock import system_clock
from tests.stage import stage, wait_for


class Ahead:
    """The machine's clock, put forward by the test."""

    def __init__(self):
        self.by = timedelta(0)

    def __call__(self):
        return system_clock() + self.by


def asked(running, path):
    try:
        with urllib.request.urlopen(running.web.address + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def healthz(running):
    status, body = asked(running, "/healthz")
    said = json.loads(body)
    return status, said["status"], said["reasons"]


def test_a_platform_that_is_away_is_told_once_and_loses_nothing(tmp_path):
    clock = Ahead()
    with stage(tmp_path) as made, made.bot(clock=clock) as running:
        ops = made.sandbox.workspace.channel_named("earshot-ops")

        def told():
            return [message.text for message in ops.messages if " read" in message.text]

        made.post("apricot", platform="reddit", title="apricot")
        made.card("apricot")
        wait_for(lambda: healthz(running) == (200, "ok", []))

        made.sandbox.reddit_faults.add("server_error")
        wait_for(lambda: healthz(running)[1] == "degraded")
        clock.by += timedelta(minutes=2)
        made.post("banana", platform="reddit", title="banana")
        wait_for(told)
        assert "cannot be read: Reddit says 503" in told()[0]
        assert any("r/lumora posts cannot be read since" in reason for reason in healthz(running)[2])
        assert 'earshot_stream_failing{stream="r/lumora posts"} 1.0' in asked(running, "/metrics")[1]
        assert "🔴 *r/lumora posts*: failing since" in made.type("ops", "/earshot health")

        made.sandbox.reddit_faults.clear()
        made.card("banana")
        clock.by += timedelta(minutes=3)
        wait_for(lambda: len(told()) == 2)  # four streams of Reddit failed, for one reason
        assert "is read again, for 2 min without a failure." in told()[1]
        wait_for(lambda: healthz(running) == (200, "ok", []))
        metrics = asked(running, "/metrics")[1]
        assert 'earshot_gap_minutes{state="open",stream="r/lumora posts"} 0.0' in metrics
        assert 'earshot_gap_minutes{state="lost",stream="r/lumora posts"} 0.0' in metrics
        assert "Not read in the last 7 days" not in made.type("ops", "/earshot health")
