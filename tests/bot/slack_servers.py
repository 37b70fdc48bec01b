"""What a test may ask of any Slack, and the sandbox as one; `second_slack.py` has the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from slack_sdk import WebClient

from bot.identity import posting_client
from sandbox.slack import Workspace
from sandbox.slack.limits import Limits
from tests.sandbox.running import RunningSlack, running_slack


@dataclass(frozen=True, slots=True)
class Room:
    """A channel."""

    id: str
    name: str


class SlackServer(Protocol):
    """A workspace on loopback in which our app is installed and one person works. `url` is the Web API's."""

    url: str
    token: str
    token_without_scopes: str
    app_token: str | None  # None: it has no Socket Mode
    team_id: str
    bot_id: str
    bot_user_id: str
    mia: str

    def room(self, *, invited: bool = True, private: bool = False) -> Room:
        """Open a channel that Mia is in, and the bot where it is `invited`."""

    def archive(self, room: Room) -> None:
        """Archive a channel."""

    def say(self, room: Room, text: str, *, thread_ts: str | None = None) -> str:
        """Let Mia write something, and return its timestamp."""

    def posting_client(self, token: str | None = None) -> WebClient:
        """Return the client that the bot posts through, with its own token or another."""


class SandboxServer:
    """Implements `SlackServer`."""

    def __init__(self, running: RunningSlack) -> None:
        self._running = running
        workspace = self.workspace = running.workspace
        self.url = f"{running.url}/api/"
        self.token, self.app_token = workspace.bot_token, workspace.app_token
        self.team_id, self.bot_id, self.bot_user_id = workspace.team_id, workspace.bot_id, workspace.bot.id
        self.mia = workspace.add_user("mia", "Mia Park").id
        self._numbers = count(1)

    @property
    def token_without_scopes(self) -> str:
        self.workspace.scopes = frozenset()
        return self.token

    def room(self, *, invited: bool = True, private: bool = False) -> Room:
        name = f"room{next(self._numbers)}"
        kind = "private_channel" if private else "public_channel"
        members = [self.workspace.users[self.mia]]
        return Room(self.workspace.add_channel(name, members=members, bot=invited, kind=kind).id, name)

    def archive(self, room: Room) -> None:
        self.workspace.channels[room.id].archived = True

    def say(self, room: Room, text: str, *, thread_ts: str | None = None) -> str:
        self._running.run(self._running.slack.interactions.write(self.mia, room.id, text, thread_ts=thread_ts))
        return self.workspace.channels[room.id].messages[-1].ts

    def posting_client(self, token: str | None = None) -> WebClient:
        return posting_client(self.token if token is None else token, api_url=self.url)


@contextmanager
def sandbox_server(manifest: dict[str, Any]) -> Iterator[SandboxServer]:
    """Serve a sandbox that takes as many messages as it gets."""
    with running_slack(Workspace(manifest=manifest, limits=Limits(enabled=False))) as running:
        yield SandboxServer(running)


def history(server: SlackServer, room: Room) -> list[dict[str, Any]]:
    """Return a channel's messages, oldest first, as the SDK reads them for anybody; replies stay in their threads."""
    client = WebClient(token=server.token, base_url=server.url, timeout=5)
    pages = client.conversations_history(channel=room.id, include_all_metadata=True, limit=100)
    return sorted((message for page in pages for message in page["messages"]), key=lambda message: float(message["ts"]))


def copies_of(post, message, since):
    """Return where a message of ours stands, however often."""
    return post.find([message], since)[message.key]
