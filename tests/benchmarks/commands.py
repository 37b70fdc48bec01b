"""How soon commands are acknowledged and answered over a large database, through Socket Mode."""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from domain.clock import system_clock
from sandbox.server import Sandbox
from sandbox.slack import Channel, User
from tests.benchmarks.figure import Figure, at_most, progress, quantile, shown
from tests.benchmarks.large_database import CUSTOMERS, Person, customer_ids, large_database
from tests.bot_process import bot_on

ASKED = 100
"""Each kind of question is asked so often, each time about somebody else."""

ANSWER_SECONDS = 30.0

_TARGETS = """
[[targets]]
kpi = "response_rate"
value = 0.95
by = {by}

[[targets]]
kpi = "identity_coverage"
value = 0.9
by = {by}
"""


@dataclass(slots=True)
class _Desk:
    """A person at a channel of the sandbox, with a stopwatch; every time is in milliseconds."""

    sandbox: Sandbox
    person: User
    channel: Channel
    acknowledged: list[float] = field(default_factory=list)

    def ask(self, command: str) -> tuple[float, str]:
        """Type a command; return how long its answer took and the answer's notification text."""
        return self.sandbox.run(self._ask(command))

    async def _ask(self, command: str) -> tuple[float, str]:
        changes = self.sandbox.workspace.watch()
        try:
            began = time.monotonic()
            await self.sandbox.slack.interactions.write(self.person.id, self.channel.id, command)
            self.acknowledged.append((time.monotonic() - began) * 1000)
            async with asyncio.timeout(ANSWER_SECONDS):
                while not (answers := [m for m in self.channel.ephemeral if m.visible_to == self.person.id]):
                    await changes.get()
            taken = (time.monotonic() - began) * 1000
        finally:
            self.sandbox.workspace.unwatch(changes)
        self.channel.ephemeral.clear()
        return taken, answers[-1].text


def measure() -> list[Figure]:
    """Ask for customers in every way, for the queue and for the KPIs."""
    path = large_database()
    questions = _questions(path)
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox() as sandbox,
        bot_on(sandbox, Path(folder), database_url=f"sqlite:///{path}") as bot,
    ):
        with (Path(folder) / "earshot.toml").open("a", encoding="utf-8") as settings:
            settings.write(_TARGETS.format(by=system_clock().date() + timedelta(days=60)))
        bot.start()
        bot.wait_for("leading")
        person = next(user for user in sandbox.workspace.users.values() if user.name == "ops")
        desk = _Desk(sandbox, person, sandbox.workspace.channel_named("#lumora-alerts"))
        desk.ask("/earshot help")  # the first command asks Slack who Olga is
        desk.acknowledged.clear()
        taken: dict[str, list[float]] = {}
        with progress("commands", sum(map(len, questions.values()))) as done:
            for kind, question in _mixed(questions):
                seconds, said = desk.ask(question)
                assert "wrong" not in said, said
                taken.setdefault(kind, []).append(seconds)
                done(1)
        memory = bot.memory()
        bot.stop()
    return [
        shown("commands, mixed, one after another", len(desk.acknowledged), "commands"),
        shown("size of the database", path.stat().st_size / 2**20, "MB"),
        at_most("acknowledged, p99 of all", quantile(desk.acknowledged, 0.99), 200, "ms"),
        *(at_most(f"{kind} answered, p95", quantile(times, 0.95), 300, "ms") for kind, times in taken.items()),
        shown("resident memory of the bot after them", memory, "MB"),
    ]


def _questions(path: Path) -> dict[str, list[str]]:
    numbers = random.Random(7).sample(range(CUSTOMERS), ASKED)
    people = [Person(number) for number in numbers]
    asked = {
        "/customer by handle": [f"@{person.handle}" for person in people],
        "/customer by e-mail": [person.email for person in people],
        "/customer by id": customer_ids(path, ASKED),
        "/customer by exact name": [person.name for person in people],
        "/customer by the first letters of a name": [person.name.split()[1][:4] for person in people],
        "/customer by a first name": [person.name.split()[0] for person in people],
        "/customer of nobody": [f"Nobody{number}" for number in numbers],
    }
    looked_up = {kind: [f"/customer {words}" for words in questions] for kind, questions in asked.items()}
    pages = [f"/earshot queue {1 + number % 100}" for number in range(ASKED)]
    return {**looked_up, "/earshot queue": pages, "/earshot kpi 30d": ["/earshot kpi 30d"] * ASKED}


def _mixed(questions: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Ask of every kind in turn."""
    for each in zip(*questions.values(), strict=True):
        yield from zip(questions, each, strict=True)
