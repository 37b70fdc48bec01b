"""Owns the chat.* methods, reactions, and what a message must be to be accepted."""

import re
from typing import Any

from sandbox.slack.blocks import TOTAL_TEXT, block_errors, elements_of, total_text
from sandbox.slack.calls import Call, Method
from sandbox.slack.limits import SPECIAL, TIER_3, TIER_4
from sandbox.slack.wire import message_json
from sandbox.slack.workspace import Channel, Message, SlackError, Workspace

MAX_TEXT = 40_000
_EVENT_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")


def post_message(call: Call) -> dict[str, Any]:
    channel = _destination(call)
    message = compose(call)
    thread_ts = call.args.get("thread_ts")
    if thread_ts:
        parent = channel.find(str(thread_ts))
        if parent is None:
            raise SlackError("thread_not_found")
        message.thread_ts = parent.thread_ts if parent.is_reply else parent.ts
        message.broadcast = call.flag("reply_broadcast")
    _limit(call.workspace, channel)
    message.ts = call.workspace.next_ts()
    call.workspace.post(channel, message)
    shown = message_json(call.workspace, channel, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> dict[str, Any]:
    channel = _destination(call)
    user = call.text("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = compose(call)
    message.visible_to, message.ts = user, call.workspace.next_ts()
    message.thread_ts = call.args.get("thread_ts")
    call.workspace.post(channel, message)
    return {"message_ts": message.ts}


def update(call: Call) -> dict[str, Any]:
    channel = _own_channel(call)
    message = call.message(channel)
    if not message.by_app:
        raise SlackError("cant_update_message")
    edit_message(call.workspace, channel, message, call)
    shown = message_json(call.workspace, channel, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def edit_message(workspace: Workspace, channel: Channel, message: Message, call: Call) -> None:
    """Replace what the call brings; blocks, attachments and metadata that it leaves out stay."""
    new = compose(call)
    if call.args.get("text") is not None:
        message.text = new.text
    if call.args.get("blocks") is not None:
        message.blocks = new.blocks
    if call.args.get("attachments") is not None:
        message.attachments = new.attachments
    if call.args.get("metadata") is not None:
        message.metadata = new.metadata
    message.edited_ts = workspace.next_ts()
    workspace.changed(channel, message.ts)


def delete(call: Call) -> dict[str, Any]:
    channel = _own_channel(call)
    message = call.message(channel)
    if not message.by_app:
        raise SlackError("cant_delete_message")
    call.workspace.remove(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> dict[str, Any]:
    channel = call.workspace.channels.get(call.text("channel"))
    if channel is None:
        raise SlackError("channel_not_found")
    message = call.message(channel, "message_ts")
    link = f"{call.workspace.origin}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(call: Call) -> dict[str, Any]:
    channel = _own_channel(call)
    message = call.message(channel, "timestamp")
    users = message.reactions.setdefault(call.text("name"), [])
    if call.workspace.bot.id in users:
        raise SlackError("already_reacted")
    users.append(call.workspace.bot.id)
    call.workspace.changed(channel, message.ts)
    return {}


def remove_reaction(call: Call) -> dict[str, Any]:
    channel = _own_channel(call)
    message = call.message(channel, "timestamp")
    users = message.reactions.get(call.text("name"), [])
    if call.workspace.bot.id not in users:
        raise SlackError("no_reaction")
    users.remove(call.workspace.bot.id)
    if not users:
        del message.reactions[call.text("name")]
    call.workspace.changed(channel, message.ts)
    return {}


def _destination(call: Call) -> Channel:
    """Return the conversation to write to: an id, a `#name`, or a user's id for a direct message."""
    wanted, workspace = call.text("channel"), call.workspace
    if wanted in workspace.users:
        call.require_scopes(["im:write"])
        return workspace.direct_channel(wanted)
    channel = workspace.channels.get(wanted)
    if channel is None:
        name = wanted.removeprefix("#")
        channel = next((c for c in workspace.channels.values() if c.name == name and c.kind != "im"), None)
    if channel is None or (channel.kind != "public_channel" and workspace.bot.id not in channel.members):
        raise SlackError("channel_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if workspace.bot.id not in channel.members and not (
        workspace.scopes is not None and "chat:write.public" in workspace.scopes
    ):
        raise SlackError("not_in_channel")
    return channel


def _own_channel(call: Call) -> Channel:
    """Return the conversation, by id, of a message that the app wants to change."""
    channel = call.workspace.channels.get(call.text("channel"))
    if channel is None:
        raise SlackError("channel_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    return channel


def compose(call: Call) -> Message:
    """Check text, blocks, attachments and metadata of a call; the message has no `ts` yet."""
    text = call.args.get("text")
    blocks = call.structure("blocks", "invalid_blocks_format")
    attachments = call.structure("attachments", "invalid_attachments")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if text and len(str(text)) > MAX_TEXT:
        raise SlackError("msg_too_long")
    check_blocks(blocks or [])
    name_parts(call.workspace, blocks or [])
    return Message(
        ts="",
        user=call.workspace.bot.id,
        text=str(text or ""),
        blocks=blocks or [],
        attachments=attachments or [],
        metadata=_metadata(call),
        by_app=True,
    )


def check_blocks(blocks: Any) -> None:
    """Raise `invalid_blocks` or `msg_blocks_too_long` for blocks that Slack would refuse."""
    errors = block_errors(blocks)
    if errors:
        messages = [f"[ERROR] {error}" for error in errors]
        raise SlackError("invalid_blocks", errors=errors, response_metadata={"messages": messages})
    if total_text(blocks) > TOTAL_TEXT:
        raise SlackError("msg_blocks_too_long")


def name_parts(workspace: Workspace, blocks: list[dict[str, Any]]) -> None:
    """Give blocks and elements the ids that Slack makes up for those without."""
    for block in blocks:
        block.setdefault("block_id", workspace.new_secret()[:5])
        if block["type"] not in ("section", "actions", "input"):
            continue
        for element in elements_of(block):
            if element["type"] != "image":
                element.setdefault("action_id", workspace.new_secret()[:5])


def _metadata(call: Call) -> dict[str, Any] | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not _EVENT_TYPE.fullmatch(event_type) or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    return {"event_type": event_type, "event_payload": payload}


def _limit(workspace: Workspace, channel: Channel) -> None:
    seconds = workspace.limiter.post(channel.id)
    if seconds:
        raise SlackError("ratelimited", seconds=seconds)


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",), per_minute=0),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), per_minute=TIER_4),
    "chat.update": Method(update, ("chat:write",), per_minute=TIER_3),
    "chat.delete": Method(delete, ("chat:write",), per_minute=TIER_3),
    "chat.getPermalink": Method(get_permalink, per_minute=SPECIAL),
    "reactions.add": Method(add_reaction, ("reactions:write",), per_minute=TIER_3),
    "reactions.remove": Method(remove_reaction, ("reactions:write",), per_minute=TIER_3),
}
