"""Owns the assembly of the stand-in Slack: a workspace, Web API, Socket Mode and page as aiohttp routes."""

from aiohttp import web

from sandbox.slack.answers import Answers
from sandbox.slack.delivery import Delivery, Timing
from sandbox.slack.files import FileServer
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
        self._answers = Answers(workspace, self.delivery)
        self.interactions = Interactions(workspace, self.delivery, self._answers)
        self._api = WebApi(workspace, self.delivery)
        self._page = Page(workspace, self.interactions)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._api.handle),
            web.get("/slack/socket", self.delivery.socket),
            web.post("/slack/response/{key}", self._answers.serve),
            *FileServer(self.workspace).routes(),
            *self._page.routes(),
        ]

    async def close(self) -> None:
        """End pages, WebSockets and redeliveries."""
        self.workspace.close_watchers()
        await self.delivery.close()
