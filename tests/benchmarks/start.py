"""How soon `run.py start` is connected to Slack, how much memory it holds, and how soon it ends."""

import tempfile
from pathlib import Path
from statistics import median

from sandbox.server import Sandbox
from tests.benchmarks.figure import Figure, at_most, progress
from tests.bot_process import bot_on

STARTS = 7


def measure() -> list[Figure]:
    """Start and stop the bot several times on one sandbox; the first start makes the database."""
    seconds, stops, memory = [], [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox() as sandbox,
        bot_on(sandbox, Path(folder)) as bot,
        progress("starts", STARTS) as done,
    ):
        bot.start()  # after this one all modules are compiled, as pip and the first start ever leave them
        bot.wait_for("leading")
        bot.stop()
        (Path(folder) / "earshot.db").unlink()
        for _ in range(STARTS):
            bot.start()
            seconds.append(bot.wait_for("connected"))
            bot.wait_for("leading")
            memory.append(bot.memory())
            stops.append(bot.stop())
            done(1)
    return [
        at_most("`run.py start` to connected, with a new database", seconds[0], 3, "s"),
        at_most(f"the same with a present one, median of {STARTS - 1}", median(seconds[1:]), 3, "s"),
        at_most("the slowest of them", max(seconds[1:]), 3, "s"),
        at_most("resident memory when it has connected, the highest of all", max(memory), 500, "MB"),
        at_most("Ctrl-C to the end of the process, the slowest of all", max(stops), 5, "s"),
    ]
