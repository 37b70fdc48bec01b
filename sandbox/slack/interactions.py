"""Owns what people do in the workspace: write messages, run slash commands, click; and how the app answers them."""

import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.blocks import choices
from sandbox.slack.calls import Call
from sandbox.slack.chat import compose
from sandbox.slack.delivery import Delivery, NotDelivered
from sandbox.slack.wire import message_json
from sandbox.slack.workspace import Channel, Message, SlackError, User, Workspace

RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60
_AT_NAME = re.compile(r"(?<!\w)@(\w+)")


class NoSuchThing(Exception):  # it names what is missing
    """A person tried something with a user, channel, message or action that is not there."""


@dataclass(slots=True)
class _ResponseUrl:
    channel: Channel
    user: User
    message: Message | None
    expires: float
    uses: int = 0


class Interactions:
    """The people's side of the workspace; each method is one thing that a person does."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self._response_urls: dict[str, _ResponseUrl] = {}

    async def write(self, user_id: str, channel_id: str, text: str, *, thread_ts: str | None = None) -> None:
        """Post a message as a person, or run the slash command that it starts with."""
        user, channel = self._place(user_id, channel_id)
        text = _escaped(text)
        if text.startswith("/"):
            await self._command(user, channel, text)
            return
        message = Message(self.workspace.next_ts(), user.id, self._with_mentions(text), thread_ts=thread_ts)
        self.workspace.post(channel, message)
        self._announce(channel, message)

    async def click(
        self,
        user_id: str,
        channel_id: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        option: str | None = None,
    ) -> None:
        """Press a button, or choose the option with this value in a menu.

        Raises:
            NotDelivered: the app did not acknowledge.
            NoSuchThing: there is no such action for this person.
        """
        user, channel = self._place(user_id, channel_id)
        message = channel.find(ts) or next((m for m in channel.ephemeral if m.ts == ts), None)
        if message is None or message.visible_to not in (None, user.id):
            raise NoSuchThing(f"no message {ts} for {user.name} in #{channel.name}")
        block, element = _element(message, action_id, block_id)
        action = _action(block, element, option, self.workspace.next_ts())
        payload = self._click_payload(user, channel, message) | {
            "state": {"values": _state(message, action)},
            "actions": [action],
        }
        await self.delivery.send("interactive", payload)

    async def open_home(self, user_id: str) -> None:
        """Open the app's home tab."""
        channel = self.workspace.direct_channel(user_id)
        self.delivery.send_event(
            {
                "type": "app_home_opened",
                "user": user_id,
                "channel": channel.id,
                "tab": "home",
                "event_ts": self.workspace.next_ts(),
            }
        )

    # Payloads

    async def _command(self, user: User, channel: Channel, line: str) -> None:
        command, _, text = line.partition(" ")
        if self.workspace.commands is not None and command not in self.workspace.commands:
            self._slackbot(user, channel, f"{command} is not a valid command.")
            return
        workspace = self.workspace
        names = {"im": "directmessage", "private_channel": "privategroup"}
        payload = {
            "token": "verification-token",
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": names.get(channel.kind, channel.name),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text.strip(),
            "api_app_id": workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, channel, None),
            "trigger_id": self.delivery.new_trigger(),
        }
        try:
            answer = await self.delivery.send("slash_commands", payload)
            if answer:
                self._respond(_ResponseUrl(channel, user, None, expires=0), answer)
        except NotDelivered as error:
            self._slackbot(user, channel, f"{command} failed with the error “{error}”.")
        except SlackError as error:
            self._slackbot(user, channel, f"{command} failed: its answer was refused with “{error.code}”.")

    def _click_payload(self, user: User, channel: Channel, message: Message) -> dict[str, Any]:
        workspace = self.workspace
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.visible_to is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        shown = {} if message.visible_to else {"message": message_json(workspace, channel, message)}
        return {
            "type": "block_actions",
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team_id},
            "api_app_id": workspace.app_id,
            "token": "verification-token",
            "container": container,
            "trigger_id": self.delivery.new_trigger(),
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel.id, "name": channel.name},
            **shown,
            "response_url": self._response_url(user, channel, message),
        }

    def _with_mentions(self, text: str) -> str:
        """Make `@name`, `@channel` and `@here` live, as Slack's message box does."""
        ids = {user.name: f"<@{user.id}>" for user in self.workspace.users.values()}
        live = ids | {name: f"<!{name}>" for name in ("channel", "here", "everyone")}
        return _AT_NAME.sub(lambda found: live.get(found[1], found[0]), text)

    def _announce(self, channel: Channel, message: Message) -> None:
        """Send the events that a new message of a person causes, if the app is there to see it."""
        if self.workspace.bot.id not in channel.members:
            return
        kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
        event = {
            "type": "message",
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "team": self.workspace.team_id,
            "channel": channel.id,
            "event_ts": message.ts,
            "channel_type": kinds[channel.kind],
        }
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
        self.delivery.send_event(event)
        if f"<@{self.workspace.bot.id}>" in message.text:
            mention = {key: value for key, value in event.items() if key != "channel_type"}
            self.delivery.send_event(mention | {"type": "app_mention"})

    # Answers of the app

    def _response_url(self, user: User, channel: Channel, message: Message | None) -> str:
        key = self.workspace.new_secret()
        expires = self.workspace.now() + RESPONSE_URL_SECONDS
        self._response_urls[key] = _ResponseUrl(channel, user, message, expires)
        return f"{self.workspace.origin}/slack/response/{key}"

    async def response(self, request: web.Request) -> web.Response:
        """Serve a response_url: five uses in thirty minutes, no token."""
        target = self._response_urls.get(request.match_info["key"])
        if target is None or self.workspace.now() > target.expires:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if target.uses >= RESPONSE_URL_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        target.uses += 1
        try:
            self._respond(target, await request.json())
        except (SlackError, ValueError) as error:
            code = error.code if isinstance(error, SlackError) else "invalid_payload"
            return web.json_response({"ok": False, "error": code}, status=400)
        return web.Response(text="ok")

    def _respond(self, target: _ResponseUrl, body: dict[str, Any]) -> None:
        workspace, channel, original = self.workspace, target.channel, target.message
        if original is not None and body.get("delete_original"):
            workspace.remove(channel, original)
            return
        message = compose(Call(workspace, self.delivery, "response_url", body))
        if original is not None and body.get("replace_original"):
            original.text, original.blocks = message.text, message.blocks
            original.edited_ts = workspace.next_ts()
            workspace.changed(channel, original.ts)
            return
        message.ts = workspace.next_ts()
        message.thread_ts = body.get("thread_ts")
        if body.get("response_type", "ephemeral") != "in_channel":
            message.visible_to = target.user.id
        workspace.post(channel, message)

    def _slackbot(self, user: User, channel: Channel, text: str) -> None:
        self.workspace.post(channel, Message(self.workspace.next_ts(), "USLACKBOT", text, visible_to=user.id))

    def _place(self, user_id: str, channel_id: str) -> tuple[User, Channel]:
        user, channel = self.workspace.users.get(user_id), self.workspace.channels.get(channel_id)
        if user is None or channel is None:
            raise NoSuchThing(f"no user {user_id} or no channel {channel_id}")
        if user.id not in channel.members:
            raise NoSuchThing(f"{user.name} is not in #{channel.name}")
        return user, channel


def _escaped(text: str) -> str:
    """Escape what a person typed: https://docs.slack.dev/messaging/formatting-message-text/#escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _element(message: Message, action_id: str, block_id: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in message.blocks:
        if block_id not in (None, block["block_id"]):
            continue
        for element in [*block.get("elements", []), block.get("accessory")]:
            if isinstance(element, dict) and element.get("action_id") == action_id:
                return block, element
    raise NoSuchThing(f"message {message.ts} has no action {action_id}")


def _action(block: dict[str, Any], element: dict[str, Any], option: str | None, ts: str) -> dict[str, Any]:
    kept = ("type", "action_id", "text", "value", "style", "placeholder", "initial_option", "confirm", "url")
    action = {key: element[key] for key in kept if key in element}
    action |= {"block_id": block["block_id"], "action_ts": ts}
    if element["type"] == "button":
        return action
    chosen = next((choice for choice in choices(element) if choice["value"] == option), None)
    if chosen is None:
        raise NoSuchThing(f"action {element['action_id']} has no option {option!r}")
    return action | {"selected_option": chosen}


def _state(message: Message, action: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Say what every menu of the message shows now, by block and action; one that nobody has touched is null.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    values: dict[str, dict[str, Any]] = {}
    for block in message.blocks:
        for element in [*block.get("elements", []), block.get("accessory")]:
            if not isinstance(element, dict) or element.get("type") != "static_select":
                continue
            used = (block["block_id"], element["action_id"]) == (action["block_id"], action["action_id"])
            shown = action["selected_option"] if used else element.get("initial_option")
            menu = {"type": element["type"], "selected_option": shown}
            values.setdefault(block["block_id"], {})[element["action_id"]] = menu
    return values
