"""X's filtered stream over the posts of the world: rules, and the one connection that an app may have."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.query import Match, QueryError
from sandbox.world import World
from sandbox.x_objects import PROBLEMS, Page, timestamp
from sandbox.x_requests import problem
from sandbox.x_search import compile_search

# https://docs.x.com/x-api/fundamentals/rate-limits
MAX_RULES = 1000
MAX_RULE_CHARS = 1024

_KEEP_ALIVE_SECONDS = 5.0
"""X itself takes 20, https://docs.x.com/x-api/fundamentals/handling-disconnections; no test waits for that."""
_LOOK_SECONDS = 0.05


class FilteredStream:
    """Rules and connection of one app. A post that becomes visible late is not delivered, as on X itself."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules: dict[str, tuple[str, str, Match]] = {}
        self._ids = (str(number) for number in itertools.count(1_700_000_000_000_000_000))
        self._connected = False

    async def list_rules(self, _: web.Request) -> web.Response:
        data = [_rule(rule_id, value, tag) for rule_id, (value, tag, _) in self._rules.items()]
        meta = {"sent": timestamp(self._world.now()), "result_count": len(data)}
        return web.json_response({"data": data, "meta": meta} if data else {"meta": meta})

    async def change_rules(self, request: web.Request) -> web.Response:
        body = await request.json()
        meta: dict[str, Any] = {"sent": timestamp(self._world.now())}
        if "delete" in body:
            ids = [rule_id for rule_id in body["delete"].get("ids", ()) if self._rules.pop(rule_id, None)]
            return web.json_response({"meta": meta | {"summary": {"deleted": len(ids), "not_deleted": 0}}})
        data, errors = [], []
        for wanted in body.get("add", ()):
            value, tag = str(wanted.get("value", "")), str(wanted.get("tag", ""))
            try:
                match = self._compiled(value)
            except QueryError as wrong:
                errors.append(_invalid(value, str(wrong)))
                continue
            rule_id = next(self._ids)
            self._rules[rule_id] = (value, tag, match)
            data.append(_rule(rule_id, value, tag))
        meta["summary"] = {"created": len(data), "not_created": len(errors), "valid": len(data), "invalid": len(errors)}
        parts = {"data": data, "meta": meta, "errors": errors}
        return web.json_response({name: part for name, part in parts.items() if part}, status=201 if data else 400)

    def _compiled(self, value: str) -> Match:
        if len(value) > MAX_RULE_CHARS:
            raise QueryError(f"Rule length exceeds the maximum allowed length of {MAX_RULE_CHARS} characters")
        if len(self._rules) >= MAX_RULES:
            raise QueryError("The maximum number of rules is reached")
        if value in (known for known, _, _ in self._rules.values()):
            raise QueryError("DuplicateRule")
        return compile_search(value, self._world)

    async def connect(self, request: web.Request, page: Callable[[], Page]) -> web.StreamResponse:
        """Deliver every post from now on that a rule matches, until either side hangs up."""
        if self._connected:
            await asyncio.sleep(3 * _LOOK_SECONDS)  # whoever hung up just now is noticed with the next look
        if self._connected:
            kind = f"{PROBLEMS}streaming-connection"
            detail = "This stream is currently at the maximum allowed connection limit."
            return problem(429, title="ConnectionException", detail=detail, kind=kind)
        response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
        self._connected = True
        try:
            await response.prepare(request)
            await self._deliver(request, response, page)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._connected = False
        return response

    async def _deliver(self, request: web.Request, response: web.StreamResponse, page: Callable[[], Page]) -> None:
        newest = next((post.order for post in self._world.newest_first("x")), 0)
        silent = 0.0
        await response.write(b"\r\n")
        while request.transport is not None and not request.transport.is_closing():
            for post in reversed(list(self._world.newest_first("x", above=newest))):
                newest = max(newest, post.order)
                rules = [{"id": one, "tag": tag} for one, (_, tag, match) in self._rules.items() if match(post)]
                if rules:
                    one = page()
                    body = one.body(data=one.posts([post])[0], matching_rules=rules)
                    await response.write(json.dumps(body).encode() + b"\r\n")
                    silent = 0.0
            await asyncio.sleep(_LOOK_SECONDS)
            silent += _LOOK_SECONDS
            if silent >= _KEEP_ALIVE_SECONDS:
                await response.write(b"\r\n")
                silent = 0.0


def _rule(rule_id: str, value: str, tag: str) -> dict[str, str]:
    return {"id": rule_id, "value": value, **({"tag": tag} if tag else {})}


def _invalid(value: str, detail: str) -> dict[str, str]:
    return {"value": value, "detail": detail, "title": "Invalid Rule", "type": f"{PROBLEMS}invalid-rules"}
