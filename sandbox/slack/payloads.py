"""Owns the interaction payloads that the app receives: clicks, submitted and closed views, shortcuts, home tabs.

https://docs.slack.dev/reference/interaction-payloads
"""

from typing import Any

from sandbox.slack.wire import message_json
from sandbox.slack.workspace import Channel, Message, User, Workspace

TOKEN = "verification-token"  # noqa: S105  # what Slack calls a token here is long out of use


def head(workspace: Workspace, user: User, kind: str) -> dict[str, Any]:
    """Return what every interaction payload has."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team_id},
        "api_app_id": workspace.app_id,
        "token": TOKEN,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(workspace: Workspace, channel: Channel, message: Message) -> dict[str, Any]:
    """Return the part of a block_actions payload that says in which message it happened."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.visible_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    shown = {} if message.visible_to else {"message": message_json(workspace, channel, message)}
    return {"container": container, "channel": {"id": channel.id, "name": wire_name(channel)}, **shown}


def in_view(view: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a payload that says in which modal or home tab it happened."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}


def wire_name(channel: Channel) -> str:
    """Return the name under which payloads show a conversation; private ones do not tell theirs."""
    return {"im": "directmessage", "private_channel": "privategroup"}.get(channel.kind, channel.name)


def message_event(workspace: Workspace, channel: Channel, message: Message) -> dict[str, Any]:
    """Return the event of a new message of a person."""
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    event = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": workspace.team_id,
        "channel": channel.id,
        "event_ts": message.ts,
        "channel_type": kinds[channel.kind],
    }
    return event | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def command(workspace: Workspace, user: User, channel: Channel, line: str) -> dict[str, Any]:
    """Return the payload of a slash command, still without its trigger id and response_url."""
    name, _, text = line.partition(" ")
    return {
        "token": TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": wire_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text.strip(),
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
    }
