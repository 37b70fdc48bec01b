"""Whether 10,000 cards are each visible exactly once in Slack, while a part of its answers is ambiguous."""

import tempfile
from collections import Counter
from datetime import timedelta

from bot.identity import posting_client
from bot.posting import SlackPost
from domain.case import TriagePolicy
from flows.alerting import Pace, PostReport, post_pending, reconcile, sweep_twins, update_changed
from flows.carding import Origin
from flows.filing import file_mentions
from flows.house import House
from sandbox.slack import Workspace
from storage import messages
from storage.database import open_database
from tests import builders
from tests.benchmarks.figure import Figure, none_of, progress, shown
from tests.sandbox.running import HandClock, running_slack

CARDS, CHANNELS = 10_000, 50
FAULTS = {"lost_ack": 0.02, "reset": 0.015, "internal_error": 0.015}
"""Of all calls 5 % end in a way that leaves open whether they were carried out."""

REFUSED = 0.01
"""Besides, Slack asks us to wait, whatever its own count says."""

STEP = 0.25
QUIET = timedelta(minutes=11)
"""Nothing is looked for any more when a message was sent so long ago."""


def measure() -> list[Figure]:
    """Post through the outbox to the sandbox's Slack and its rate limits, on a clock that is moved by hand."""
    clock = HandClock()
    workspace = Workspace(clock=clock, seed=4)
    mia = workspace.add_user("mia", "Mia")
    channels = [workspace.add_channel(f"alerts-{n}", members=[mia]) for n in range(CHANNELS)]
    with tempfile.TemporaryDirectory() as folder, running_slack(workspace) as slack:
        database = open_database(f"sqlite:///{folder}/earshot.db")
        database.migrate()
        house = House(
            database, clock, (builders.brand(),), TriagePolicy(), secret=b"benchmark", noise=builders.NO_SURGES
        )
        keys = {key for channel in channels for key in _enqueue(house, channel.id)}
        post = SlackPost(
            posting_client(workspace.bot_token, api_url=f"{slack.url}/api/"), bot_id=workspace.bot_id, clock=clock
        )
        for kind, probability in FAULTS.items():
            workspace.faults.add(kind, probability=probability)
        workspace.faults.add("ratelimited", probability=REFUSED)
        total, seconds, twins = _run(house, post, clock, workspace)
        database.close()
    copies = _copies(workspace)
    return [
        shown(f"cards over {CHANNELS} channels", len(keys), "cards"),
        shown("posts whose outcome was unknown", total.unknown, "posts"),
        shown("posts sent again because no look found them", total.repeated, "posts"),
        shown("twins taken away", total.twins, "messages"),
        shown("the longest time that a twin was visible", twins, "s"),
        shown("seconds until every card was visible, one a second and channel", seconds, "s"),
        none_of("cards missing once quiet", sum(copies[key] == 0 for key in keys)),
        none_of("cards more than once", sum(copies[key] - 1 for key in keys if copies[key] > 1)),
        none_of("messages that nobody asked for", sum(copies[key] for key in copies if key not in keys)),
    ]


def _enqueue(house: House, channel_id: str) -> list[str]:
    """File complaints whose cards go to one channel; returns the cards' keys."""
    said = builders.predictions("negative", "leaving")
    filed = [(builders.mention(by=builders.author(f"{channel_id}-{n}")), house.brands[0], said)
             for n in range(CARDS // CHANNELS)]  # fmt: skip
    origin = Origin(stream="lumora on X", alert=True, channels={"Lumora": channel_id})
    with house.database.write() as tx:
        before = {message.key for message in messages.pending(tx, at=house.clock(), per_channel=CARDS)}
        file_mentions(tx, filed, origin=origin, house=house)
        after = {message.key for message in messages.pending(tx, at=house.clock(), per_channel=CARDS)}
    return sorted(after - before)


def _run(house: House, post: SlackPost, clock: HandClock, workspace: Workspace) -> tuple[PostReport, float, float]:
    """Run the jobs as the schedule does until Slack is quiet.

    Returns what was done, the seconds until every card was visible, and the longest life of a twin.
    """
    pace = Pace(monotonic=lambda: clock().timestamp())
    began, total, complete = clock(), PostReport(), None
    born: dict[str, float] = {}
    longest, rounds = 0.0, 0
    with progress("cards", CARDS) as done:
        while complete is None or clock() - complete < QUIET:
            report = post_pending(post=post, pace=pace, house=house)
            report += update_changed(post=post, house=house)
            if rounds % round(2 / STEP) == 0:
                report += reconcile(post=post, house=house)
            if rounds % round(30 / STEP) == 0:
                report += sweep_twins(post=post, house=house)
            total += report
            done(len(report.posted))
            now = clock().timestamp()
            twins = {key for key, copies in _copies(workspace).items() if copies > 1}
            longest = max([longest, *(now - born[key] for key in born)])
            born = {key: born.get(key, now) for key in twins}
            with house.database.read() as tx:
                waiting, _ = messages.counts(tx)
            if complete is None and not waiting:
                complete = clock()
            rounds += 1
            clock.advance(STEP if complete is None or twins else 1)
            assert rounds < 20_000, f"{waiting} cards were still waiting after {clock() - began}"
    assert complete is not None
    return total, (complete - began).total_seconds(), longest


def _copies(workspace: Workspace) -> Counter[str]:
    """Count how often each message of ours stands in the workspace."""
    shown_now: Counter[str] = Counter()
    for channel in workspace.channels.values():
        for message in list(channel.messages):
            if message.by_app and not message.tombstone:
                shown_now[(message.metadata or {}).get("event_payload", {}).get("key", message.ts)] += 1
    return shown_now
