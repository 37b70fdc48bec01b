"""The sandbox with the settings and secrets of a bot on it, and the bot: in this process, or as one of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from config.load import load
from domain.clock import Clock, system_clock
from sandbox.bot_settings import bot_environment, bot_settings_toml
from sandbox.ids import Platform
from sandbox.server import Sandbox
from sandbox.slack import Channel, Message
from sandbox.world import Draft, Post, World
from service.running import Running, connect_bot

ROOT = Path(__file__).parents[1]
RUN = [sys.executable, str(ROOT / "run.py")]
SECRETS = (
    *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "X_BEARER_TOKEN", "X_API_KEY", "X_API_SECRET"),
    *("X_ACCESS_TOKEN", "X_ACCESS_SECRET", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_REFRESH_TOKEN"),
    "EARSHOT_KEY",
)
PATIENCE = 120.0
"""Seconds until a test gives up waiting; what is awaited takes a second or two on an idle machine."""

COMPLAINT = "{mark}: Lumora is terrible, I hate it. It crashed again, worst service ever. I am cancelling Lumora today."

T = TypeVar("T")


def wait_for(what: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """Return the first true answer."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := what()):
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} s"
        pause.wait(0.02)
    return answer


def shown(message: Message) -> str:
    """Everything that a message shows, as one text."""
    return f"{message.text}\n{json.dumps(message.blocks, ensure_ascii=False)}"


def labels(message: Message) -> list[str]:
    """The labels of a message's buttons."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row if element["type"] == "button"]


@contextmanager
def only_secrets(secrets: Mapping[str, str]) -> Iterator[None]:
    """Replace the secrets of this process's environment."""
    plain = {name: value for name, value in os.environ.items() if name not in SECRETS}
    with patch.dict(os.environ, {**plain, **secrets}, clear=True):
        yield


@dataclass(slots=True)
class Stage:
    """A running sandbox, and a folder with the bot's settings."""

    sandbox: Sandbox
    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "earshot.toml"

    @property
    def alerts(self) -> Channel:
        return self.sandbox.workspace.channel_named("lumora-alerts")

    def user(self, name: str) -> str:
        return next(user.id for user in self.sandbox.workspace.users.values() if user.name == name)

    # Settings

    def rewrite(self, change: Callable[[str], str]) -> None:
        """Change the text of the settings file."""
        self.config.write_text(change(self.config.read_text()))

    # What people do

    def post(
        self,
        mark: str,
        *,
        author: str = "",
        text: str = COMPLAINT,
        platform: Platform = "x",
        world: World | None = None,
        **more: Any,
    ) -> Post:
        """Write on a platform, here or in another sandbox's `world`; by the word `mark` its card can be told."""
        if platform == "reddit":
            more.setdefault("community", "lumora")
        draft = Draft(platform=platform, author=author or f"by_{mark}", text=text.format(mark=mark), **more)
        return (world or self.sandbox.world).add(draft)

    def card(self, mark: str, channel: Channel | None = None) -> Message:
        """Await the card that shows the mark."""
        return wait_for(lambda: self.cards(mark, channel))[0]

    def cards(self, mark: str, channel: Channel | None = None) -> list[Message]:
        messages = list((channel or self.alerts).messages)
        return [m for m in messages if m.by_app and m.thread_ts is None and mark in shown(m)]

    def click(self, name: str, card: Message, action: str) -> None:
        interactions = self.sandbox.slack.interactions
        self.sandbox.run(interactions.click(self.user(name), self.alerts.id, card.ts, action))

    def type(self, name: str, line: str) -> str:
        """Run a slash command and return what that person alone is shown."""
        before = len(self.alerts.ephemeral)
        self.sandbox.run(self.sandbox.slack.interactions.write(self.user(name), self.alerts.id, line))
        return self.told(name, since=before)

    def told(self, name: str, *, since: int = 0) -> str:
        """Await what a person is told privately."""
        user = self.user(name)
        return shown(wait_for(lambda: [m for m in self.alerts.ephemeral[since:] if m.visible_to == user])[-1])

    # The bot

    @contextmanager
    def bot(self, *, clock: Clock = system_clock, **more: Any) -> Iterator[Running]:
        """Run the bot in this process."""
        with only_secrets(self.secrets):
            settings, secrets = load(self.config)
        running = connect_bot(settings, secrets, clock=clock, **more)
        running.start()
        try:
            yield running
        finally:
            running.stop()

    def environment(self) -> dict[str, str]:
        """The environment of a bot in a process of its own."""
        with only_secrets(self.secrets):
            return {**os.environ, "PYTHONUNBUFFERED": "1"}

    @contextmanager
    def process(self, *options: str) -> Iterator["BotProcess"]:
        """Run `start` in a process of its own, and kill it at the end where it still runs."""
        log = self.folder / f"log{len(list(self.folder.glob('log*')))}.txt"
        with log.open("wb") as stderr:
            bot = subprocess.Popen(
                [*RUN, "start", "--config", str(self.config), *options],
                stderr=stderr,
                stdout=subprocess.DEVNULL,
                cwd=self.folder,
                env=self.environment(),
            )
        try:
            yield BotProcess(bot, log)
        finally:
            bot.kill()
            bot.wait()


@dataclass(frozen=True, slots=True)
class BotProcess:
    """A bot in a process of its own."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log's events of that name."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [entry for line in lines if (entry := json.loads(line))["event"] == name]

    def await_event(self, name: str, *, count: int = 1) -> dict[str, Any]:
        """Await the `count`-th event of that name."""

        def logged() -> list[dict[str, Any]]:
            assert self.process.poll() is None, f"the bot ended: {self.log.read_text()}"
            return self.events(name)[count - 1 :]

        return wait_for(logged)[0]

    def interrupt(self) -> tuple[int, float]:
        """Press Ctrl-C and return the exit code and the seconds until the end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE), time.monotonic() - began


@contextmanager
def stage(folder: Path, *, poll_seconds: float = 0.5, **sandbox_options: Any) -> Iterator[Stage]:
    """Start a sandbox and write the settings of a bot on it; its guests and strangers hold a role, as by mistake."""
    with Sandbox(**sandbox_options) as sandbox:
        social = next(iter(sandbox.workspace.groups.values()))
        social.members += [user.id for user in sandbox.workspace.users.values() if user.guest or user.external]
        made = Stage(sandbox, folder, bot_environment(sandbox))
        url = f"sqlite:///{folder / 'earshot.db'}"
        made.config.write_text(bot_settings_toml(sandbox, database_url=url, poll_seconds=poll_seconds))
        yield made
