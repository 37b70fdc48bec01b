"""Stack Exchange's API: its key, its one error for everything, and the waiting that it asks for, method by method."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import requests

from domain.clock import Clock
from domain.errors import CredentialsError
from listeners.calls import UndoneError
from listeners.http import Http, Refusal, retry_after

NAME: Final = "stackexchange"
TITLE: Final = "Stack Exchange"

# https://api.stackexchange.com/docs/paging: at most 100 a page
PAGE_SIZE: Final = 100

# https://api.stackexchange.com/docs/filters: a filter that is built in, the default fields and `body`
FILTER: Final = "withbody"

# https://api.stackexchange.com/docs/error-handling
_BAD_PARAMETER = 400
_THROTTLED = 502

_AGAIN = timedelta(hours=1)
"""Nobody says when a day's requests are given out anew: asked so late, a refusal tells the seconds."""

_SHORT_WAIT = timedelta(minutes=1)
_SECONDS = re.compile(r"available in ([0-9]{1,6}) seconds")
_IDS = re.compile(r"/[0-9;]+(?=/|\Z)")
_KEY = "Is STACKEXCHANGE_KEY right? Without it Stack Exchange answers as well, 300 times a day."


class Api:
    """Stack Exchange's API, with a connection for each method, because each has a time of its own to be asked again."""

    def __init__(self, url: str, key: str, *, clock: Clock, timeout_seconds: float) -> None:
        """Make no call; without a key an address has 300 requests a day (https://api.stackexchange.com/docs/throttle)."""
        self._url, self._key, self._clock, self._timeout = url, key, clock, timeout_seconds
        self._methods: dict[str, Http] = {}

    def method(self, path: str) -> Http:
        """Return the connection for a path's method, whatever ids are in it."""
        name = _IDS.sub("/{ids}", path)
        if name not in self._methods:
            self._methods[name] = Http(
                NAME,
                TITLE,
                self._url,
                clock=self._clock,
                timeout_seconds=self._timeout,
                credentials={401: _KEY, 403: _KEY},
                refusals=_meaning,
                quota=self._quota,
            )
        return self._methods[name]

    def get(self, path: str, params: Mapping[str, Any]) -> Any:
        """Return what Stack Exchange answers. Raises as Http.call."""
        return self.method(path).get(f"/2.3{path}", dict(params) | ({"key": self._key} if self._key else {}))

    def _quota(self, response: requests.Response) -> datetime | None:
        answer = _answer(response)
        now = self._clock()
        if answer.get("error_id") == _THROTTLED:
            told = _SECONDS.search(str(answer.get("error_message")))
            return now + (timedelta(seconds=int(told[1])) if told else _SHORT_WAIT)
        waits = [wait for wait in (retry_after(self._clock)(response),) if wait]
        backoff = answer.get("backoff")
        waits += [now + timedelta(seconds=backoff)] if isinstance(backoff, int) else []
        waits += [now + _AGAIN] if answer.get("quota_remaining") == 0 else []
        return max(waits, default=None)


def _meaning(response: requests.Response) -> Refusal | None:
    answer = _answer(response)
    if answer.get("error_id") == _THROTTLED:
        return Refusal(kind=UndoneError)
    if answer.get("error_id") == _BAD_PARAMETER:
        parameter = str(answer.get("error_message"))
        if "key" in parameter:
            return Refusal(_KEY, CredentialsError)
        if "site" in parameter:
            return Refusal("Is there such a site? Write the stream's places as in stackoverflow.com.")
    return None


def _answer(response: requests.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except (RecursionError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}
