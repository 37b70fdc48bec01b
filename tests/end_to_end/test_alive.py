"""Five platforms are heard at once; one goes away, which is told honestly, and comes back without a gap."""

import contextlib

import pytest
from sqlalchemy import func, select

from domain.gap import GapReason, GapState
from domain.mention import mention_id
from sandbox.ids import PLATFORMS
from sandbox.server import Sandbox
from storage.tables import GapRow, MentionRow
from tests.end_to_end.test_health import asked, healthz
from tests.stage import shown, stage, wait_for

HASTY = "\n[incidents]\npatience_seconds = 2\ncalm_seconds = 3\n"
MORE = {"reddit": {"title": "About Lumora"}, "hackernews": {"title": "About Lumora"}, "rss": {"title": "About Lumora"}}


@contextlib.contextmanager
def killed(made, elsewhere, platform, fate):
    """Let a platform answer errors; or stop its server for good, until it starts again on the same port."""
    if fate == "server gone":
        elsewhere.stop()
        yield
        elsewhere.start()
    else:
        made.sandbox.x_faults.add("server_error")
        yield
        made.sandbox.x_faults.clear()


def notices(made):
    """What Slack shows of sources that fail and work again, by channel."""
    channels = made.sandbox.workspace.channels.values()
    told = [(channel.name, m.text) for channel in channels for m in list(channel.messages) if m.by_app]
    return [(name, text) for name, text in told if " cannot be read" in text or " is read again" in text]


def stored(running, ids):
    """How often each of the posts is stored."""
    with running.house.database.read() as tx:
        counts = select(MentionRow.id, func.count()).where(MentionRow.id.in_(ids)).group_by(MentionRow.id)
        return {row.id: row[1] for row in tx.execute(counts)}


def ledger(running, streams):
    """The gaps of these streams because the platform failed."""
    with running.house.database.read() as tx:
        of_these = GapRow.stream.in_(streams), GapRow.reason == GapReason.FAILING
        return tx.execute(select(GapRow.stream, GapRow.state, GapRow.since, GapRow.until).where(*of_these)).all()


@pytest.mark.parametrize(("platform", "fate"), [("bluesky", "server gone"), ("x", "server error")])
def test_five_platforms_are_heard_and_the_outage_of_one_is_told_and_made_up_for(tmp_path, platform, fate):
    with stage(tmp_path) as made, Sandbox() as elsewhere:
        # Bluesky has a server of its own here, that can be stopped.
        made.rewrite(lambda text: text.replace(made.sandbox.bluesky_url, elsewhere.bluesky_url) + HASTY)

        def write(mark, where):
            world = elsewhere.world if where == "bluesky" else made.sandbox.world
            return made.post(mark, platform=where, world=world, **MORE.get(where, {}))

        with made.bot() as running:
            for where in PLATFORMS:
                write(f"{where}apple", where)
            for where in PLATFORMS:
                assert "*Complaint* " in shown(made.card(f"{where}apple"))
            wait_for(lambda: healthz(running) == (200, "ok", []))
            health = made.type("ops", "/earshot health")
            green = [stream.name for stream in running.streams if f"🟢 *{stream.name}*" in health]
            assert "All is well." in health
            assert {s.platform for s in running.streams if s.name in green} == set(PLATFORMS)
            assert len(green) == len(running.streams)
            ours = [stream.name for stream in running.streams if stream.platform == platform]
            assert notices(made) == []

            with killed(made, elsewhere, platform, fate):
                missed = [mention_id(platform, write(f"{platform}banana{n}", platform).id) for n in range(5)]
                wait_for(lambda: notices(made))
                status, state, reasons = healthz(running)
                assert (status, state) == (200, "degraded")  # a restart would not help
                assert any(" cannot be read since " in reason for reason in reasons)
                assert all(any(name in reason for name in ours) for reason in reasons)
                health = made.type("ops", "/earshot health")
                assert " sources cannot be read." in health
                red = [stream.name for stream in running.streams if f"🔴 *{stream.name}*" in health]
                assert red
                assert set(red) <= set(ours)
                write("redditcherry", "reddit")  # the others are heard meanwhile
                made.card("redditcherry")
                assert stored(running, missed) == {}

            wait_for(lambda: len(stored(running, missed)) == len(missed))
            wait_for(lambda: 2 * sum("is read again" in text for _, text in notices(made)) == len(notices(made)))
            wait_for(lambda: healthz(running) == (200, "ok", []))
            for number in range(5):
                made.card(f"{platform}banana{number}")

            told = notices(made)
            assert {channel for channel, _ in told} == {"earshot-ops"}
            assert all(any(name in text for name in ours) for _, text in told)
            why = [text.partition(" cannot be read: ")[2] for _, text in told if " cannot be read" in text]
            assert len(why) == len(set(why))  # Bluesky's two addresses may have an alarm each
            assert len(told) == 2 * len(why)
            assert stored(running, missed) == dict.fromkeys(missed, 1)
            gaps = ledger(running, ours)
            assert {gap.stream for gap in gaps} >= set(red)
            assert {gap.state for gap in gaps} == {GapState.FILLED}
            assert all(gap.since < gap.until for gap in gaps)
            assert "All is well." in made.type("ops", "/earshot health")
            assert f'state="lost",stream="{ours[0]}"}} 0.0' in asked(running, "/metrics")[1]
            for number in range(5):
                assert len(made.cards(f"{platform}banana{number}")) == 1
