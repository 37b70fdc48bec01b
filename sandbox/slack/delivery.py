"""Owns the way from Slack to the app: Socket Mode or signed HTTP, acknowledgements, redelivery, trigger ids."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType, web

from sandbox.slack.workspace import SlackError, Workspace

log = structlog.get_logger(__name__)

TRIGGER_SECONDS = 3
MAX_CONNECTIONS = 10
_ANSWERED = frozenset({"view_submission", "block_suggestion"})
"""Interactions whose acknowledgement carries an answer."""

CLOSE_SECONDS = 1.0
"""How long a closing WebSocket waits for the app to agree."""


class NotDelivered(Exception):  # it names what a user is told, not a fault of the program
    """The app did not acknowledge; the message is the error that Slack shows to the user."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long Slack waits for an acknowledgement, and when it sends an event again (seconds after each failure).

    Only events are sent again, also when nobody was connected; clicks and commands fail visibly instead.
    https://docs.slack.dev/apis/events-api/#retries
    """

    ack_timeout: float = 3.0
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a trigger id stands for: an interaction of a person, in a modal or elsewhere; `made` is a Unix time."""

    user_id: str
    in_view: bool
    made: float


class Delivery:
    """Sends payloads to the one app: over its WebSocket connections, or to `request_url` when that is set."""

    def __init__(self, workspace: Workspace, timing: Timing) -> None:
        self.workspace = workspace
        self.timing = timing
        self.request_url: str | None = None
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._pending: dict[str, asyncio.Future[Any]] = {}
        self._triggers: dict[str, Trigger] = {}
        self._used_triggers: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = 0

    # Socket Mode

    def new_ticket(self) -> str:
        ticket = self.workspace.new_secret()
        self._tickets.add(ticket)
        return ticket

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket of the app; its ticket is good for one connection."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        connection = web.WebSocketResponse(timeout=CLOSE_SECONDS)
        await connection.prepare(request)
        if len(self._connections) >= MAX_CONNECTIONS:
            await _disconnect(connection, "too_many_websockets")
            return connection
        self._connections.append(connection)
        self._count_connections()
        try:
            await connection.send_json(self._hello())
            async for frame in connection:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledge(frame.data)
        finally:
            if connection in self._connections:
                self._connections.remove(connection)
            self._count_connections()
        return connection

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "earshot-sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.workspace.app_id},
        }

    def _count_connections(self) -> None:
        self.workspace.connections = len(self._connections)
        self.workspace.publish({"type": "connection", "connections": self.workspace.connections})

    def _acknowledge(self, data: str) -> None:
        try:
            frame = json.loads(data)
        except ValueError:
            log.warning("sandbox_frame_not_json", length=len(data))
            return
        future = self._pending.get(str(frame.get("envelope_id")))
        if future is not None and not future.done():
            future.set_result(frame.get("payload"))

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """End every connection as Slack does when it moves an app to another host; the app comes back by itself."""
        connections, self._connections = self._connections, []
        for connection in connections:
            await _disconnect(connection, reason)

    # Sending

    async def send(self, kind: str, payload: dict[str, Any], *, retry: int = 0) -> Any:
        """Deliver one payload and return what the app answered with its acknowledgement.

        `kind` is `slash_commands`, `interactive` or `events_api`.

        Raises:
            NotDelivered: nobody was there (`dispatch_failed`) or nobody acknowledged in time (`operation_timeout`).
        """
        twice = self.workspace.envelope_faults.draw(kind) is not None
        if self.request_url:
            if twice:
                self._spawn(self._post_quietly(kind, payload, retry))
            return await self._post(kind, payload, retry)
        return await self._send_envelope(kind, payload, retry=retry, twice=twice)

    def send_event(self, event: dict[str, Any]) -> None:
        """Deliver an event in the background, again after each failure, as the Events API does."""
        if not {event["type"], _subscription(event)} & self.workspace.granted.events:
            return
        self._spawn(self._send_until_acknowledged(self._event_callback(event)))

    async def _send_until_acknowledged(self, payload: dict[str, Any]) -> None:
        for retry, pause in enumerate((0.0, *self.timing.event_retries)):
            await asyncio.sleep(pause)
            with contextlib.suppress(NotDelivered):
                await self.send("events_api", payload, retry=retry)
                return
        log.warning("sandbox_event_given_up", event_id=payload["event_id"])

    def _event_callback(self, event: dict[str, Any]) -> dict[str, Any]:
        workspace = self.workspace
        authorization = {
            "enterprise_id": None,
            "team_id": workspace.team_id,
            "user_id": workspace.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": "verification-token",
            "team_id": workspace.team_id,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.new_id("Ev"),
            "event_time": int(workspace.now()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
            "event_context": f"1-{event['type']}-{workspace.team_id}",
        }

    async def _send_envelope(self, kind: str, payload: dict[str, Any], *, retry: int, twice: bool) -> Any:
        if not self._connections:
            raise NotDelivered("dispatch_failed")
        self._turn += 1
        connection = self._connections[self._turn % len(self._connections)]
        envelope: dict[str, Any] = {
            "envelope_id": str(uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind == "slash_commands" or payload.get("type") in _ANSWERED,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[envelope["envelope_id"]] = answer
        try:
            for _ in range(2 if twice else 1):
                await connection.send_json(envelope)
            return await asyncio.wait_for(answer, self.timing.ack_timeout)
        except (TimeoutError, ConnectionError):
            raise NotDelivered("operation_timeout") from None
        finally:
            del self._pending[envelope["envelope_id"]]

    async def _post(self, kind: str, payload: dict[str, Any], retry: int) -> Any:
        """Deliver over HTTP, signed as https://docs.slack.dev/authentication/verifying-requests-from-slack/ says."""
        headers, body = self._signed(kind, payload)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        timeout = ClientTimeout(total=self.timing.ack_timeout)
        try:
            async with (
                ClientSession(timeout=timeout) as session,
                session.post(str(self.request_url), data=body, headers=headers) as response,
            ):
                text = await response.text()
                if response.status != 200:
                    raise NotDelivered("dispatch_failed")
        except TimeoutError:
            raise NotDelivered("operation_timeout") from None
        except ClientError:
            raise NotDelivered("dispatch_failed") from None
        if response.content_type == "application/json" and text:
            return json.loads(text)
        return {"text": text} if text else None

    async def _post_quietly(self, kind: str, payload: dict[str, Any], retry: int) -> None:
        with contextlib.suppress(NotDelivered):
            await self._post(kind, payload, retry)

    def _signed(self, kind: str, payload: dict[str, Any]) -> tuple[dict[str, str], bytes]:
        if kind == "events_api":
            content_type, body = "application/json", json.dumps(payload)
        else:
            content_type = "application/x-www-form-urlencoded"
            body = urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)})
        timestamp = str(int(self.workspace.now()))
        base = f"v0:{timestamp}:{body}".encode()
        digest = hmac.new(self.workspace.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        return headers, body.encode()

    # Trigger ids

    def new_trigger(self, user_id: str, *, in_view: bool = False) -> str:
        key = f"{self.workspace.new_id('')}.{self.workspace.new_secret()}"
        self._triggers[key] = Trigger(user_id, in_view, self.workspace.now())
        return key

    def use_trigger(self, key: str) -> Trigger:
        """Accept a trigger id once, within three seconds; raises SlackError otherwise."""
        trigger = self._triggers.get(key)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if key in self._used_triggers:
            raise SlackError("exchanged_trigger_id")
        if self.workspace.now() - trigger.made > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        self._used_triggers.add(key)
        return trigger

    # Tasks

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel redeliveries and end every connection."""
        for task in self._tasks:
            task.cancel()
        await self.disconnect("link_disabled")


async def _disconnect(connection: web.WebSocketResponse, reason: str) -> None:
    with contextlib.suppress(ConnectionError):
        await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "earshot-sandbox"}})
    await connection.close()


def _subscription(event: dict[str, Any]) -> str:
    """Return the name under which an app subscribes to a message event: `message.channels` and its like."""
    kinds = {"channel": "channels", "group": "groups", "im": "im"}
    return f"message.{kinds.get(str(event.get('channel_type')), '')}"
