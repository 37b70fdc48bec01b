"""How X API v2 reads parameters and writes refusals."""

import base64
import re
from datetime import UTC, datetime

from aiohttp import web

from sandbox.world import X_EPOCH_MS
from sandbox.x_objects import PROBLEMS

_TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    403: "Forbidden",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


class RefusedError(Exception):
    """Ends a handler with the refusal that X would answer."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def problem(status: int, *, title: str = "", detail: str = "", kind: str = "about:blank") -> web.Response:
    title = title or _TITLES[status]
    return web.json_response({"title": title, "detail": detail or title, "type": kind, "status": status}, status=status)


def invalid(request: web.Request, parameter: str, message: str, *, value: str | None = None) -> RefusedError:
    given = request.query.get(parameter, "") if value is None else value
    body = {
        "errors": [{"parameters": {parameter: [given]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}invalid-request",
    }
    return RefusedError(web.json_response(body, status=400))


def number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise invalid(request, name, f"The `{name}` query parameter value [{text}] is not a valid number")
    return int(text)


def moment(request: web.Request, name: str) -> datetime:
    text = request.query[name]
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as wrong:
        raise invalid(
            request, name, f"The `{name}` query parameter value [{text}] is not a valid RFC3339 time"
        ) from wrong


def time_of(order: int) -> datetime:
    return datetime.fromtimestamp(((order >> 22) + X_EPOCH_MS) / 1000, UTC)


def to_token(order: int) -> str:
    return base64.b32encode(str(order).encode()).decode().rstrip("=").lower()


def from_token(request: web.Request, token: str) -> int:
    try:
        return int(base64.b32decode(token.upper() + "=" * (-len(token) % 8)))
    except ValueError as wrong:
        raise invalid(
            request, "next_token", f"The `next_token` query parameter value [{token}] is not valid"
        ) from wrong
