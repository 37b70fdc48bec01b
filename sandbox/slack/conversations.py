"""Owns the conversations.* methods: listing, history with cursor paging, threads, members, direct messages."""

import re
from collections.abc import Sequence
from typing import Any

from sandbox.slack.calls import Call, Method, encode_cursor
from sandbox.slack.limits import TIER_2, TIER_3, TIER_4
from sandbox.slack.wire import channel_json, message_json
from sandbox.slack.workspace import KIND_SCOPES, Channel, Message, SlackError

_TS = re.compile(r"\d+(\.\d+)?")


def list_channels(call: Call) -> dict[str, Any]:
    return _listed(call, member=None)


def of_user(call: Call) -> dict[str, Any]:
    """List the conversations that a user is in: the app's own, or those of `user` that the app may see."""
    user = call.user().id if call.args.get("user") else call.workspace.bot.id
    return _listed(call, member=user)


def _listed(call: Call, *, member: str | None) -> dict[str, Any]:
    """List the conversations that the app may see, or only those with this member."""
    kinds = str(call.args.get("types") or "public_channel").replace(" ", "").split(",")
    unknown = set(kinds) - {*KIND_SCOPES, "mpim"}
    if unknown:
        raise SlackError("invalid_types")
    call.require_scopes([f"{KIND_SCOPES[kind]}:read" for kind in kinds if kind in KIND_SCOPES])
    visible = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and member in (None, *channel.members)
        and not (channel.archived and call.flag("exclude_archived"))
        and (channel.kind == "public_channel" or call.workspace.bot.id in channel.members)
    ]
    page, metadata = call.page(visible)
    channels = [channel_json(call.workspace, channel) for channel in page]
    return {"channels": channels, "response_metadata": metadata}


def info(call: Call) -> dict[str, Any]:
    return {"channel": channel_json(call.workspace, call.channel("read"))}


def history(call: Call) -> dict[str, Any]:
    """Newest first; replies stay in their threads unless broadcast."""
    channel = _readable(call)
    messages = [m for m in reversed(channel.messages) if not m.is_reply or m.broadcast]
    start = call.cursor("next_ts")
    messages = [m for m in _within(call, messages) if start is None or m.ts <= start]
    return _page_of(call, channel, messages) | {"pin_count": 0, "channel_actions_ts": None}


def replies(call: Call) -> dict[str, Any]:
    """The parent and then its replies, oldest first; the parent is there whatever the bounds."""
    channel = _readable(call)
    message = call.message(channel, error="thread_not_found")
    parent = channel.find(str(message.thread_ts)) if message.is_reply else message
    if parent is None:
        raise SlackError("thread_not_found")
    start = call.cursor("next_ts")
    thread = [m for m in _within(call, channel.replies(parent.ts)) if start is None or m.ts >= start]
    return _page_of(call, channel, [parent, *thread] if start is None else thread)


def members(call: Call) -> dict[str, Any]:
    page, metadata = call.page(sorted(call.channel("read").members))
    return {"members": list(page), "response_metadata": metadata}


def open_direct(call: Call) -> dict[str, Any]:
    users = call.text("users").split(",")
    if len(users) != 1:
        raise SlackError("too_many_users")
    if users[0] not in call.workspace.users or users[0] == call.workspace.bot.id:
        raise SlackError("user_not_found")
    if call.workspace.users[users[0]].deleted:
        raise SlackError("user_disabled")
    before = len(call.workspace.channels)
    known = call.workspace.direct_channel(users[0])
    shown = channel_json(call.workspace, known) if call.flag("return_im") else {"id": known.id}
    opened = len(call.workspace.channels) == before
    return {"channel": shown} | ({"no_op": True, "already_open": True} if opened else {})


def _readable(call: Call) -> Channel:
    channel = call.channel("history")
    if call.workspace.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(call: Call, messages: Sequence[Message]) -> list[Message]:
    """Keep messages between `oldest` and `latest`, both exclusive unless `inclusive`."""
    bounds = {}
    for name in ("oldest", "latest"):
        value = str(call.args.get(name) or "")
        if value and not _TS.fullmatch(value):
            raise SlackError(f"invalid_ts_{name}")
        bounds[name] = _padded(value) if value and float(value) else ""
    oldest, latest, inclusive = bounds["oldest"], bounds["latest"], call.flag("inclusive")
    return [
        m
        for m in messages
        if (not oldest or m.ts > oldest or (inclusive and m.ts == oldest))
        and (not latest or m.ts < latest or (inclusive and m.ts == latest))
    ]


def _padded(ts: str) -> str:
    """Write a timestamp with six decimals, so that it compares as text."""
    seconds, _, fraction = ts.partition(".")
    return f"{seconds}.{fraction[:6]:0<6}"


def _page_of(call: Call, channel: Channel, messages: Sequence[Message]) -> dict[str, Any]:
    limit = call.limit()
    metadata = call.flag("include_all_metadata")
    page = [message_json(call.workspace, channel, m, metadata=metadata) for m in messages[:limit]]
    answer: dict[str, Any] = {"messages": page, "has_more": len(messages) > limit}
    if answer["has_more"]:
        answer["response_metadata"] = {"next_cursor": encode_cursor("next_ts", messages[limit].ts)}
    return answer


METHODS = {
    "conversations.list": Method(list_channels, per_minute=TIER_2),
    "conversations.info": Method(info, per_minute=TIER_3),
    "conversations.history": Method(history, per_minute=TIER_3),
    "conversations.replies": Method(replies, per_minute=TIER_3),
    "conversations.members": Method(members, per_minute=TIER_4),
    "users.conversations": Method(of_user, per_minute=TIER_3),
    "conversations.open": Method(open_direct, ("im:write",), per_minute=TIER_3),
}
