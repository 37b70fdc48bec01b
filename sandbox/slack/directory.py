"""Owns the methods about who and what is there: auth, apps, users, user groups, team, bots."""

from typing import Any

from sandbox.slack.calls import Call, Method
from sandbox.slack.limits import SPECIAL, TIER_1, TIER_2, TIER_3, TIER_4
from sandbox.slack.wire import bot_json, user_json
from sandbox.slack.workspace import SlackError, UserGroup


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
}
