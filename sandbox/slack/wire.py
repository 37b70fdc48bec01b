"""Owns the JSON shapes in which the Web API and the envelopes show people, channels and messages."""

from typing import Any

from sandbox.slack.files import files_of
from sandbox.slack.workspace import Channel, Message, User, Workspace


def message_json(workspace: Workspace, channel: Channel, message: Message, *, metadata: bool = False) -> dict[str, Any]:
    """Show a message; its metadata only where the caller asked for it."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.tombstone:
        shown |= {"subtype": "tombstone", "hidden": True, "user": "USLACKBOT"}
    elif message.by_app:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id, "bot_profile": bot_json(workspace)}
    shown |= _thread_json(channel, message)
    if message.edited_ts:
        shown["edited"] = {"user": workspace.bot_id, "ts": message.edited_ts}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.files:
        shown |= {"files": files_of(workspace, message), "upload": True}
    for name in ("blocks", "attachments"):
        if getattr(message, name):
            shown[name] = getattr(message, name)
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown


def _thread_json(channel: Channel, message: Message) -> dict[str, Any]:
    if message.is_reply:
        parent = channel.find(str(message.thread_ts))
        shown: dict[str, Any] = {"thread_ts": message.thread_ts}
        if parent:
            shown["parent_user_id"] = parent.user
        return shown | ({"subtype": "thread_broadcast"} if message.broadcast else {})
    replies = [] if message.visible_to else channel.replies(message.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users[:5],
        "latest_reply": replies[-1].ts,
        "subscribed": False,
    }


def user_json(workspace: Workspace, user: User) -> dict[str, Any]:
    team = workspace.other_team_id if user.external else workspace.team_id
    profile: dict[str, Any] = {
        "real_name": user.real_name,
        "display_name": user.name,
        "title": user.title,
        "team": team,
    }
    if user.email and (workspace.scopes is None or "users:read.email" in workspace.scopes):
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": team,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": "Europe/London",
        "tz_label": "Greenwich Mean Time",
        "tz_offset": 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": user.guest,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


def channel_json(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    """Show a conversation as conversations.info and .list do."""
    shown: dict[str, Any] = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
    }
    if channel.kind == "im":
        other = next(member for member in sorted(channel.members) if member != workspace.bot.id)
        return shown | {"user": other, "is_user_deleted": workspace.users[other].deleted, "priority": 0}
    return shown | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public_channel",
        "is_group": channel.kind == "private_channel",
        "is_mpim": False,
        "is_private": channel.kind != "public_channel",
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": workspace.bot.id in channel.members,
        "creator": workspace.bot.id,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def bot_json(workspace: Workspace) -> dict[str, Any]:
    return {
        "id": workspace.bot_id,
        "app_id": workspace.app_id,
        "user_id": workspace.bot.id,
        "name": workspace.bot.name,
        "deleted": False,
        "updated": 0,
        "icons": {},
        "team_id": workspace.team_id,
    }
