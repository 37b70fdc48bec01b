"""Owns the assembly of the stand-in Slack: a workspace, Web API, Socket Mode and page as aiohttp routes."""

from aiohttp import web

from sandbox.slack.delivery import Delivery, Timing
from sandbox.slack.interactions import Interactions
from sandbox.slack.page import Page
from sandbox.slack.web_api import WebApi
from sandbox.slack.workspace import Workspace


class Slack:
    """A workspace with its servers.

    Mount `routes()`, set `workspace.origin` once the port is known, and await `close()` before the web server stops,
    because pages and WebSockets stay open by themselves.
    """

    def __init__(self, workspace: Workspace, *, timing: Timing | None = None) -> None:
        self.workspace = workspace
        self.delivery = Delivery(workspace, timing or Timing())
        self.interactions = Interactions(workspace, self.delivery)
        self._api = WebApi(workspace, self.delivery)
        self._page = Page(workspace, self.interactions)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._api.handle),
            web.get("/slack/socket", self.delivery.socket),
            web.post("/slack/response/{key}", self.interactions.response),
            web.post("/slack/upload/{file}", self._upload),
            web.get("/slack/files/{file}", self._download),
            *self._page.routes(),
        ]

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        file["content"] = await request.read()
        return web.Response(text=f"OK - {len(file['content'])}")

    async def _download(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(request.match_info["file"])
        if file is None or file["content"] is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file["content"], content_type="application/octet-stream", headers=headers)

    async def close(self) -> None:
        """End pages, WebSockets and redeliveries."""
        self.workspace.close_watchers()
        await self.delivery.close()
