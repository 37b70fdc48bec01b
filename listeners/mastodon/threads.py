"""What posts of an instance answer: asked for once each, because a post names its parent by the instance's number."""

from typing import Final
from urllib.parse import quote

from listeners.bodies import decode, reading, text_of
from listeners.http import Http
from listeners.mastodon.statuses import TITLE, Above

_MOST: Final = 5000
"""Posts of which it is remembered. Each poll reads the newest again."""


class Threads:
    """Finds what posts answer, and the first posts of their threads, by one call each."""

    def __init__(self, http: Http) -> None:
        """Make no call."""
        self._http = http
        self._known: dict[str, Above] = {}

    def above(self, number: str, alone: Above) -> Above:
        """Tell what the post with this number answers; `alone`, where that is gone or not for us to see.

        Anonymous readers see 40 posts above one: in longer threads the highest of those counts as the first
        (https://docs.joinmastodon.org/methods/statuses/#context).

        Raises:
            PlatformError: the platform did not tell.
        """
        if number not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[number] = self._ask(number) or alone
        return self._known[number]

    def _ask(self, number: str) -> Above | None:
        response = self._http.call("GET", f"/api/v1/statuses/{quote(number, safe='')}/context", accepted={404})
        if response.status_code == 404:
            return None
        with self._http.usable():
            answer = decode(response.content, platform=TITLE)
            with reading("The thread", answer):
                ancestors = [text_of(each["uri"]) for each in answer["ancestors"]]  # type: ignore[call-overload]
        return Above(ancestors[-1], ancestors[0]) if ancestors else None
