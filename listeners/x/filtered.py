"""The filtered stream of X: one connection for an app, by which all searches of its streams are heard at once.

It makes posts come sooner, and nothing depends on it: what it misses, between two connections or while it is refused,
recent search finds from the cursor on, which the stream never moves.
"""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import requests
import structlog
import tweepy

from domain.clock import Clock
from domain.errors import CredentialsError, InputError, PlatformError
from listeners.bodies import reading
from listeners.calls import NEXT_POLL
from listeners.x.client import HOST, Adapter, Client, Settings
from listeners.x.lookups import FIELDS
from listeners.x.posts import NAME, Payload

SILENCE_SECONDS: Final = 25.0
"""X sends an empty line every 20 s: https://docs.x.com/x-api/fundamentals/handling-disconnections."""
PAUSE: Final = timedelta(seconds=20)
"""Between two attempts, at first: X allows 50 in 15 minutes, https://docs.x.com/x-api/fundamentals/rate-limits."""
LONGEST_PAUSE: Final = timedelta(minutes=10)
REFUSED_PAUSE: Final = timedelta(hours=1)
LEASE: Final = timedelta(minutes=3)
"""A stream that has not been polled for so long is not listened for: it may have used up what it may spend."""
MOST_WAITING: Final = 5_000
"""Posts that wait for a poll; where there are more, the connection ends, and search brings the rest."""

_MARK = "earshot:"
_FORBIDDEN = (401, 402, 403)
_PLAN = "Search finds the same posts, later: poll_seconds says how much. Set [x] filtered_stream = false to do without."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came for a stream since it last asked. After `since`, nothing of it was missed; None: something may be."""

    bodies: tuple[Payload, ...]
    since: datetime | None


@dataclass(slots=True)
class _Ear:
    """What one stream listens for; `allowed` is how many posts it may still pay for, None any number."""

    query: str
    asked_at: datetime
    allowed: int | None
    inbox: list[Payload] = field(default_factory=list)

    def listens(self, now: datetime) -> bool:
        return now - self.asked_at < LEASE and (self.allowed is None or self.allowed > 0)


class FilteredStream:
    """The connection, its rules and who hears it. Thread-safe; a daemon thread of tweepy's reads."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._client = Client(settings, clock)
        self._changing = threading.Lock()  # held across calls, by one poll at a time
        self._lock = threading.Lock()  # guards ears, and is never held across a call
        self._ears: dict[str, _Ear] = {}
        self._tap: _Tap | None = None
        self._active: dict[str, datetime] = {}
        self._next_try = datetime.min.replace(tzinfo=clock().tzinfo)
        self._failures = 0
        self._complaint = ""
        self._complained = False

    def complaint(self) -> str:
        """Say, to whoever asks first, that X refuses the stream and what to do; "" otherwise."""
        with self._lock:
            told, self._complaint = self._complaint, ""
            return told

    def hear(self, name: str) -> Heard:
        """Take what came for a stream, oldest first. No call is made."""
        with self._lock:
            ear, tap = self._ears.get(name), self._tap
            if ear is None:
                return Heard((), None)
            bodies, ear.inbox = tuple(ear.inbox), []
            active = self._active.get(ear.query)
            listening = tap is not None and tap.alive and tap.connected_at is not None and ear.listens(self._clock())
            since = max(active, tap.connected_at) if tap and tap.connected_at and active and listening else None
            return Heard(bodies, since)

    def listen(self, name: str, query: str, *, allowed: int | None) -> None:
        """Listen for a stream until it is polled again, for so many posts at most. Nothing is raised.

        Polls that come while another one connects do not wait for it.
        """
        now = self._clock()
        with self._lock:
            ear = self._ears.setdefault(name, _Ear(query, now, allowed))
            ear.query, ear.asked_at, ear.allowed = query, now, allowed
        if self._changing.acquire(blocking=False):
            try:
                self._keep_up(now)
            finally:
                self._changing.release()

    def close(self) -> None:
        """Hang up; the connection ends with the next line that X sends."""
        if self._tap:
            self._tap.disconnect()

    def _keep_up(self, now: datetime) -> None:
        """Bring rules and connection to what is wanted now."""
        with self._lock:
            wanted = {ear.query for ear in self._ears.values() if ear.listens(now)}
        if self._tap is not None and not self._tap.alive:
            self._ended(self._tap, now)
        if not wanted:
            self.close()
            return
        if (self._tap and wanted == set(self._active)) or now < self._next_try:
            return
        self._next_try = now + PAUSE
        try:
            self._set_rules(wanted)
        except (InputError, PlatformError) as error:
            self._failed(str(error), now, refused=isinstance(error, CredentialsError))
            return
        if self._tap is None:
            self._tap = _Tap(self._settings, self)
            self._tap.connect()

    def _set_rules(self, wanted: set[str]) -> None:
        """Add and remove rules until X has those of our streams, and no other.

        Raises:
            CredentialsError: the plan has no filtered stream, or the app has rules of somebody else.
            PlatformError, InputError: X did not answer, or refuses a query as a rule.
        """
        api = _Tap(self._settings, self)  # the session of the open connection is its thread's
        answer = self._client.call(lambda _: api.get_rules())
        with reading("The list of rules", answer):
            rules = {
                str(rule["id"]): (str(rule["value"]), str(rule.get("tag") or "")) for rule in answer.get("data") or ()
            }
        if strangers := [value for value, tag in rules.values() if not tag.startswith(_MARK)]:
            raise CredentialsError(
                f"The app of X_BEARER_TOKEN has {len(strangers)} rules for the filtered stream that are not Earshot's, "
                "whose posts would be paid for: delete them, or make an app for Earshot alone.",
                platform=NAME,
            )
        stale = [rule_id for rule_id, (value, _) in rules.items() if value not in wanted]
        missing = sorted(wanted - {value for value, _ in rules.values()})
        if stale:
            self._client.call(lambda _: api.delete_rules(stale))
        if missing:
            added = self._client.call(lambda _: api.add_rules([tweepy.StreamRule(v, tag=_tag_of(v)) for v in missing]))
            if refused := [str(error.get("detail") or error.get("title")) for error in added.get("errors") or ()]:
                raise PlatformError(f"X refuses a query as a rule: {'; '.join(refused)}", platform=NAME)
        now = self._clock()
        with self._lock:
            self._active = {query: self._active.get(query, now) for query in wanted}

    def _ended(self, tap: "_Tap", now: datetime) -> None:
        """Note that a connection is over, and when to try again."""
        with self._lock:
            self._tap, self._active = None, {}
        if tap.connected_at is not None:
            self._failures = 0
            log.info("filtered_stream_ended", platform=NAME, connected_at=tap.connected_at.isoformat())
        elif tap.status is not None or not tap.hung_up:
            says = (
                f"X says {tap.status} to the filtered stream."
                if tap.status
                else "The filtered stream cannot be reached."
            )
            self._failed(says, now, refused=tap.status in _FORBIDDEN)

    def _failed(self, why: str, now: datetime, *, refused: bool) -> None:
        self._failures += 1
        pause = min(LONGEST_PAUSE, PAUSE * 2 ** min(self._failures, 10))
        self._next_try = now + (REFUSED_PAUSE if refused else pause)
        log.warning("filtered_stream_failed", platform=NAME, reason=why, refused=refused)
        if refused and not self._complained:
            self._complained = True
            with self._lock:
                self._complaint = f"{why.removesuffix(NEXT_POLL)} The streams that search X are polled instead. {_PLAN}"

    def _take(self, body: Payload) -> bool:
        """Give a line to whom it concerns; False where the connection should end."""
        rules = body.get("matching_rules") or ()
        tags = {rule.get("tag") for rule in rules if isinstance(rule, dict)}
        now = self._clock()
        with self._lock:
            if isinstance(body.get("data"), dict):
                for ear in self._ears.values():
                    if _tag_of(ear.query) in tags:
                        ear.inbox.append(body)
                        ear.allowed = None if ear.allowed is None else ear.allowed - 1
            return self._wanted(now)

    def _wanted(self, now: datetime) -> bool:
        """Tell whether the connection should last: every rule has somebody who may pay for it, and no inbox is full."""
        listening = {ear.query for ear in self._ears.values() if ear.listens(now)}
        full = any(len(ear.inbox) >= MOST_WAITING for ear in self._ears.values())
        return not full and listening >= set(self._active)

    def _is_wanted(self) -> bool:
        with self._lock:
            return self._wanted(self._clock())


class _Tap(tweepy.StreamingClient):  # type: ignore[misc]
    """One connection, which never connects again by itself and logs nothing of what it reads."""

    def __init__(self, settings: Settings, line: FilteredStream) -> None:
        super().__init__(settings.bearer_token, return_type=requests.Response, daemon=True, max_retries=0)
        self.session.mount(HOST, Adapter(settings.api_url, SILENCE_SECONDS))
        self._line = line
        self.connected_at: datetime | None = None
        self.status: int | None = None
        self.hung_up = False

    @property
    def alive(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def connect(self) -> None:
        self.filter(threaded=True, **FIELDS)

    def disconnect(self) -> None:
        self.hung_up = True
        super().disconnect()

    def on_connect(self) -> None:
        if self.connected_at is not None:  # it would go on in another connection, with a hole between
            self.disconnect()
            return
        self.connected_at = self._line._clock()  # noqa: SLF001  # the two are one thing

    def on_data(self, raw_data: bytes) -> None:
        try:
            body: Any = json.loads(raw_data)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict) or not self._line._take(body):  # noqa: SLF001
            self.disconnect()

    def on_keep_alive(self) -> None:
        if not self._line._is_wanted():  # noqa: SLF001
            self.disconnect()

    def on_request_error(self, status_code: int) -> None:
        self.status = status_code
        self.running = False

    def on_connection_error(self) -> None:
        self.running = False

    def on_closed(self, response: requests.Response) -> None:
        del response
        self.running = False

    def on_exception(self, exception: Exception) -> None:
        log.warning("filtered_stream_broke", platform=NAME, error=type(exception).__name__)

    def on_disconnect(self) -> None:
        """Say nothing: the next poll finds it out."""


@cache
def filtered_stream_of(settings: Settings, clock: Clock) -> FilteredStream:
    """Return the stream of an app: X allows one connection, which all polls with these settings share."""
    return FilteredStream(settings, clock)


def merged(bodies: tuple[Payload, ...]) -> Payload:
    """Make one answer, as of a search, of the lines of a stream."""
    whole: Payload = {"data": [body["data"] for body in bodies], "includes": {}, "errors": []}
    for body in bodies:
        whole["errors"] += body.get("errors") or ()
        for kind, some in (body.get("includes") or {}).items():
            known = whole["includes"].setdefault(kind, {})
            known |= {str(one["id"]): one for one in some if isinstance(one, dict) and "id" in one}
    whole["includes"] = {kind: list(some.values()) for kind, some in whole["includes"].items()}
    return whole


def _tag_of(query: str) -> str:
    """Return the tag of a query's rule, by which its posts are told apart; equal queries share a rule."""
    return _MARK + hashlib.blake2b(query.encode(), digest_size=8).hexdigest()
