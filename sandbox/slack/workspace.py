"""Owns the state of the stand-in Slack workspace: people, channels, messages, tokens, and who watches them change."""

import asyncio
import secrets
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.clock import Clock, system_clock
from sandbox.faults import FAULT_KINDS, Faults
from sandbox.slack.granted import Granted
from sandbox.slack.limits import Limits, RateLimiter

KIND_SCOPES = {"public_channel": "channels", "private_channel": "groups", "im": "im"}
"""The family of scopes that guards each kind of conversation."""


class SlackError(Exception):
    """A refusal that the Web API answers with `ok: false`."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


@dataclass(slots=True)
class User:
    """A person or the bot; `guest` is Slack's `is_restricted`, `external` somebody met through Slack Connect."""

    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    guest: bool = False
    external: bool = False
    deleted: bool = False
    is_bot: bool = False


@dataclass(slots=True)
class Message:
    """One message; `visible_to` names the only reader of an ephemeral one."""

    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: dict[str, Any] | None = None
    edited_ts: str | None = None
    visible_to: str | None = None
    by_app: bool = False
    tombstone: bool = False
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True)
class Channel:
    """A conversation; `messages` holds replies too and is ordered by `ts`."""

    id: str
    name: str
    kind: str
    created: int
    topic: str = ""
    archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    ephemeral: list[Message] = field(default_factory=list)
    threads: dict[str, list[Message]] = field(default_factory=dict)

    def find(self, ts: str) -> Message | None:
        index = bisect_left(self.messages, ts, key=lambda message: message.ts)
        if index < len(self.messages) and self.messages[index].ts == ts:
            return self.messages[index]
        return None

    def replies(self, ts: str) -> list[Message]:
        """Return the replies to a message, oldest first."""
        return self.threads.get(ts, [])

    def add(self, message: Message) -> None:
        if message.visible_to:
            self.ephemeral.append(message)
            return
        self.messages.append(message)
        if message.is_reply:
            self.threads.setdefault(str(message.thread_ts), []).append(message)

    def drop(self, message: Message) -> None:
        (self.ephemeral if message.visible_to else self.messages).remove(message)
        if message in self.threads.get(str(message.thread_ts), []):
            self.threads[str(message.thread_ts)].remove(message)


@dataclass(slots=True)
class File:
    """An uploaded file; `content` is None until its bytes have arrived."""

    id: str
    name: str
    user: str
    created: int
    size: int
    title: str = ""
    alt_text: str = ""
    content: bytes | None = None
    shares: list[tuple[Channel, Message]] = field(default_factory=list)


@dataclass(slots=True)
class UserGroup:
    """A group that can be mentioned and that roles can name."""

    id: str
    handle: str
    name: str
    members: list[str]


class Workspace:
    """One team with one installed app.

    Use it from one event loop only, that of the server. A `manifest` (Slack's app manifest as a mapping) narrows
    scopes, slash commands and events to what the app asked for; without one everything is granted and no event is sent.
    `views` holds the open modals of each user by id, the root first and what they see last; `homes` their home tabs.
    `origin` ("http://127.0.0.1:3000") must be set before an app connects: response and upload addresses carry it.
    """

    team_id = "T0EARSHOT"
    other_team_id = "T0PARTNER"
    app_id = "A0EARSHOT"
    bot_id = "B0EARSHOT"
    domain = "earshot-sandbox"

    def __init__(
        self,
        *,
        clock: Clock = system_clock,
        manifest: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        seed: int = 0,
        name: str = "Earshot sandbox",
    ) -> None:
        self.clock = clock
        self.name = name
        self.origin = ""
        self.bot_token = "xoxb-sandbox-bot"  # noqa: S105  # like the next two, it opens nothing but this loopback server
        self.app_token = "xapp-sandbox-app"  # noqa: S105
        self.revoked: set[str] = set()
        self.signing_secret = "sandbox-signing-secret"  # noqa: S105
        self.granted = Granted.by(manifest)
        self.scopes, self.commands = self.granted.scopes, self.granted.commands
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.views: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.homes: dict[str, dict[str, Any]] = {}
        self.files: dict[str, File] = {}
        self.faults = Faults(seed, kinds=(*FAULT_KINDS, "internal_error"))
        self.envelope_faults = Faults(seed, kinds=("duplicate",))
        self.limiter = RateLimiter(limits or Limits(), clock)
        self.connections = 0
        self._watchers: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._last_microseconds = 0
        self._counter = 0
        self.bot = self.add_user("earshot", "Earshot", is_bot=True)

    # People and places

    def add_user(self, name: str, real_name: str, **more: Any) -> User:
        """Add a person with an id that stays the same from run to run."""
        user = User(self.new_id("U"), name, real_name, **more)
        self.users[user.id] = user
        return user

    def add_channel(
        self, name: str, *, members: list[User], kind: str = "public_channel", topic: str = "", bot: bool = True
    ) -> Channel:
        """Open a conversation; the bot is a member unless `bot` is false."""
        channel = Channel(self.new_id("D" if kind == "im" else "C"), name, kind, created=int(self.now()), topic=topic)
        channel.members = {user.id for user in members} | ({self.bot.id} if bot else set())
        self.channels[channel.id] = channel
        self.publish({"type": "channel", "channel": channel.id})
        return channel

    def add_group(self, handle: str, name: str, members: list[User]) -> UserGroup:
        group = UserGroup(self.new_id("S"), handle, name, [user.id for user in members])
        self.groups[group.id] = group
        return group

    def set_member(self, group_id: str, user_id: str, *, member: bool) -> None:
        """Put a person into a user group, or take them out."""
        members = self.groups[group_id].members
        if member and user_id not in members:
            members.append(user_id)
        elif not member and user_id in members:
            members.remove(user_id)
        self.publish({"type": "people"})

    def set_active(self, user_id: str, *, active: bool) -> None:
        """Deactivate a person's account, or bring it back. The sandbox lets them act on, to see that an app refuses."""
        self.users[user_id].deleted = not active
        self.publish({"type": "people"})

    def direct_channel(self, user_id: str) -> Channel:
        """Return the direct conversation of the bot and a user, opened when first needed."""
        for channel in self.channels.values():
            if channel.kind == "im" and user_id in channel.members:
                return channel
        return self.add_channel(self.users[user_id].name, members=[self.users[user_id]], kind="im")

    def channel_named(self, name: str) -> Channel:
        """Return a channel by name, with or without `#`; KeyError names the missing one."""
        wanted = name.removeprefix("#")
        for channel in self.channels.values():
            if channel.name == wanted and channel.kind != "im":
                return channel
        raise KeyError(f"no channel {name!r} in the sandbox; it has {sorted(c.name for c in self.channels.values())}")

    # Messages

    def post(self, channel: Channel, message: Message) -> Message:
        """Put a message with a `ts` of `next_ts` into a channel and tell the watchers."""
        channel.add(message)
        self.publish({"type": "message", "channel": channel.id, "ts": message.ts})
        return message

    def changed(self, channel: Channel, ts: str) -> None:
        self.publish({"type": "message", "channel": channel.id, "ts": ts})

    def remove(self, channel: Channel, message: Message) -> None:
        """Delete a message; the parent of a thread leaves a tombstone, as in Slack."""
        if not message.visible_to and channel.replies(message.ts):
            message.tombstone, message.text = True, "This message was deleted."
            message.blocks, message.attachments, message.metadata = [], [], None
        else:
            channel.drop(message)
        self.publish({"type": "message", "channel": channel.id, "ts": message.ts})

    def next_ts(self) -> str:
        """Return a message timestamp that is unique in the workspace and greater than every earlier one."""
        self._last_microseconds = max(int(self.now() * 1_000_000), self._last_microseconds + 1)
        return f"{self._last_microseconds // 1_000_000}.{self._last_microseconds % 1_000_000:06d}"

    def now(self) -> float:
        """Return seconds since 1970 by the workspace's clock."""
        return self.clock().timestamp()

    def new_id(self, prefix: str) -> str:
        self._counter += 1
        return f"{prefix}0SBX{self._counter:06d}"

    def new_secret(self) -> str:
        return secrets.token_hex(12)

    def revoke_token(self) -> None:
        """Make every further call with the bot token fail with `token_revoked`."""
        self.revoked.add(self.bot_token)

    def restore_token(self) -> None:
        self.revoked.clear()

    # Watchers: the browser page

    def watch(self) -> "asyncio.Queue[dict[str, Any] | None]":
        """Subscribe to changes; `None` says that the workspace closes."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._watchers.add(queue)
        return queue

    def unwatch(self, queue: "asyncio.Queue[dict[str, Any] | None]") -> None:
        self._watchers.discard(queue)

    def publish(self, event: dict[str, Any]) -> None:
        """Tell every open page about a change."""
        for queue in self._watchers:
            queue.put_nowait(event)

    def close_watchers(self) -> None:
        for queue in self._watchers:
            queue.put_nowait(None)
