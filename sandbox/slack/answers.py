"""Owns how the app answers people outside of the Web API: response_urls, and what an acknowledgement carries."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.calls import Call
from sandbox.slack.chat import compose
from sandbox.slack.delivery import Delivery
from sandbox.slack.workspace import Channel, Message, SlackError, User, Workspace

RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60


@dataclass(slots=True)
class _ResponseUrl:
    channel: Channel
    user: User
    message: Message | None
    expires: float
    uses: int = 0


class Answers:
    """The response_urls that are out, and the messages that answers turn into."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self._urls: dict[str, _ResponseUrl] = {}

    def new_url(self, user: User, channel: Channel, message: Message | None = None) -> str:
        """Return a response_url; with a `message`, its answers may replace or delete that message."""
        key = self.workspace.new_secret()
        expires = self.workspace.now() + RESPONSE_URL_SECONDS
        self._urls[key] = _ResponseUrl(channel, user, message, expires)
        return f"{self.workspace.origin}/slack/response/{key}"

    async def serve(self, request: web.Request) -> web.Response:
        """Serve a response_url: five uses in thirty minutes, no token."""
        target = self._urls.get(request.match_info["key"])
        if target is None or self.workspace.now() > target.expires:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if target.uses >= RESPONSE_URL_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        target.uses += 1
        try:
            self._take(target, await request.json())
        except (SlackError, ValueError) as error:
            code = error.code if isinstance(error, SlackError) else "invalid_payload"
            return web.json_response({"ok": False, "error": code}, status=400)
        return web.Response(text="ok")

    def take(self, user: User, channel: Channel, body: dict[str, Any]) -> None:
        """Post what the app acknowledged a command with; raises SlackError for what Slack would refuse."""
        self._take(_ResponseUrl(channel, user, None, expires=0), body)

    def _take(self, target: _ResponseUrl, body: dict[str, Any]) -> None:
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

    def slackbot(self, user: User, channel: Channel, text: str) -> None:
        """Tell a person something in Slack's own name."""
        self.workspace.post(channel, Message(self.workspace.next_ts(), "USLACKBOT", text, visible_to=user.id))
