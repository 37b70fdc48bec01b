"""A server on 127.0.0.1 that answers each call with the next line of a script, and notes what it was asked."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(slots=True)
class Reply:
    """What to answer. `body` is sent as it is when it is text; `reset` breaks the connection instead."""

    body: Any = field(default_factory=lambda: {"ok": True})
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False
    silent: bool = False


@dataclass(slots=True)
class ScriptedSlack:
    """`script` is consumed from the front; its last line is repeated."""

    url: str
    script: list[Reply]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def next_reply(self) -> Reply:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def scripted_slack(*script: Reply) -> Iterator[ScriptedSlack]:
    """Serve a script until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            raw = self.rfile.read(int(self.headers["content-length"] or 0)).decode()
            is_json = self.headers.get_content_type() == "application/json"
            asked = json.loads(raw or "{}") if is_json else {k: v[0] for k, v in parse_qs(raw).items()}
            slack.calls.append((self.path.removeprefix("/api/"), asked))
            reply = slack.next_reply()
            if reply.reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True
                return
            if reply.silent:
                slack.released.wait(10)
                return
            body = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

        def finish(self):
            if not self.wfile.closed and self.connection.fileno() != -1:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    slack = ScriptedSlack(f"http://127.0.0.1:{server.server_port}/api/", list(script) or [Reply()])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        slack.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
