"""A storm: 5,000 posts in five minutes, most of them complaints, while people go on clicking and asking."""

import asyncio
import json
import random
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from sandbox.server import Sandbox
from sandbox.slack import Channel, User
from tests.benchmarks.figure import Figure, at_most, none_of, progress, quantile, shown
from tests.benchmarks.posts import answerable, elsewhere
from tests.bot_process import bot_on

POSTS, SECONDS = 5_000, 300.0
URGENT_EVERY = 250
"""One post in so many is urgent: somebody with many followers, who leaves."""

LOUD = 400_000
URGENT = "Cancelled Lumora today after six years and moved everything to Vidora. Never again. case {number}"
PAUSE = 0.25
SETTLED = 70.0
"""What came last may take so long to be shown."""

QUESTIONS = ("/earshot queue", "/earshot kpi", "/earshot health", "/earshot help")


@dataclass(slots=True)
class _Watched:
    """What is measured while the storm goes on; times are in milliseconds and seconds."""

    acknowledged: list[float] = field(default_factory=list)
    written: dict[str, float] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)


def measure() -> list[Figure]:
    """Write at a steady rate on X, watch one channel, and press and ask all the while."""
    watched, over = _Watched(), threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox() as sandbox,
        bot_on(sandbox, Path(folder), noise="") as bot,
    ):
        bot.start()
        bot.wait_for("leading")
        channel = sandbox.workspace.channel_named("#lumora-alerts")
        before = len(channel.messages)
        person = next(user for user in sandbox.workspace.users.values() if user.name == "ops")
        busy = threading.Thread(target=_press_and_ask, args=(sandbox, person, channel, watched, over), daemon=True)
        look = threading.Thread(target=_look, args=(channel, watched, over), daemon=True)
        busy.start()
        look.start()
        _write(sandbox, watched)
        in_storm = len(channel.messages) - before
        time.sleep(SETTLED)
        over.set()
        busy.join(30)
        look.join(5)
        kinds = [_kind(message.metadata) for message in channel.messages[before:] if message.by_app]
        memory = bot.memory("VmHWM")
        bot.stop()
    waits = [watched.shown[mark] - moment for mark, moment in watched.written.items() if mark in watched.shown]
    return [
        shown("posts in five minutes", POSTS, "posts"),
        at_most("messages in the channel meanwhile, threads included", in_storm, 60, "messages"),
        shown("cards among all of them", kinds.count("card"), "cards"),
        shown("lines in the surge's thread", kinds.count("surge_line"), "lines"),
        shown("urgent posts", len(watched.written), "posts"),
        none_of("urgent posts that the channel does not show", len(watched.written) - len(waits)),
        at_most("the latest of them", max(waits, default=float("inf")), 60, "s"),
        shown("clicks and commands meanwhile", len(watched.acknowledged), "requests"),
        at_most("acknowledged, p99", quantile(watched.acknowledged, 0.99), 200, "ms"),
        shown("the most resident memory", memory, "MB"),
    ]


def _write(sandbox: Sandbox, watched: _Watched) -> None:
    world, drafts = sandbox.world, answerable(9)
    prepared = [elsewhere(next(drafts), x=True) for _ in range(200)]
    began = time.monotonic()
    with progress("posts", POSTS) as done:
        for number in range(POSTS):
            pause = began + SECONDS * number / POSTS - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            draft = prepared[number % len(prepared)]
            if number % URGENT_EVERY == URGENT_EVERY // 2:
                mark = f"case {number}"
                loud = world.introduce("x", f"loud{number}", followers=LOUD)
                draft = replace(draft, author=loud.handle, text=URGENT.format(number=number))
                watched.written[mark] = time.monotonic()
            else:
                draft = replace(draft, author=f"storm{number}", text=f"{draft.text} {number}")
            world.add(draft)
            done(1)


def _look(channel: Channel, watched: _Watched, over: threading.Event) -> None:
    """Note when each urgent post stood in the channel first."""
    while not over.wait(0.2):
        missing = watched.written.keys() - watched.shown.keys()
        if not missing:
            continue
        text = json.dumps([message.blocks for message in list(channel.messages)])
        now = time.monotonic()
        watched.shown.update({mark: now for mark in missing if f"{mark}”" in text or f"{mark}\\u201d" in text})


def _press_and_ask(sandbox: Sandbox, person: User, channel: Channel, watched: _Watched, over: threading.Event) -> None:
    """Ask and click in turn, as fast as a team of people would."""
    chance = random.Random(3)  # repeatable
    while not over.wait(PAUSE):
        began = time.monotonic()
        sandbox.run(_one_deed(sandbox, person, channel, chance))
        watched.acknowledged.append((time.monotonic() - began) * 1000)
        channel.ephemeral.clear()


async def _one_deed(sandbox: Sandbox, person: User, channel: Channel, chance: random.Random) -> None:
    interactions = sandbox.slack.interactions
    cards = [m for m in channel.messages if m.by_app and "case_claim" in str(m.blocks)]
    async with asyncio.timeout(10):
        if cards and chance.random() < 0.5:
            await interactions.click(person.id, channel.id, chance.choice(cards).ts, "case_claim")
        else:
            await interactions.write(person.id, channel.id, chance.choice(QUESTIONS))


def _kind(metadata: dict[str, object] | None) -> str:
    payload = (metadata or {}).get("event_payload")
    return str(payload.get("key", "")).partition(":")[0] if isinstance(payload, dict) else ""
