"""How X API v2 reads parameters and writes refusals."""

import base64
import re
from datetime import UTC, datetime, timedelta

from aiohttp import web

from sandbox.ids import X_EPOCH_MS, snowflake
from sandbox.x_objects import PROBLEMS

RECENT = timedelta(days=7)
"""How far recent search and counts go back; https://docs.x.com/x-api/posts/search/introduction."""

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


def window_of(request: web.Request, *, now: datetime, recent: bool = False) -> tuple[int, int | None]:
    """Return the orders that bound a listing, both exclusive; `recent` keeps it to the last seven days."""
    query = request.query
    if ("since_id" in query or "until_id" in query) and ("start_time" in query or "end_time" in query):
        raise invalid(
            request,
            "since_id",
            "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'.",
        )
    horizon = now - RECENT
    above = number(request, "since_id", 0)
    below = number(request, "until_id", 0) or None
    if recent and "since_id" in query and above < snowflake(horizon):
        raise invalid(
            request,
            "since_id",
            f"'since_id' must be a tweet id created after {horizon:%Y-%m-%dT%H:%MZ}. Please use a 'since_id' "
            f"that is larger than {snowflake(horizon)}",
        )
    if "start_time" in query:
        start = moment(request, "start_time")
        if recent and start < horizon:
            raise invalid(
                request,
                "start_time",
                f"Invalid 'start_time':'{start:%Y-%m-%dT%H:%MZ}'. 'start_time' must be on or after "
                f"{horizon:%Y-%m-%dT%H:%MZ}",
            )
        above = snowflake(start) - 1
    if "end_time" in query:
        below = snowflake(moment(request, "end_time"))
    return max(above, snowflake(horizon)) if recent else above, below
