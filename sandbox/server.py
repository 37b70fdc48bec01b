"""The sandbox as one server on 127.0.0.1: Slack and the platforms for one fictional brand, in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Literal, Self, TypeVar

from aiohttp import web

from domain.clock import Clock, system_clock
from sandbox.blog import Blog
from sandbox.bluesky import BlueskyApi
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.hackernews import HackerNewsApi
from sandbox.ids import Platform
from sandbox.reddit import RedditApi
from sandbox.slack import Limits, Slack, Workspace
from sandbox.world import Post, World
from sandbox.x import XApi

HOST = "127.0.0.1"
T = TypeVar("T")
X_ACCOUNT = "lumora"
X_RIVAL = "vidoraplus"
REDDIT_ACCOUNT = "LumoraHelp"
BLUESKY_ACCOUNT = "lumora.example"
HACKERNEWS_ACCOUNT = "lumora_team"
COMMUNITY = "lumora"
COMMUNITIES = {
    COMMUNITY: "public",
    "streaming": "public",
    "cordcutters": "public",
    "lumorastaff": "private",
    "freelumora": "banned",
}

# These guard nothing but a loopback server with invented content.
X_BEARER_TOKEN = "sandbox-x-bearer"  # noqa: S105
X_API_KEY = "sandbox-x-key"
X_API_SECRET = "sandbox-x-key-secret"  # noqa: S105
X_ACCESS_SECRET = "sandbox-x-access-secret"  # noqa: S105
REDDIT_CLIENT_ID = "sandbox-reddit-id"
REDDIT_CLIENT_SECRET = "sandbox-reddit-secret"  # noqa: S105
REDDIT_PASSWORD = "sandbox-reddit-password"  # noqa: S105
REDDIT_REFRESH_TOKEN = "sandbox-reddit-refresh"  # noqa: S105


class PortInUseError(OSError):
    """The port that was asked for is taken."""


class Sandbox:
    """A Slack workspace and the platforms. Use it as a context manager, or call `start` and `stop`.

    `world` and the fault switches may be used from any thread; what acts in `slack` goes through `run`.

    `quota_factor` multiplies the platforms' request quotas, so that a bot may poll every second; 1 is the real quota.
    `manifest` narrows what the Slack app may do; see `sandbox.slack.Workspace`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        clock: Clock = system_clock,
        seed: int = 0,
        quota_factor: int = 100,
        limits: Limits | None = None,
        manifest: Mapping[str, Any] | None = None,
    ) -> None:
        self.world = World(clock=clock, seed=seed)
        self.workspace = Workspace(clock=clock, manifest=manifest, limits=limits, seed=seed, name="Lumora (sandbox)")
        self.x_faults = Faults(seed)
        self.reddit_faults = Faults(seed)
        self.bluesky_faults = Faults(seed)
        self.hackernews_faults = Faults(seed)
        self.rss_faults = Faults(seed)
        self._faults = {
            "x": self.x_faults,
            "reddit": self.reddit_faults,
            "bluesky": self.bluesky_faults,
            "hackernews": self.hackernews_faults,
            "rss": self.rss_faults,
        }
        _furnish(self.workspace)
        brand = self.world.introduce("x", X_ACCOUNT, name="Lumora", followers=412_000, verified=True)
        self.world.introduce("x", X_RIVAL, name="Vidora Plus", followers=388_000, verified=True)
        self.world.introduce("reddit", REDDIT_ACCOUNT, followers=900)
        self.world.introduce("hackernews", HACKERNEWS_ACCOUNT)
        self.world.introduce("bluesky", BLUESKY_ACCOUNT, name="Lumora", followers=61_000, verified=True)
        self.x_access_token = f"{brand.id}-sandbox"
        self.slack = Slack(self.workspace)
        self._quota_factor = quota_factor
        self._bluesky = BlueskyApi(self.world, faults=self.bluesky_faults, quota_factor=quota_factor)
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self.world.subscribe(self._tell_pages)

    @property
    def url(self) -> str:
        """The browser page."""
        return f"http://{HOST}:{self._port}"

    @property
    def slack_api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def x_api_url(self) -> str:
        """What stands for https://api.twitter.com."""
        return self.url

    @property
    def reddit_url(self) -> str:
        """PRAW's `reddit_url`."""
        return f"{self.url}/reddit"

    @property
    def reddit_oauth_url(self) -> str:
        """PRAW's `oauth_url`; the slash keeps the path when PRAW joins its own."""
        return f"{self.url}/reddit/"

    @property
    def hackernews_url(self) -> str:
        """What stands for https://hn.algolia.com."""
        return f"{self.url}/hackernews"

    @property
    def feed_url(self) -> str:
        """The address of the blog's feed."""
        return f"{self.url}/blog/feed.xml"

    @property
    def bluesky_url(self) -> str:
        """What stands for Jetstream and for the public API alike."""
        return f"{self.url}/bluesky"

    def start(self) -> None:
        """Serve until `stop`.

        Raises:
            PortInUseError: the port is taken.
        """
        started: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), name="sandbox", daemon=True)
        self._thread.start()
        self._port = started.result()

    def stop(self) -> None:
        """End every connection and the thread."""
        if self._loop is None or self._stopping is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._loop = self._stopping = self._thread = None

    def switch(self, platform: Platform, to: Literal["away", "back"]) -> None:
        """Let a platform's server be gone, so that every connection to it breaks; or be back, with no fault left."""
        if to == "away":
            self._faults[platform].add("reset")
        else:
            self._faults[platform].clear()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the server's loop, where the Slack workspace lives, and wait for it."""
        if self._loop is None:
            raise RuntimeError("the sandbox is not running: call start() first")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _tell_pages(self, _: Post) -> None:
        """Let open pages know that there is something new on a platform; the world may tell from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop closed between the question and the call: no page is left
                self._loop.call_soon_threadsafe(self.workspace.publish, {"type": "post"})

    def _application(self) -> web.Application:
        app = web.Application()
        slack = {"slack": self.workspace.faults, "slack_envelopes": self.workspace.envelope_faults}
        accounts: dict[Platform, str] = {
            "x": X_ACCOUNT,
            "reddit": REDDIT_ACCOUNT,
            "bluesky": BLUESKY_ACCOUNT,
            "hackernews": HACKERNEWS_ACCOUNT,
        }
        faults = {**self._faults, **slack}
        app.add_routes(Control(self.world, self.slack, faults=faults, accounts=accounts, community=COMMUNITY).routes())
        app.add_routes(self.slack.routes())
        x = XApi(
            self.world,
            bearer_token=X_BEARER_TOKEN,
            access_token=self.x_access_token,
            account=X_ACCOUNT,
            faults=self.x_faults,
            quota_factor=self._quota_factor,
        )
        reddit = RedditApi(
            self.world,
            client_id=REDDIT_CLIENT_ID,
            client_secret=REDDIT_CLIENT_SECRET,
            username=REDDIT_ACCOUNT,
            password=REDDIT_PASSWORD,
            refresh_token=REDDIT_REFRESH_TOKEN,
            communities=COMMUNITIES,
            faults=self.reddit_faults,
            quota_factor=self._quota_factor,
        )
        app.add_subapp("/2", x.application())
        app.add_subapp("/reddit", reddit.application())
        app.add_subapp("/hackernews", HackerNewsApi(self.world, faults=self.hackernews_faults).application())
        app.add_subapp("/blog", Blog(self.world, faults=self.rss_faults).application())
        app.add_subapp("/bluesky", self._bluesky.application())
        return app

    async def _serve(self, started: "Future[int]") -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self._port).start()
        except OSError as error:
            await runner.cleanup()
            message = (
                f"port {self._port} on {HOST} cannot be used ({error.strerror}): end what uses it, or take another"
            )
            started.set_exception(PortInUseError(message))
            return
        port = runner.addresses[0][1]
        self.workspace.origin = f"http://{HOST}:{port}"
        started.set_result(port)
        await self._stopping.wait()
        await self.slack.close()
        await runner.cleanup()


def _furnish(workspace: Workspace) -> None:
    """Put the people and channels of the brand's team into the workspace."""
    mia = workspace.add_user("mia", "Mia Brandt", title="Community manager", email="mia@lumora.example")
    leo = workspace.add_user("leo", "Leo Okafor", title="Head of customer care", email="leo@lumora.example")
    noa = workspace.add_user("noa", "Noa Lindgren", title="Community manager", email="noa@lumora.example")
    ops = workspace.add_user("ops", "Olga Petrov", title="Operator and CRM admin", email="olga@lumora.example")
    gus = workspace.add_user("gus", "Gus Hale", title="Agency guest", email="gus@agency.example", guest=True)
    pat = workspace.add_user("pat", "Pat Ruiz", title="Partner", email="pat@partner.example", external=True)
    workspace.add_channel("lumora-alerts", members=[mia, leo, noa, ops, gus, pat], topic="Complaints about Lumora")
    workspace.add_channel("lumora-opportunities", members=[mia, leo, noa], topic="People who may join Lumora")
    workspace.add_channel("lumora-leadership", members=[leo, ops], topic="The daily digest")
    workspace.add_channel("lumora-product", members=[mia, leo, noa], topic="What customers say of the product")
    workspace.add_channel("earshot-ops", members=[ops], topic="How Earshot itself is doing")
    workspace.add_group("social", "Social team", [mia, noa])
