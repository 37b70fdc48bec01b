"""A small threaded HTTP server: routes by method and path, bodies bounded, one thread for each request."""

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from domain.errors import EarshotError

log = structlog.get_logger(__name__)

LARGEST_BODY: Final = 1_000_000
"""Bytes; a larger body is refused before it is read."""

TIMEOUT_SECONDS: Final = 10
"""A client that is silent for so long is hung up on."""

MOST_AT_ONCE: Final = 32
"""Requests that are answered at the same time; one more is told to come back."""

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `path` has no query; the headers' names are in lower case; `body` is at most LARGEST_BODY."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


Handler = Callable[[Request], Response]

Routes = Mapping[tuple[str, str], Handler]
"""What answers a method and a path, as in `("GET", "/healthz")`. A handler is called in a thread of its own."""


@dataclass(frozen=True, slots=True)
class WebServer:
    """A server that listens at `address`; `close` ends it at once."""

    address: str
    close: Callable[[], None]


def serve(routes: Routes, *, host: str, port: int) -> WebServer:
    """Answer requests from now on; port 0 takes a free one.

    Raises:
        EarshotError: the port cannot be had.
    """
    try:
        server = _Server((host, port), routes)
    except OSError as error:
        raise EarshotError(f"Port {port} on {host} cannot be had ({error}). Free it, or set [web] port.") from error
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="web", daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return WebServer(f"http://{host}:{server.server_port}", close)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], routes: Routes) -> None:
        super().__init__(address, _Answering)
        self.routes = routes
        self.room = threading.BoundedSemaphore(MOST_AT_ONCE)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say that somebody hung up, as a line of the log."""
        del request, client_address
        log.info("request_broken", reason=str(sys.exc_info()[1]))


class _Answering(BaseHTTPRequestHandler):
    timeout = TIMEOUT_SECONDS
    server_version, sys_version = "Earshot", ""
    server: _Server

    def _answer(self) -> None:
        if not self.server.room.acquire(blocking=False):
            self._send(_said(HTTPStatus.SERVICE_UNAVAILABLE))
            return
        try:
            self._send(self._answered())
        finally:
            self.server.room.release()

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _answer  # noqa: N815

    def _answered(self) -> Response:
        asked = urlsplit(self.path)
        method = "GET" if self.command == "HEAD" else self.command
        handler = self.server.routes.get((method, asked.path))
        if handler is None:
            known = any(path == asked.path for _, path in self.server.routes)
            return _said(HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND)
        if fault := self._fault():
            return _said(fault)
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            return _said(HTTPStatus.BAD_REQUEST)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            return handler(Request(method, asked.path, asked.query, headers, body))
        except Exception:  # the hook of every request: the others go on
            log.exception("request_failed", path=asked.path)
            return _said(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _fault(self) -> HTTPStatus | None:
        """Say what is wrong with a body before it is read."""
        if "transfer-encoding" in self.headers:
            return HTTPStatus.LENGTH_REQUIRED
        length = self.headers.get("content-length") or "0"
        fits = length.isascii() and length.isdecimal() and len(length) < 16 and int(length) <= LARGEST_BODY
        return None if fits else HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("content-type", response.content_type)
        self.send_header("content-length", str(len(response.body)))
        self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Leave the request log to the proxy."""


def _said(status: HTTPStatus) -> Response:
    return Response(status.value, f"{status.phrase}\n".encode())
