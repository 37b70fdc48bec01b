"""Drives a headless Chromium over its DevTools protocol: just enough to open, look, click, type and photograph."""

import base64
import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
)


class BrowserError(Exception):
    """The browser refused a command, a script threw, or something awaited did not come true."""


class Page:
    """One tab. Console errors and uncaught exceptions of the page are kept in `complaints`."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket = socket
        self._session = session
        self._number = 0
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one DevTools command and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, "sessionId": self._session}
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(30))
            if answer.get("id") == self._number:
                break
            self._listen(answer)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _listen(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    def open(self, url: str) -> None:
        self.command("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression; promises are awaited."""
        answer = self.command("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(answer["result"].get("description", "the script threw"))
        return answer["result"].get("value")

    def wait_for(self, script: str, *, seconds: float = 10.0) -> Any:
        """Return the value of an expression as soon as it is true; an element counts as true."""
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while (value := self.evaluate(script)) in (None, False, 0, ""):
            if time.monotonic() > deadline:
                raise BrowserError(f"never true within {seconds:g} s: {script}; page errors: {self.complaints}")
            pause.wait(0.03)
        return value

    def text(self, selector: str) -> str:
        """Return the visible text of the first match."""
        return str(self.wait_for(f"document.querySelector({json.dumps(selector)})?.innerText"))

    def click(self, selector: str) -> None:
        """Press the mouse in the middle of the first match, as a person would."""
        found = json.dumps(selector)
        self.wait_for(f"document.querySelector({found})")
        box = self.evaluate(
            f"(() => {{ const e = document.querySelector({found}); e.scrollIntoView({{block: 'nearest'}});"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def type(self, selector: str, text: str, *, enter: bool = False) -> None:
        """Put text into a field, and press Enter if asked."""
        self.wait_for(f"document.querySelector({json.dumps(selector)})")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.command("Input.insertText", text=text)
        if enter:
            self.press("Enter")

    def press(self, key: str) -> None:
        """Press one of the keys `Enter`, `Escape`, `Tab` and `ArrowDown`."""
        code = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40}[key]
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" else {}
            self.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path: Path | str) -> None:
        data = self.command("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(data))


@contextmanager
def open_page(url: str, *, width: int = 1360, height: int = 860) -> Iterator[Page]:
    """Open a page in a fresh headless Chromium; the test is skipped where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    profile = tempfile.mkdtemp(prefix="earshot-browser-")
    process = subprocess.Popen(
        [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with connect(_address(Path(profile)), max_size=None) as socket:
            page = Page(socket, _attach(socket))
            page.resize(width, height)
            page.open(url)
            yield page
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(profile, ignore_errors=True)


def _address(profile: Path) -> str:
    """Return the WebSocket address that Chromium writes into its profile once it listens."""
    port_file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + 30
    pause = threading.Event()
    while not port_file.exists() or len(port_file.read_text().splitlines()) < 2:
        if time.monotonic() > deadline:
            raise BrowserError("chromium did not start within 30 s")
        pause.wait(0.05)
    port, path = port_file.read_text().splitlines()[:2]
    return f"ws://127.0.0.1:{port}{path}"


def _attach(socket: ClientConnection) -> str:
    """Open a tab and return the id of a DevTools session on it."""
    target = _call(socket, "Target.createTarget", url="about:blank")["targetId"]
    return str(_call(socket, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"])


def _call(socket: ClientConnection, method: str, **params: Any) -> dict[str, Any]:
    """Send a command to the browser itself, before there is a session."""
    socket.send(json.dumps({"id": 0, "method": method, "params": params}))
    while (answer := json.loads(socket.recv(30))).get("id") != 0:
        pass
    result: dict[str, Any] = answer["result"]
    return result
