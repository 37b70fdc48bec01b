"""What goes wrong on purpose at a stand-in platform: its fault switches and its request quotas."""

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

FAULT_KINDS = ("ratelimited", "server_error", "revoked", "malformed", "slow", "reset", "lost_ack")
"""`reset` breaks the connection before the request is carried out, `lost_ack` after it."""
PLATFORM_FAULT_KINDS = (*FAULT_KINDS, "late_error")
"""`late_error` answers 503 as `server_error` does, but after the request is carried out."""

CUT = web.RequestKey("cut", bool)
"""Set where the answer will be lost: a stream of events ends in its middle."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_STATUS = {"ratelimited": 429, "server_error": 503, "revoked": 401}


@dataclass(slots=True)
class Fault:
    """One switch for requests whose method and path, as in `POST /2/tweets`, contain `target`.

    `seconds` is the delay of `slow`.
    """

    kind: str
    target: str
    probability: float
    times: int | None
    seconds: float


class Faults:
    """The switches of one platform, for `kinds` of faults. Thread-safe; equal seeds and requests fail equally."""

    def __init__(self, seed: int = 0, *, kinds: Collection[str] = PLATFORM_FAULT_KINDS) -> None:
        self.kinds = kinds
        self._random = random.Random(seed)  # noqa: S311  # repeatable, not secret
        self._lock = threading.Lock()
        self._switches: list[Fault] = []

    def add(
        self,
        kind: str,
        *,
        target: str = "",
        times: int | None = None,
        probability: float = 1.0,
        seconds: float = 1.0,
    ) -> None:
        """Make the next `times` requests (None: all until cleared) fail, each with `probability`."""
        if kind not in self.kinds:
            raise ValueError(f"unknown fault {kind!r}; use one of {', '.join(self.kinds)}")
        if not 0 <= probability <= 1:
            raise ValueError(f"fault probability {probability!r} is not between 0 and 1")
        with self._lock:
            self._switches.append(Fault(kind, target, probability, times, seconds))

    def clear(self) -> None:
        with self._lock:
            self._switches.clear()

    def draw(self, path: str) -> Fault | None:
        """Return what goes wrong with this request, if anything, and use it up."""
        with self._lock:
            for fault in self._switches:
                if fault.target not in path or self._random.random() >= fault.probability:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._switches.remove(fault)
                return fault
        return None


async def carry_out(
    request: web.Request, handler: Handler, *, faults: Faults, error: Callable[[int], web.Response]
) -> web.StreamResponse:
    """Handle a request, unless a fault strikes; `error` builds the platform's own body for a status."""
    fault = faults.draw(f"{request.method} {request.path}")
    if fault is None:
        return await handler(request)
    if fault.kind in _STATUS:
        return error(_STATUS[fault.kind])
    if fault.kind == "malformed":
        return web.Response(text='{"data": [{"id": "12', content_type="application/json")
    if fault.kind == "slow":
        await request.read()  # as long as the client is there: it may give up, and is served all the same
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    if fault.kind in ("lost_ack", "late_error"):
        request[CUT] = True
        await handler(request)
    if fault.kind == "late_error":
        return error(503)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@dataclass(frozen=True, slots=True)
class Spent:
    """The state of a quota after one request. `allowed` is False when that request was one too many."""

    limit: int
    used: int
    resets_at: datetime
    allowed: bool

    @property
    def remaining(self) -> int:
        return self.limit - self.used


class Quota:
    """Requests per fixed window and key, as the platforms count them."""

    def __init__(self, *, window: timedelta) -> None:
        self._window = window
        self._used: dict[str, tuple[datetime, int]] = {}

    def spend(self, key: str, limit: int, *, now: datetime) -> Spent:
        """Count one request on `key`."""
        resets_at, used = self._used.get(key, (now, 0))
        if now >= resets_at:
            resets_at, used = now + self._window, 0
        allowed = used < limit
        used = min(used + 1, limit)
        self._used[key] = (resets_at, used)
        return Spent(limit, used, resets_at, allowed)
