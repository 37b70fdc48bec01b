"""Owns what people do in the workspace with messages: write, run commands, click, use shortcuts, open the home tab."""

import re
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.answers import Answers
from sandbox.slack.delivery import Delivery, NotDelivered
from sandbox.slack.state import NoSuchThing, action_of, chosen, find, first_state
from sandbox.slack.view_interactions import ViewInteractions
from sandbox.slack.workspace import Channel, Message, SlackError, User, Workspace

_AT_NAME = re.compile(r"(?<!\w)@(\w+)")

__all__ = ["Interactions", "NoSuchThing"]


class Interactions(ViewInteractions):
    """The people's side of the workspace; each method is one thing that a person does."""

    def __init__(self, workspace: Workspace, delivery: Delivery, answers: Answers) -> None:
        super().__init__(workspace, delivery)
        self.answers = answers

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
        option: Any = None,
    ) -> None:
        """Press a button of a message, or choose in a menu: the value of an option, a user's id, a date, or several.

        Raises:
            NotDelivered: the app did not acknowledge.
            NoSuchThing: there is no such action for this person.
        """
        user, channel = self._place(user_id, channel_id)
        message = self._message(user, channel, ts)
        block, element = find(message.blocks, action_id, block_id)
        held = chosen(element, option, {})
        values = first_state(message.blocks)
        if block["block_id"] in values and action_id in values[block["block_id"]]:
            values[block["block_id"]][action_id] = held
        payload = {
            **payloads.head(self.workspace, user, "block_actions"),
            **payloads.in_message(self.workspace, channel, message),
            "trigger_id": self.delivery.new_trigger(user.id),
            "response_url": self.answers.new_url(user, channel, message),
            "state": {"values": values},
            "actions": [action_of(block, element, held, self.workspace.next_ts())],
        }
        await self.delivery.send("interactive", payload)

    async def shortcut(
        self, user_id: str, callback_id: str, *, channel_id: str | None = None, ts: str | None = None
    ) -> None:
        """Use a shortcut of the app: on the message `ts` of a channel, or a global one.

        Raises:
            NotDelivered: the app did not acknowledge.
            NoSuchThing: the manifest has no such shortcut of this kind, or there is no such message.
        """
        kind = "global" if ts is None else "message"
        if not self.workspace.granted.has_shortcut(callback_id, kind):
            raise NoSuchThing(f"the app's manifest has no {kind} shortcut {callback_id}")
        user = self._user(user_id)
        payload = payloads.head(self.workspace, user, "shortcut" if ts is None else "message_action")
        del payload["api_app_id"]  # which shortcuts alone do not have
        payload |= {
            "callback_id": callback_id,
            "action_ts": self.workspace.next_ts(),
            "trigger_id": self.delivery.new_trigger(user.id),
        }
        if ts is not None:
            _, channel = self._place(user_id, channel_id or "")
            message = self._message(user, channel, ts)
            if message.visible_to:
                raise NoSuchThing(f"a message that only {user.name} sees has no shortcuts")
            place = payloads.in_message(self.workspace, channel, message)
            payload |= {"channel": place["channel"], "message": place["message"], "message_ts": ts}
            payload["response_url"] = self.answers.new_url(user, channel)
        await self.delivery.send("interactive", payload)

    async def _command(self, user: User, channel: Channel, line: str) -> None:
        payload = payloads.command(self.workspace, user, channel, line)
        name = payload["command"]
        if self.workspace.commands is not None and name not in self.workspace.commands:
            self.answers.slackbot(user, channel, f"{name} is not a valid command.")
            return
        payload["response_url"] = self.answers.new_url(user, channel)
        payload["trigger_id"] = self.delivery.new_trigger(user.id)
        try:
            answer = await self.delivery.send("slash_commands", payload)
            if answer:
                self.answers.take(user, channel, answer)
        except NotDelivered as error:
            self.answers.slackbot(user, channel, f"{name} failed with the error “{error}”.")
        except SlackError as error:
            self.answers.slackbot(user, channel, f"{name} failed: its answer was refused with “{error.code}”.")

    def _with_mentions(self, text: str) -> str:
        """Make `@name`, `@group`, `@channel` and `@here` live, as Slack's message box does."""
        live = {name: f"<!{name}>" for name in ("channel", "here", "everyone")}
        live |= {group.handle: f"<!subteam^{group.id}>" for group in self.workspace.groups.values()}
        live |= {user.name: f"<@{user.id}>" for user in self.workspace.users.values()}
        return _AT_NAME.sub(lambda found: live.get(found[1], found[0]), text)

    def _announce(self, channel: Channel, message: Message) -> None:
        """Send the events that a new message of a person causes, if the app is there to see it."""
        if self.workspace.bot.id not in channel.members:
            return
        event = payloads.message_event(self.workspace, channel, message)
        self.delivery.send_event(event)
        if f"<@{self.workspace.bot.id}>" in message.text:
            mention = {key: value for key, value in event.items() if key != "channel_type"}
            self.delivery.send_event(mention | {"type": "app_mention"})

    def _message(self, user: User, channel: Channel, ts: str) -> Message:
        message = channel.find(ts) or next((m for m in channel.ephemeral if m.ts == ts), None)
        if message is None or message.visible_to not in (None, user.id):
            raise NoSuchThing(f"no message {ts} for {user.name} in #{channel.name}")
        return message

    def _place(self, user_id: str, channel_id: str) -> tuple[User, Channel]:
        user, channel = self._user(user_id), self.workspace.channels.get(channel_id)
        if channel is None:
            raise NoSuchThing(f"no channel {channel_id}")
        if user.id not in channel.members:
            raise NoSuchThing(f"{user.name} is not in #{channel.name}")
        return user, channel


def _escaped(text: str) -> str:
    """Escape what a person typed: https://docs.slack.dev/messaging/formatting-message-text/#escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
