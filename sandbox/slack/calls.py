"""Owns one Web API call: its typed arguments, its scopes, and what the table of methods says about a method."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack.delivery import Delivery
from sandbox.slack.limits import TIER_3
from sandbox.slack.workspace import KIND_SCOPES, Channel, Message, SlackError, User, Workspace


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated call; accessors raise the SlackError that Slack would answer."""

    workspace: Workspace
    delivery: Delivery
    method: str
    args: dict[str, Any]

    def has_scope(self, scope: str) -> bool:
        return self.workspace.scopes is None or scope in self.workspace.scopes

    def require_scopes(self, scopes: Sequence[str]) -> None:
        for scope in scopes:
            if not self.has_scope(scope):
                provided = ",".join(sorted(self.workspace.scopes or ()))
                raise SlackError("missing_scope", needed=scope, provided=provided)

    def text(self, name: str) -> str:
        """Return a required argument."""
        value = self.args.get(name)
        if value is None or value == "":
            messages = [f"[ERROR] missing required field: {name}"]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        return str(value)

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in ("1", "true")

    def structure(self, name: str, error: str) -> Any:
        """Return a JSON argument, which form bodies carry as text; None when it is absent."""
        value = self.args.get(name)
        if isinstance(value, str):
            try:
                return json.loads(value) if value else None
            except ValueError:
                raise SlackError(error) from None
        return value

    def limit(self, *, default: int = 100, most: int = 999) -> int:
        try:
            limit = int(self.args.get("limit") or default)
        except ValueError:
            raise SlackError("invalid_limit") from None
        if not 1 <= limit <= most:
            raise SlackError("invalid_limit")
        return limit

    def user(self, name: str = "user") -> User:
        user = self.workspace.users.get(self.text(name))
        if user is None:
            raise SlackError("user_not_found")
        return user

    def channel(self, action: str, name: str = "channel") -> Channel:
        """Return a conversation that the app may see, by id.

        `action` is the tail of the scope: `read` or `history`.
        """
        channel = self.workspace.channels.get(self.text(name))
        hidden = channel and channel.kind != "public_channel" and self.workspace.bot.id not in channel.members
        if channel is None or hidden:
            raise SlackError("channel_not_found")
        self.require_scopes([f"{KIND_SCOPES[channel.kind]}:{action}"])
        return channel

    def message(self, channel: Channel, name: str = "ts", error: str = "message_not_found") -> Message:
        message = channel.find(self.text(name))
        if message is None or message.tombstone:
            raise SlackError(error)
        return message

    def page(self, items: Sequence[Any], *, default: int = 100) -> tuple[Sequence[Any], dict[str, Any]]:
        """Cut one page of a listing; return it and the `response_metadata` with the next cursor."""
        start = int(self.cursor("offset") or 0)
        end = start + self.limit(default=default, most=1000)
        following = encode_cursor("offset", str(end)) if end < len(items) else ""
        return items[start:end], {"next_cursor": following}

    def cursor(self, kind: str) -> str | None:
        """Return what an earlier answer put into this call's cursor."""
        cursor = self.args.get("cursor")
        if not cursor:
            return None
        try:
            prefix, _, value = base64.b64decode(str(cursor), validate=True).decode().partition(":")
        except ValueError:
            raise SlackError("invalid_cursor") from None
        if prefix != kind or not value.replace(".", "", 1).isdigit():
            raise SlackError("invalid_cursor")
        return value


def encode_cursor(kind: str, value: str) -> str:
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the table of methods; `per_minute` 0 means that the method limits itself."""

    run: Callable[[Call], dict[str, Any]]
    scopes: tuple[str, ...] = ()
    per_minute: int = TIER_3
    app_level: bool = False
