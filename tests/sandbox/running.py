"""Runs a stand-in Slack on a real socket beside the tests, with a clock that only tests move."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from aiohttp import web
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.slack import Channel, Slack, Timing, User, Workspace

T = TypeVar("T")

ASKED_FOR_POSTS = "performance.getEntriesByType('resource').some((one) => one.name.includes('/control/posts'))"
"""Holds in the page once it knows that no platforms run beside Slack; the browser notes that answer as an error."""

FAST = Timing(ack_timeout=0.3, event_retries=(0.0, 0.05, 0.05))


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class RunningSlack:
    """A served workspace; `run` executes something in the server's event loop and waits for it."""

    def __init__(self, workspace: Workspace, slack: Slack, loop: asyncio.AbstractEventLoop) -> None:
        self.workspace = workspace
        self.slack = slack
        self.url = workspace.origin
        self._loop = loop

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result(10)

    def client(self, token: str | None = None) -> WebClient:
        """Return an SDK client without retries."""
        return WebClient(
            token=token or self.workspace.bot_token, base_url=f"{self.url}/api/", retry_handlers=[], timeout=5
        )

    def texts(self, channel: Channel) -> list[str]:
        return [message.text for message in channel.messages]


@contextmanager
def running_slack(workspace: Workspace, *, timing: Timing = FAST) -> Iterator[RunningSlack]:
    """Serve a workspace on an ephemeral port of 127.0.0.1 in a thread of its own."""
    slack = Slack(workspace, timing=timing)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sandbox-slack", daemon=True)
    thread.start()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.add_routes(slack.routes())
        runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        workspace.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def stop(runner: web.AppRunner) -> None:
        await slack.close()
        await runner.cleanup()

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield RunningSlack(workspace, slack, loop)
    finally:
        asyncio.run_coroutine_threadsafe(stop(runner), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def connected_bolt(slack: RunningSlack) -> Iterator[App]:
    """Connect a real Bolt app by Socket Mode; register its listeners before somebody does something."""
    app = App(client=slack.client())
    handler = SocketModeHandler(app, slack.workspace.app_token, web_client=app.client)
    handler.connect()
    wait_until(lambda: slack.workspace.connections == 1)
    yield app
    threading.Timer(0.05, slack.run, [slack.slack.close()]).start()  # else the SDK waits out a read of three seconds
    handler.close()


def small_team(workspace: Workspace) -> tuple[User, Channel]:
    """Fill a workspace with one community manager and one channel."""
    mia = workspace.add_user("mia", "Mia Park", email="mia@lumen.example")
    return mia, workspace.add_channel("alerts", members=[mia])


def wait_until(holds: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Return as soon as something holds; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        pause.wait(0.01)
