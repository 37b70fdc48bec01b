"""Owns the requests by which people act in the browser page: write, click, fill and submit, use shortcuts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.delivery import NotDelivered
from sandbox.slack.interactions import Interactions, NoSuchThing

Act = Callable[[Interactions, dict[str, Any]], Awaitable[Any]]


async def _write(people: Interactions, body: dict[str, Any]) -> None:
    await people.write(body["user"], body["channel"], body["text"], thread_ts=body.get("thread_ts"))


async def _click(people: Interactions, body: dict[str, Any]) -> None:
    place = (body["user"], body["channel"], body["ts"], body["action_id"])
    await people.click(*place, block_id=body.get("block_id"), option=body.get("value"))


async def _shortcut(people: Interactions, body: dict[str, Any]) -> None:
    place = {"channel_id": body.get("channel"), "ts": body.get("ts")}
    await people.shortcut(body["user"], body["callback_id"], **place)


async def _open_home(people: Interactions, body: dict[str, Any]) -> None:
    await people.open_home(body["user"], tab=body["tab"])


async def _submit(people: Interactions, body: dict[str, Any]) -> dict[str, Any]:
    return {"errors": await people.submit_view(body["user"], body["view"], body["values"])}


async def _close(people: Interactions, body: dict[str, Any]) -> None:
    await people.close_view(body["user"], body["view"], everything=bool(body.get("everything")))


async def _click_view(people: Interactions, body: dict[str, Any]) -> None:
    place = (body["user"], body["view"], body["action_id"], body.get("value"))
    await people.click_view(*place, block_id=body["block_id"], values=body["values"])


async def _suggest(people: Interactions, body: dict[str, Any]) -> dict[str, Any]:
    return {"options": await people.suggest(body["user"], body["view"], body["action_id"], body["query"])}


ACTS: dict[str, Act] = {
    "/page/messages": _write,
    "/page/clicks": _click,
    "/page/shortcuts": _shortcut,
    "/page/home": _open_home,
    "/page/views/submit": _submit,
    "/page/views/close": _close,
    "/page/views/click": _click_view,
    "/page/views/suggest": _suggest,
}
"""By address; the bodies have the names of the functions above."""


@dataclass(frozen=True, slots=True)
class PageActs:
    """Answers `{ok, error?}`, and what the act gives."""

    interactions: Interactions

    def routes(self) -> list[web.RouteDef]:
        return [web.post(address, self._handler(act)) for address, act in ACTS.items()]

    def _handler(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            body = await _json(request)
            try:
                given = await act(self.interactions, body)
            except KeyError as missing:
                raise web.HTTPBadRequest(text=f"the body has no {missing}") from missing
            except NoSuchThing as error:
                return web.json_response({"ok": False, "error": str(error)}, status=404)
            except NotDelivered as error:
                return web.json_response({"ok": False, "error": str(error)})
            return web.json_response({"ok": True} | (given or {}))

        return handle


async def _json(request: web.Request) -> dict[str, Any]:
    """Read a JSON body; the content type is required, so that no foreign web page can send one unasked."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="the body is not a JSON object")
    return body
