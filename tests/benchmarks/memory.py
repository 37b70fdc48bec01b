"""Whether the bot's memory grows with what it reads."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sandbox.scenario import generate
from sandbox.server import Sandbox
from tests.benchmarks.figure import Figure, at_most, progress, shown, wait_until
from tests.bot_process import BotProcess, bot_on

FIRST, LAST, WAVE = 1_000, 10_000, 500


def measure() -> list[Figure]:
    """Let the bot read 10,000 posts from the sandbox's platforms, in waves, and post what cards it can."""
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox, bot_on(sandbox, Path(folder)) as bot:
        bot.start()
        bot.wait_for("leading")
        begin, after = bot.memory(), {}
        drafts = generate(8, LAST)
        with progress("mentions", LAST) as done:
            for stored in range(WAVE, LAST + 1, WAVE):
                for _ in range(WAVE):
                    sandbox.world.add(next(drafts))
                _wait_stored(bot, Path(folder) / "earshot.db", stored)
                after[stored] = bot.memory()
                done(WAVE)
        peak = bot.memory("VmHWM")
        bot.stop()
    return [
        shown("resident memory when it has connected", begin, "MB"),
        shown("after 1,000 mentions", after[FIRST], "MB"),
        shown("after 10,000 mentions", after[LAST], "MB"),
        at_most("growth from the 1,000th to the 10,000th", after[LAST] / after[FIRST], 1.1, "times"),
        at_most("the highest at any moment", peak, 500, "MB"),
    ]


def _wait_stored(bot: BotProcess, path: Path, number: int) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:

        def all_are_stored() -> bool:
            (found,) = database.execute("SELECT count(*) FROM mentions").fetchone()
            return bool(found >= number)

        wait_until(all_are_stored, seconds=120, what=f"the storing of {number} posts by process {bot.pid}")
