"""The line to Slack while Earshot runs: Socket Mode, or an HTTP server behind the operator's proxy."""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode import SocketModeClient

from bot.identity import SlackError

PATH = "/slack/events"
PING_SECONDS = 5.0
POLL_SECONDS = 0.1
LARGEST_REQUEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Connection:
    """An open line. `close` ends it within a few seconds; `address` is where an HTTP server listens."""

    close: Callable[[], None]
    is_alive: Callable[[], bool]
    address: str = ""


def connect_socket(app: App, *, app_token: str, client: WebClient) -> Connection:
    """Open Socket Mode; it reconnects by itself when the line breaks.

    Raises:
        SlackError: saying whether the token or the network is at fault.
    """
    handler = SocketModeHandler(app, app_token, web_client=client, ping_interval=PING_SECONDS)
    try:
        handler.client.connect()
    except SlackApiError as error:
        handler.client.close()
        raise SlackError(
            f"Slack refuses the app token ({error.response.get('error')}). Set SLACK_APP_TOKEN to an app-level token "
            "with the scope connections:write; it starts with xapp-."
        ) from error
    except (SlackClientError, HTTPException, OSError, ValueError) as error:
        handler.client.close()
        raise SlackError(f"The Socket Mode connection failed ({error}). Check the network and the proxy.") from error
    return Connection(close=lambda: _close(handler.client), is_alive=handler.client.is_connected)


def _close(client: SocketModeClient) -> None:
    """Hang up at once: left alone, the SDK first waits out a read of three seconds."""
    client.auto_reconnect_enabled = False
    line = client.current_session.sock if client.current_session else None
    if line is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)
    client.close()


def serve_http(app: App, *, host: str, port: int) -> Connection:
    """Answer Slack's requests at `PATH`; port 0 takes a free one. Slack needs HTTPS: put a proxy in front.

    Raises:
        SlackError: the port cannot be had.
    """
    try:
        server = make_server(
            host, port, _bounded(SlackRequestHandler(app, path=PATH)), _Server, handler_class=_QuietHandler
        )
    except OSError as error:
        raise SlackError(f"Port {port} on {host} cannot be had ({error}). Free it, or set [slack] port.") from error
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), name="slack-http", daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return Connection(close=close, is_alive=thread.is_alive, address=f"http://{host}:{server.server_port}{PATH}")


def _bounded(application: Any) -> Any:
    """Refuse bodies larger than anything that Slack sends, before they are read."""

    def bounded(environ: dict[str, Any], start_response: Any) -> Any:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            start_response("413 Content Too Large", [("content-length", "0")])
            return []
        return application(environ, start_response)

    return bounded


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Leave the request log to the proxy."""
