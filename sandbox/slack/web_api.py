"""Owns the door of the Web API: reads a request, checks token, scope, rate and faults, and calls the method."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from sandbox.faults import Fault
from sandbox.slack import chat, conversations, directory, files, views
from sandbox.slack.calls import Call, Method
from sandbox.slack.delivery import Delivery
from sandbox.slack.workspace import SlackError, Workspace

log = structlog.get_logger(__name__)

METHODS: Mapping[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **directory.METHODS,
    **files.METHODS,
    **views.METHODS,
}


def _unknown(call: Call) -> dict[str, Any]:
    raise SlackError("unknown_method", req_method=call.method)


UNKNOWN = Method(_unknown)


@dataclass(frozen=True, slots=True)
class WebApi:
    """Answers `/api/<method>`."""

    workspace: Workspace
    delivery: Delivery

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self.workspace.faults.draw(request.path)
        if fault is None:
            return await self._answer(request, name)
        log.info("sandbox_fault", kind=fault.kind, method=name)
        return await self._fail(request, name, fault)

    async def _fail(self, request: web.Request, name: str, fault: Fault) -> web.StreamResponse:
        if fault.kind == "slow":
            await request.read()  # a request that has arrived is carried out, even when its sender is gone by then
            await asyncio.sleep(fault.seconds)
        if fault.kind in ("slow", "lost_ack"):
            answer = await self._answer(request, name)
        else:
            answer = _failure(fault)
        if fault.kind in ("reset", "lost_ack") and request.transport is not None:
            request.transport.abort()  # the client sees the connection break
        return answer

    async def _answer(self, request: web.Request, name: str) -> web.Response:
        try:
            args = await read_arguments(request)
            method = METHODS.get(name, UNKNOWN)
            self._authenticate(request, args, method)
            wait = self.workspace.limiter.method(name, method.per_minute) if method.per_minute else 0
            if wait:
                return _ratelimited(wait)
            call = Call(self.workspace, self.delivery, name, args)
            call.require_scopes(method.scopes)
            body = {"ok": True} | method.run(call)
        except SlackError as error:
            if error.code == "ratelimited":
                return _ratelimited(error.extra["seconds"])
            body = {"ok": False, "error": error.code, **error.extra}
        return web.json_response(body, headers={"x-oauth-scopes": ",".join(sorted(self.workspace.scopes or ()))})

    def _authenticate(self, request: web.Request, args: dict[str, Any], method: Method) -> None:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip() if header else str(args.pop("token", ""))
        if not token:
            raise SlackError("not_authed")
        if token in self.workspace.revoked:
            raise SlackError("token_revoked")
        if token not in (self.workspace.bot_token, self.workspace.app_token):
            raise SlackError("invalid_auth")
        if (token == self.workspace.app_token) != method.app_level:
            raise SlackError("not_allowed_token_type")


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """Merge query, form and JSON bodies, as Slack accepts them; JSON inside form fields is left as text."""
    args: dict[str, Any] = dict(request.query)
    if request.method == "GET" or not request.body_exists:
        return args
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return args | body
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return args | dict(await request.post())
    raise SlackError("invalid_post_type")


def _failure(fault: Fault) -> web.Response:
    match fault.kind:
        case "ratelimited":
            return _ratelimited(max(1, int(fault.seconds)))
        case "internal_error":
            return web.json_response({"ok": False, "error": "internal_error"})
        case "revoked":
            return web.json_response({"ok": False, "error": "token_revoked"})
        case "malformed":
            return web.Response(text='{"ok": true, "chan', content_type="application/json")
        case _:
            return web.Response(status=503, text="upstream connect error")


def _ratelimited(seconds: int) -> web.Response:
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)})
