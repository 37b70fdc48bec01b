"""Calling a platform that speaks plain HTTP: once for each request, bounded in time and size, with one error type."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests

from domain.clock import Clock
from domain.errors import CredentialsError, InputError, PlatformError
from domain.health import Headroom
from listeners.calls import NEXT_POLL, UndoneError, headroom_of, never_left

LARGEST: Final = 20 * 1024 * 1024
"""No answer of a platform has so many bytes."""

LONGEST_WAIT: Final = timedelta(days=1)
"""No quota is longer than a day: what asks us to wait longer is asked again then."""

_CHUNK: Final = 64 * 1024
_TIMEOUTS_OF_A_BODY: Final = 6
"""An answer that drips in, byte by byte, is given up after so many times what one byte may take."""

Quota = Callable[[requests.Response], datetime | None]
"""Reads from an answer when the platform may be asked again; None where it says nothing of that, or may be at once."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refusal means, where its status alone does not say: what to do about it, and what kind of error it is."""

    fix: str = ""
    kind: type[PlatformError] = PlatformError


Refusals = Callable[[requests.Response], Refusal | None]
"""Reads what a refusal means; None leaves it to the status."""


class Http:
    """One platform's API at one address. Waiting and trying again is left to the next poll.

    `fixes` say what a person should do about a status; those of `credentials` mean that our secrets are refused;
    `refusals` are asked before both, where the platform says more in the answer than its status.
    With `redirects` a redirect is an answer like any other; it is followed by the caller, or by nobody.
    """

    def __init__(
        self,
        platform: str,
        title: str,
        url: str,
        *,
        clock: Clock,
        timeout_seconds: float = 10.0,
        headers: Mapping[str, str] | None = None,
        fixes: Mapping[int, str] | None = None,
        credentials: Mapping[int, str] | None = None,
        refusals: Refusals | None = None,
        quota: Quota | None = None,
        redirects: bool = False,
    ) -> None:
        """Make no call yet. `title` is the platform's name as people write it."""
        self.platform, self.title, self.url = platform, title, url.rstrip("/")
        self._clock, self._timeout = clock, timeout_seconds
        self._fixes, self._credentials = fixes or {}, credentials or {}
        self._refusals = refusals or (lambda _: None)
        self._quota = quota or retry_after(clock)
        self._redirects = redirects
        self._back_at: datetime | None = None
        self._headroom = Headroom()
        self._session = requests.Session()
        self._session.headers.update(headers or {})

    def get(self, path: str, params: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Return the JSON that the platform answers. Raises as `call`."""
        return self._json(self.call("GET", path, params=params, **options))

    def post(self, path: str, payload: Mapping[str, Any], **options: Any) -> Any:
        """Send JSON, and return what the platform answers. Raises as `call`."""
        return self._json(self.call("POST", path, json=payload, **options))

    def _json(self, response: requests.Response) -> Any:
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise self.error("answered with something else than JSON.") from error

    def call(self, method: str, path: str, *, accepted: Collection[int] = (), **options: Any) -> requests.Response:
        """Return an answer that is no refusal, or one of these statuses; `options` are those of requests.

        Raises:
            CredentialsError: our secrets are refused.
            PlatformError: nothing usable came.
            UndoneError: the platform was not reached, or asks us to wait.
        """
        if wait := self._seconds_without_quota():
            says = f"{self.title}'s quota is used up for {wait:.0f} s more."
            raise UndoneError(says, platform=self.platform, retry_after=wait)
        try:
            with self._session.request(
                method, self.url + path, timeout=self._timeout, stream=True, **({"allow_redirects": False} | options)
            ) as response:
                response._content = self._body(response)  # noqa: SLF001  # requests itself knows no bound in bytes
        except requests.Timeout as error:
            raise self.error(f"did not answer within {self._timeout:g} s.", undone=never_left(error)) from error
        except requests.RequestException as error:
            raise self.error(f"cannot be reached ({type(error).__name__}).", undone=never_left(error)) from error
        except ValueError as error:  # requests reads where a redirect leads, followed or not
            raise self.error(f"answered with a header that cannot be read ({error}).") from error
        self._back_at = self._quota(response)
        self._headroom = headroom_of(response, "x-ratelimit")
        answered = response.status_code in {304, *accepted} or (self._redirects and response.is_redirect)
        if response.status_code >= 300 and not answered:
            raise self._refusal(response)
        return response

    def headroom(self) -> Headroom:
        """Return what the last answer said of the quota, by the headers `X-RateLimit-...` where it has them."""
        return self._headroom

    def error(self, what: str, *, undone: bool = False, retry_after: float | None = None) -> PlatformError:
        """Make the error of a call that the next poll repeats."""
        kind = UndoneError if undone else PlatformError
        says = f"{self.title} at {self.url} {what}{NEXT_POLL}"
        return kind(says, platform=self.platform, retry_after=retry_after)

    @contextmanager
    def usable(self) -> Iterator[None]:
        """Turn the fault of an answer's content into the platform's failure.

        Raises:
            PlatformError: the block raised an InputError.
        """
        try:
            yield
        except InputError as error:
            raise self.error(f"answered badly. {error}") from error

    def _body(self, response: requests.Response) -> bytes:
        body, late, seconds = bytearray(), threading.Event(), _TIMEOUTS_OF_A_BODY * self._timeout

        def give_up() -> None:
            late.set()
            response.raw.shutdown()

        watch = threading.Timer(seconds, give_up)
        watch.start()
        try:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > LARGEST:
                    raise self.error(f"answers with more than {LARGEST // 1024 // 1024} MB.")
        except requests.RequestException:
            if not late.is_set():
                raise
        finally:
            watch.cancel()
        if late.is_set():
            raise self.error(f"did not answer whole within {seconds:g} s.")
        return bytes(body)

    def _seconds_without_quota(self) -> float:
        return 0.0 if self._back_at is None else max(0.0, (self._back_at - self._clock()).total_seconds())

    def _refusal(self, response: requests.Response) -> PlatformError:
        status = response.status_code
        says = f"says {status} ({response.reason})."
        if meant := self._refusals(response):
            advice = f" {meant.fix}" if meant.fix else NEXT_POLL
            wait = self._seconds_without_quota() or None
            return meant.kind(f"{self.title} at {self.url} {says}{advice}", platform=self.platform, retry_after=wait)
        if fix := self._credentials.get(status):
            return CredentialsError(f"{self.title} at {self.url} {says} {fix}", platform=self.platform)
        if fix := self._fixes.get(status):
            return PlatformError(f"{self.title} at {self.url} {says} {fix}", platform=self.platform)
        if status == 429:
            return self.error(says, undone=True, retry_after=self._seconds_without_quota() or None)
        return self.error(says)


def retry_after(clock: Clock) -> Quota:
    """Return what reads the header Retry-After, in seconds or as a date, of 429 and 503."""

    def read(response: requests.Response) -> datetime | None:
        return back_at(response.status_code, response.headers.get("retry-after", ""), clock=clock)

    return read


def back_at(status: int, retry_after: str, *, clock: Clock) -> datetime | None:
    """Return when a server that answered so may be asked again, by its header Retry-After; None: at once."""
    if status not in {429, 503} or not retry_after:
        return None
    longest = clock() + LONGEST_WAIT
    if retry_after.isdecimal():
        return min(longest, clock() + timedelta(seconds=int(retry_after[:9])))
    try:
        return min(longest, parsedate_to_datetime(retry_after).astimezone(UTC))
    except (ValueError, OverflowError):
        return None
