"""Talking to a Jetstream: a websocket that sends every change to posts from a moment on, and then goes on live."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from domain.clock import Clock
from domain.errors import PlatformError
from listeners.bluesky.posts import TITLE
from listeners.bluesky.records import NAME, POST
from listeners.calls import NEXT_POLL
from listeners.http import back_at

# A post is below 10 kB. Larger ones are not sent to us at all, so that none can stop us:
# https://github.com/bluesky-social/jetstream#consuming-jetstream
LARGEST_EVENT: Final = 256 * 1024
_LARGEST_FRAME: Final = 4 * LARGEST_EVENT

_GOODBYE_SECONDS = 1.0


class Jetstream:
    """One server. Waiting and trying again is left to the next poll."""

    def __init__(self, url: str, *, clock: Clock, timeout_seconds: float) -> None:
        """Make no call yet. `url` is written with http or https, as all addresses of servers."""
        self.url = url.rstrip("/")
        self._clock, self._timeout = clock, timeout_seconds
        self._back_at: datetime | None = None

    @contextmanager
    def opened(self, since_us: int | None, *, quiet_seconds: float) -> Iterator[Iterator[Any]]:
        """Give the events since a moment in Unix microseconds, inclusive; a server starts later where it kept no more.

        They end when nothing came for `quiet_seconds`.

        Raises:
            PlatformError: there is no connection, or it broke, or it brought something else than JSON.
        """
        with self._connect(since_us) as socket:
            yield self._events(socket, quiet_seconds)

    def error(self, what: str, *, retry_after: float | None = None) -> PlatformError:
        """Make the error of a call that the next poll repeats."""
        return PlatformError(
            f"{TITLE}'s Jetstream at {self.url} {what}{NEXT_POLL}", platform=NAME, retry_after=retry_after
        )

    @contextmanager
    def _connect(self, since_us: int | None) -> Iterator[ClientConnection]:
        wait = 0.0 if self._back_at is None else (self._back_at - self._clock()).total_seconds()
        if wait > 0:
            says = f"{TITLE}'s quota is used up for {wait:.0f} s more."
            raise PlatformError(says, platform=NAME, retry_after=wait)
        asked = {"wantedCollections": POST, "maxMessageSizeBytes": LARGEST_EVENT}
        asked |= {} if since_us is None else {"cursor": since_us}
        try:
            socket = connect(
                f"ws{self.url.removeprefix('http')}/subscribe?{urlencode(asked)}",
                open_timeout=self._timeout,
                close_timeout=_GOODBYE_SECONDS,
                max_size=_LARGEST_FRAME,
                compression=None,  # it costs a public server more than the bytes cost us
                user_agent_header="earshot",
            )
        except TimeoutError as error:
            raise self.error(f"did not answer within {self._timeout:g} s.") from error
        except InvalidStatus as error:
            raise self._refusal(error) from error
        except InvalidMessage as error:
            # What broke off before a whole answer is told so by its cause.
            broke = isinstance(error.__cause__, EOFError | OSError)
            raise self.error("broke the connection off." if broke else "does not speak HTTP.") from error
        except WebSocketException as error:
            raise self.error(f"does not speak as a Jetstream does ({type(error).__name__}).") from error
        except OSError as error:
            raise self.error(f"cannot be reached ({type(error).__name__}).") from error
        with socket:
            yield socket

    def _refusal(self, error: InvalidStatus) -> PlatformError:
        answer = error.response
        self._back_at = back_at(answer.status_code, answer.headers.get("retry-after", ""), clock=self._clock)
        wait = None if self._back_at is None else (self._back_at - self._clock()).total_seconds()
        return self.error(f"says {answer.status_code} ({answer.reason_phrase}).", retry_after=wait)

    def _events(self, socket: ClientConnection, quiet_seconds: float) -> Iterator[Any]:
        while True:
            try:
                frame = socket.recv(quiet_seconds, decode=False)
            except TimeoutError:
                return
            except ConnectionClosed as error:
                raise self.error(f"broke the connection off ({type(error).__name__}).") from error
            try:
                yield json.loads(frame)
            except (ValueError, RecursionError) as error:
                raise self.error("sent something else than JSON.") from error
