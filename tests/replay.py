"""A server on 127.0.0.1 for unmodified platform clients: it answers by a script, or replays recorded cassettes."""

import json
import threading
import zlib
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml
from websockets.frames import Frame, Opcode
from websockets.utils import accept_key


@dataclass(frozen=True)
class Asked:
    """A request: its method, its path without the query, and the query."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The query where a name stands in it more than once."""


@dataclass(frozen=True)
class Reply:
    """An answer. `hang` waits that many seconds before it; `drop` closes the connection instead."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0
    drop: bool = False

    @property
    def plain(self) -> bytes:
        """The body without its encoding."""
        compressed = self.body.startswith(b"\x1f\x8b")
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(self.body) if compressed else self.body


@dataclass(frozen=True)
class Frames(Reply):
    """A WebSocket that sends these texts, and then nothing more until the client leaves; with `drop` it breaks off."""

    texts: tuple[str, ...] = ()


def json_reply(value: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


class Server:
    """Answers each request by a function, on an ephemeral port; `asked` keeps the requests in order."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self._answer = answer
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        def serve(handler: BaseHTTPRequestHandler) -> None:
            self._serve(handler)

        methods = dict.fromkeys(("do_GET", "do_POST", "do_PUT", "do_DELETE"), serve)
        return type("Handler", (BaseHTTPRequestHandler,), {**methods, "log_message": lambda *_: None})

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        url = urlsplit(handler.path)
        pairs = parse_qsl(url.query)
        asked = Asked(handler.command, unquote(url.path), dict(pairs), dict(handler.headers.items()), tuple(pairs))
        self.asked.append(asked)
        reply = self._answer(asked)
        self._closing.wait(reply.hang)
        if (reply.drop and not isinstance(reply, Frames)) or reply.hang:
            handler.close_connection = True
            return
        if "Upgrade" in asked.headers:
            handler.protocol_version = "HTTP/1.1"  # of which WebSockets are a part
        if isinstance(reply, Frames):
            self._stream(handler, reply)
            return
        handler.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(reply.body)

    def _stream(self, handler: BaseHTTPRequestHandler, reply: Frames) -> None:
        handler.close_connection = True
        handler.send_response(101)
        accepted = accept_key(handler.headers["Sec-WebSocket-Key"])
        for name, value in {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accepted}.items():
            handler.send_header(name, value)
        handler.end_headers()
        with suppress(OSError):  # the client may leave at any frame
            for text in reply.texts:
                handler.wfile.write(Frame(Opcode.TEXT, text.encode()).serialize(mask=False))
            if not reply.drop:
                handler.rfile.read(1)  # the first byte of its goodbye
                handler.wfile.write(Frame(Opcode.CLOSE, b"").serialize(mask=False))


@dataclass(frozen=True)
class Interaction:
    """One recorded exchange; the body as it went over the wire."""

    method: str
    url: str
    reply: Reply

    @property
    def path(self) -> str:
        return urlsplit(self.url).path.rstrip("/")


def interactions(cassette: Path) -> list[Interaction]:
    """Read a cassette: the YAML of vcr or the JSON of betamax."""
    text = cassette.read_text()
    recorded = yaml.safe_load(text) if cassette.suffix == ".yaml" else json.loads(text)
    return [_interaction(item) for item in recorded["interactions"]]


def _interaction(item: dict[str, Any]) -> Interaction:
    response = item["response"]
    body = response["body"]["string"]
    kept = {"content-encoding", "content-type", "location", "www-authenticate"}
    headers = {
        name: values[0]
        for name, values in response["headers"].items()
        if name.lower() in kept or "rate" in name.lower()
    }
    raw = body if isinstance(body, bytes) else body.encode()
    return Interaction(
        item["request"]["method"], item["request"]["uri"], Reply(response["status"]["code"], raw, headers)
    )


def replaying(recorded: list[Interaction]) -> Server:
    """Return a server that gives each recorded answer once, in order, to requests of its method and path."""
    waiting: dict[tuple[str, str], deque[Reply]] = defaultdict(deque)
    for interaction in recorded:
        waiting[interaction.method, interaction.path].append(interaction.reply)

    def answer(asked: Asked) -> Reply:
        replies = waiting[asked.method, asked.path.rstrip("/")]
        return replies.popleft() if replies else json_reply({"message": "not recorded"}, status=404)

    return Server(answer)
