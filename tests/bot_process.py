"""Runs the bot as an operator does, `python run.py start`, in a process of its own, and reads its log."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.bot_settings import bot_environment, bot_settings_toml
from sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[1]
STOP_SECONDS = 10.0


class BotProcess:
    """A bot that is started, watched, killed and started again."""

    def __init__(self, config: Path, environment: dict[str, str]) -> None:
        self._config = config
        self._environment = os.environ | environment
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an operator's second start compiles nothing
        self._process: subprocess.Popen[str] | None = None
        self._changed = threading.Condition()
        self._events: list[tuple[float, str]] = []
        self._lines: list[str] = []
        self._started = 0.0

    def start(self) -> None:
        self._events, self._lines, self._started = [], [], time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "run.py", "start", "--config", str(self._config)],
            cwd=ROOT,
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def wait_for(self, event: str, *, seconds: float = 120.0) -> float:
        """Wait for a line of the log, and return how many seconds after the start it came."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: self._seen(event) is not None or self._ended, seconds)
            moment = self._seen(event)
        if moment is None:
            why = "ended" if arrived else f"did not say so in {seconds:.0f} s"
            raise AssertionError(f"no {event!r}: the bot {why}. Its log ends:\n{''.join(self._lines[-15:])}")
        return moment - self._started

    def kill(self) -> None:
        """End it between two instructions, as `kill -9` and the out-of-memory killer do."""
        self._signal(signal.SIGKILL)

    def stop(self) -> float:
        """End it as Ctrl-C does, and return the seconds that it took."""
        asked = time.monotonic()
        self._signal(signal.SIGINT)
        return time.monotonic() - asked

    def memory(self, which: str = "VmRSS") -> float:
        """Return its resident memory now, or at its highest (`VmHWM`), in MB."""
        assert self._process is not None
        lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(which))

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return "".join(self._lines)

    @property
    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _seen(self, event: str) -> float | None:
        return next((moment for moment, name in self._events if name == event), None)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process = None

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            with self._changed:
                self._lines.append(line)
                self._events.append((time.monotonic(), _event(line)))
                self._changed.notify_all()
        process.wait()
        with self._changed:
            self._changed.notify_all()


@contextmanager
def bot_on(
    sandbox: Sandbox, folder: Path, *, database_url: str | None = None, noise: str = "surge_cards = 100000"
) -> Iterator[BotProcess]:
    """Give a bot with settings for the sandbox; it is not started, and killed at the end if it still runs.

    Each case gets its card, unless `noise` says otherwise: the keys of that table of the settings.
    """
    config = folder / "earshot.toml"
    url = database_url or f"sqlite:///{folder}/earshot.db"
    settings = bot_settings_toml(sandbox, database_url=url)
    config.write_text(f"{settings}\n[noise]\n{noise}\n", encoding="utf-8")
    bot = BotProcess(config, bot_environment(sandbox))
    try:
        yield bot
    finally:
        bot.kill()


def _event(line: str) -> str:
    try:
        return str(json.loads(line).get("event", ""))
    except ValueError:
        return ""
