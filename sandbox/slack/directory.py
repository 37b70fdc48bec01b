"""Owns the methods about who and what is there: auth, apps, users, user groups, team, bots, files."""

from typing import Any

from sandbox.slack.calls import Call, Method
from sandbox.slack.limits import SPECIAL, TIER_1, TIER_2, TIER_3, TIER_4
from sandbox.slack.wire import bot_json, user_json
from sandbox.slack.workspace import Message, SlackError, UserGroup


def auth_test(call: Call) -> dict[str, Any]:
    workspace = call.workspace
    return {
        "url": f"{workspace.origin}/",
        "team": workspace.name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> dict[str, Any]:
    """Hand out a WebSocket address with a ticket for one connection."""
    ticket = call.delivery.new_ticket()
    origin = call.workspace.origin.replace("http://", "ws://", 1)
    return {"url": f"{origin}/slack/socket?ticket={ticket}&app_id={call.workspace.app_id}"}


def users_info(call: Call) -> dict[str, Any]:
    return {"user": user_json(call.workspace, call.user())}


def users_list(call: Call) -> dict[str, Any]:
    page, metadata = call.page(list(call.workspace.users.values()))
    return {
        "members": [user_json(call.workspace, user) for user in page],
        "cache_ts": int(call.workspace.now()),
        "response_metadata": metadata,
    }


def users_by_email(call: Call) -> dict[str, Any]:
    email = call.text("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == email and not user.deleted:
            return {"user": user_json(call.workspace, user)}
    raise SlackError("users_not_found")


def groups_list(call: Call) -> dict[str, Any]:
    def shown(group: UserGroup) -> dict[str, Any]:
        users = {"users": group.members} if call.flag("include_users") else {}
        return {
            "id": group.id,
            "team_id": call.workspace.team_id,
            "is_usergroup": True,
            "name": group.name,
            "handle": group.handle,
            "description": "",
            "user_count": len(group.members),
            "date_delete": 0,
        } | users

    return {"usergroups": [shown(group) for group in call.workspace.groups.values()]}


def group_users(call: Call) -> dict[str, Any]:
    group = call.workspace.groups.get(call.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group.members}


def team_info(call: Call) -> dict[str, Any]:
    workspace = call.workspace
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.name,
            "domain": workspace.domain,
            "email_domain": "",
            "url": f"{workspace.origin}/",
            "icon": {},
        }
    }


def bots_info(call: Call) -> dict[str, Any]:
    if call.args.get("bot") not in (None, call.workspace.bot_id):
        raise SlackError("bot_not_found")
    return {"bot": bot_json(call.workspace)}


def upload_url(call: Call) -> dict[str, Any]:
    """First of three steps of an upload; the second is a POST of the bytes to the address."""
    try:
        length = int(call.text("length"))
    except ValueError:
        raise SlackError("invalid_arguments") from None
    file_id = call.workspace.new_id("F")
    call.workspace.files[file_id] = {"id": file_id, "name": call.text("filename"), "size": length, "content": None}
    return {"upload_url": f"{call.workspace.origin}/slack/upload/{file_id}", "file_id": file_id}


def complete_upload(call: Call) -> dict[str, Any]:
    """Third step: names the uploaded files and shares them into a channel."""
    entries = call.structure("files", "invalid_arguments") or []
    shown = []
    for entry in entries:
        file = call.workspace.files.get(entry.get("id"))
        if file is None or file["content"] is None:
            raise SlackError("file_not_found")
        url = f"{call.workspace.origin}/slack/files/{file['id']}"
        title = entry.get("title") or file["name"]
        shown.append({"id": file["id"], "name": file["name"], "title": title, "url_private": url})
    if call.args.get("channel_id"):
        channel = call.workspace.channels.get(call.text("channel_id"))
        if channel is None or call.workspace.bot.id not in channel.members:
            raise SlackError("channel_not_found")
        message = Message(
            call.workspace.next_ts(), call.workspace.bot.id, str(call.args.get("initial_comment") or ""), by_app=True
        )
        message.files, message.thread_ts = shown, call.args.get("thread_ts")
        call.workspace.post(channel, message)
    return {"files": shown}


METHODS = {
    "auth.test": Method(auth_test, per_minute=SPECIAL),
    "apps.connections.open": Method(open_connection, per_minute=TIER_1 * 60, app_level=True),
    "users.info": Method(users_info, ("users:read",), per_minute=TIER_4),
    "users.list": Method(users_list, ("users:read",), per_minute=TIER_2),
    "users.lookupByEmail": Method(users_by_email, ("users:read.email",), per_minute=TIER_3),
    "usergroups.list": Method(groups_list, ("usergroups:read",), per_minute=TIER_2),
    "usergroups.users.list": Method(group_users, ("usergroups:read",), per_minute=TIER_2),
    "team.info": Method(team_info, ("team:read",), per_minute=TIER_3),
    "bots.info": Method(bots_info, ("users:read",), per_minute=TIER_3),
    "files.getUploadURLExternal": Method(upload_url, ("files:write",), per_minute=TIER_4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), per_minute=TIER_4),
}
