"""From the moment a post is visible on its platform to the moment its card is visible in Slack."""

import json
import random
import re
import tempfile
import time
from pathlib import Path

from sandbox.server import Sandbox
from tests.benchmarks.figure import Figure, at_most, none_of, progress, quantile
from tests.benchmarks.posts import answerable, elsewhere
from tests.bot_process import bot_on

POSTS = 120
PAUSE = 0.7
"""Seconds at least between two posts. Their cards take turns in two channels, as Slack takes one a second in each."""

NUMBER = re.compile(r"\(\d+-\d+\)")
LAST_SECONDS = 30.0
"""A card that is not there so long after the last post counts as missing."""


def measure() -> list[Figure]:
    """Write posts at random moments on X and Reddit, with streams polled every second."""
    moments = random.Random(2)
    seen: dict[str, float] = {}
    written: dict[str, float] = {}
    drafts = answerable(2)
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox, bot_on(sandbox, Path(folder)) as bot:
        bot.start()
        bot.wait_for("leading")
        watched = [sandbox.workspace.channel_named(f"#lumora-{name}") for name in ("alerts", "opportunities")]

        def look() -> bool:
            """Note when each post's text stood in a channel first; a bot's card quotes it."""
            for channel in watched:
                for message in channel.messages[-8:]:
                    if message.ts not in looked:
                        looked.add(message.ts)
                        shown = json.dumps(message.blocks)
                        seen.update({mark: time.monotonic() for mark in written if mark in shown and mark not in seen})
            return len(seen) == len(written)

        looked: set[str] = set()
        with progress("posts", POSTS) as done:
            for number in range(POSTS):
                community = "lumora" if number % 2 == 0 else "streaming"
                draft = elsewhere(next(drafts), x=number % 4 == 0, community=community)
                mark = NUMBER.findall(draft.text)[0]
                sandbox.world.add(draft)
                written[mark] = time.monotonic()
                pause_until = time.monotonic() + PAUSE + moments.uniform(0, 0.4)
                while time.monotonic() < pause_until:
                    look()
                    time.sleep(0.002)
                done(1)
        last = time.monotonic() + LAST_SECONDS
        while not look() and time.monotonic() < last:
            time.sleep(0.002)
        bot.stop()
    waits = [moment - written[mark] for mark, moment in seen.items()]
    return [
        at_most(f"p50 of {POSTS} posts, polled every second", quantile(waits, 0.5), 2, "s"),
        at_most("p95", quantile(waits, 0.95), 2, "s"),
        at_most("slowest", max(waits), 3, "s"),
        none_of("posts without a card", POSTS - len(seen)),
    ]
