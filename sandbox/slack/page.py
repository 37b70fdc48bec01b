"""Owns the server's side of the browser page: its files, the state it shows, and the live changes."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.slack.interactions import Interactions
from sandbox.slack.page_acts import PageActs
from sandbox.slack.wire import message_json
from sandbox.slack.workspace import Channel, Message, Workspace

FILES = Path(__file__).parent.parent / "page"
SHOWN_MESSAGES = 300
"""Newest messages of each channel that a page loads."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """Serves one workspace to browsers."""

    workspace: Workspace
    interactions: Interactions

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/archives/{rest:.*}", self.index),
            web.get("/page/state", self.state),
            web.get("/page/events", self.events),
            *PageActs(self.interactions).routes(),
            web.get("/page/{name}", self.file),
        ]

    async def index(self, _request: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["name"])

    async def state(self, _request: web.Request) -> web.Response:
        """Everything that the page needs to draw itself."""
        workspace = self.workspace
        return web.json_response(
            {
                "name": workspace.name,
                "connections": workspace.connections,
                "commands": list(workspace.commands or ()),
                "bot": workspace.bot.id,
                "home": workspace.granted.home,
                "shortcuts": [
                    {"callback_id": each.callback_id, "kind": each.kind, "name": each.name, "about": each.description}
                    for each in workspace.granted.shortcuts or ()
                ],
                **self._people(),
                "channels": [self._channel(channel) for channel in workspace.channels.values()],
                "views": workspace.views,
                "homes": workspace.homes,
            }
        )

    def _people(self) -> dict[str, Any]:
        return {
            "users": [
                {"id": user.id, "name": user.name, "real_name": user.real_name, "title": user.title}
                | {"guest": user.guest, "bot": user.is_bot, "deleted": user.deleted}
                for user in self.workspace.users.values()
            ],
            "groups": [
                {"id": group.id, "handle": group.handle, "name": group.name, "members": group.members}
                for group in self.workspace.groups.values()
            ],
        }

    def _channel(self, channel: Channel) -> dict[str, Any]:
        return {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "topic": channel.topic,
            "archived": channel.archived,
            "members": sorted(channel.members),
            "messages": [
                self._message(channel, message)
                for message in [*channel.messages[-SHOWN_MESSAGES:], *channel.ephemeral[-SHOWN_MESSAGES:]]
            ],
        }

    def _message(self, channel: Channel, message: Message) -> dict[str, Any]:
        shown = message_json(self.workspace, channel, message)
        return shown | {"visible_to": message.visible_to, "broadcast": message.broadcast}

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream changes as server-sent events until the page or the workspace closes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        queue = self.workspace.watch()
        try:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            while (event := await queue.get()) is not None:
                data = json.dumps(self._described(event))
                await response.write(f"data: {data}\n\n".encode())
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.workspace.unwatch(queue)
        return response

    def _described(self, event: dict[str, Any]) -> dict[str, Any]:
        """Add what changed to an event of the workspace, as it is now; None for what is gone."""
        if event["type"] == "people":
            return event | self._people()
        if event["type"] == "views":
            return event | {"views": self.workspace.views[event["user"]]}
        if event["type"] == "home":
            return event | {"home": self.workspace.homes[event["user"]]}
        channel = self.workspace.channels.get(event.get("channel", ""))
        if event["type"] == "channel" and channel:
            return {"type": "channel", "channel": self._channel(channel)}
        if event["type"] != "message" or channel is None:
            return event
        ts = event["ts"]
        message = channel.find(ts) or next((m for m in channel.ephemeral if m.ts == ts), None)
        return event | {"message": message and self._message(channel, message)}


def _file(name: str) -> web.StreamResponse:
    path = FILES / name
    if path.parent != FILES or not path.is_file():
        raise web.HTTPNotFound
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return web.FileResponse(path, headers=headers)
