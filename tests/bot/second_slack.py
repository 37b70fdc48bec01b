"""Runs a Slack Web API that others wrote, `emulate` from npm: a second opinion about what the bot sends and expects.

What it cannot be asked, and is asked of the sandbox or of scripted answers alone:

- Faults: it loses, delays and limits nothing, and revokes no token. It takes every unknown token for its admin's,
  without scopes.
- Block Kit's limits, and metadata left out of the history unless asked for: it checks and hides nothing.
- The history's bounds: it ignores `oldest`, so it answers more than was asked for.
- Public channels that the bot is not in: it may post there all the same.
- User groups, guests, people who left, people and channels of other organisations: it knows none.
- Socket Mode, slash commands, clicks; granted scopes in a header; ephemeral messages as their reader sees them.

It also puts into a message only the bot id that the sender names, where Slack puts in the sender's; `_NamingClient`
names it.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.identity import posting_client
from tests.bot.slack_servers import Room

PINNED = Path(__file__).parent / "emulate"
"""The exact versions with their hashes, and the program that serves them."""

BUILD = Path(__file__).parents[2] / "build"
INSTALL_SECONDS = 120
START_SECONDS = 20

TEAM, ADMIN, BOT, BOT_USER = "T000000001", "U000000001", "B0EARSHOT", "U0EARSHOT"
ADMIN_TOKEN, MIA_TOKEN, BOT_TOKEN = "xoxp-admin", "xoxp-mia", "xoxb-earshot"


class SecondSlack:
    """Implements `SlackServer`. One serves every test, so each opens rooms of its own."""

    app_token = None
    team_id, bot_id, bot_user_id = TEAM, BOT, BOT_USER
    token = BOT_TOKEN
    token_without_scopes = "xoxb-unknown"

    def __init__(self, url: str) -> None:
        self.url = f"{url}/api/"
        self._admin, self._mia = self._client(ADMIN_TOKEN), self._client(MIA_TOKEN)
        self.mia: str = self._mia.auth_test()["user_id"]
        self._numbers = count(1)

    def room(self, *, invited: bool = True, private: bool = False) -> Room:
        name = f"room{next(self._numbers)}"
        wanted = {"name": name, "is_private": private}  # as JSON, since of a form it understands "true" and not "1"
        room_id = self._admin.api_call("conversations.create", json=wanted)["channel"]["id"]
        self._admin.conversations_invite(channel=room_id, users=self.mia)
        if invited:
            self._admin.conversations_invite(channel=room_id, users=BOT_USER)
        return Room(room_id, name)

    def archive(self, room: Room) -> None:
        self._admin.conversations_archive(channel=room.id)

    def say(self, room: Room, text: str, *, thread_ts: str | None = None) -> str:
        return str(self._mia.chat_postMessage(channel=room.id, text=text, thread_ts=thread_ts)["ts"])

    def posting_client(self, token: str | None = None) -> WebClient:
        return _NamingClient.like(posting_client(BOT_TOKEN if token is None else token, api_url=self.url))

    def _client(self, token: str) -> WebClient:
        return WebClient(token=token, base_url=self.url, timeout=5)


class _NamingClient(WebClient):
    @classmethod
    def like(cls, client: WebClient) -> "_NamingClient":
        return cls(
            token=client.token,
            base_url=client.base_url,
            timeout=client.timeout,
            retry_handlers=client.retry_handlers,
            logger=client.logger,
        )

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        if api_method == "chat.postMessage":
            arguments["json"] = arguments["json"] | {"bot_id": BOT}
        return super().api_call(api_method, **arguments)


@contextmanager
def second_slack(scopes: list[str]) -> Iterator[SecondSlack]:
    """Serve a workspace on a free port of 127.0.0.1 in which Mia works and our app is installed with `scopes`.

    The test skips, and says why, where Node.js or npm is absent or the package cannot be downloaded.
    """
    folder = installed()
    command = ["node", str(PINNED / "serve.mjs"), str(folder / "node_modules"), json.dumps(_seed(scopes))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        watchdog = threading.Timer(START_SECONDS, server.kill)
        watchdog.start()
        url = server.stdout.readline().strip()
        watchdog.cancel()
        try:
            assert url, f"{' '.join(command[:3])} did not say where it listens"
            yield SecondSlack(url)
        finally:
            server.stdin.close()  # it ends by itself
            server.wait(START_SECONDS)


def installed(pinned: Path = PINNED, build: Path = BUILD) -> Path:
    """Return the folder that holds the pinned packages, downloaded where it is not there yet."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"the second Slack needs {program}, which is not installed")
    lock = (pinned / "package-lock.json").read_bytes()
    folder = build / f"emulate-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not folder.is_dir():
        build.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=build) as fresh:
            _download(pinned, Path(fresh))
            _keep(Path(fresh), folder)
    return folder


def _download(pinned: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(pinned / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=1000"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"the second Slack could not be downloaded from npm within {INSTALL_SECONDS} s")
    if "EINTEGRITY" in done.stderr:
        pytest.fail(f"npm delivers another package than the one in {pinned / 'package-lock.json'}:\n{done.stderr}")
    if done.returncode:
        pytest.skip(f"the second Slack could not be downloaded from npm: {done.stderr.strip()[:300]}")


def _keep(fresh: Path, folder: Path) -> None:
    """Move it into place whole, unless another process was faster."""
    try:
        fresh.rename(folder)
        fresh.mkdir()  # for the one who cleans it up
    except OSError:
        if not folder.is_dir():
            raise


def _seed(scopes: list[str]) -> dict[str, Any]:
    app = {
        "client_id": "1.1",
        "client_secret": "none",
        "app_id": "A0EARSHOT",
        "name": "Earshot",
        "bot_id": BOT,
        "bot_user_id": BOT_USER,
        "bot_name": "earshot",
        "redirect_uris": [],
        "scopes": scopes,
    }
    bot = {"token": BOT_TOKEN, "type": "bot", "user_id": BOT_USER, "bot_id": BOT, "app_id": "A0EARSHOT"}
    return {
        "slack": {
            "team": {"name": "Lumora", "domain": "lumora"},
            "users": [{"name": "mia", "real_name": "Mia Park"}],
            "oauth_apps": [app],
            "tokens": [
                bot | {"scopes": scopes},
                {"token": ADMIN_TOKEN, "user_id": ADMIN},
                {"token": MIA_TOKEN, "user": "mia"},
            ],
            "strict_scopes": True,
        }
    }
