"""Calling a forum: which one the key is for, and how long it asks us to wait."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests

from domain.clock import Clock
from listeners.discourse.posts import NAME, TITLE, bare
from listeners.http import Http, Quota, retry_after
from listeners.paging import MAX_PAGES
from listeners.settings import KEY, secret

_FIX = "A forum for members only needs DISCOURSE_API_KEY and DISCOURSE_API_USERNAME, and [discourse] closed_url."
_FIXES = {
    **dict.fromkeys((301, 302, 307, 308), "It has moved: write the address where a browser ends."),
    404: "Is it a forum of Discourse, and is there such an account, with a profile that all may see?",
}
_LONGEST = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """The forum that the key is for, where there is one, and how carefully forums are read.

    `places` are those of all streams. `overlap_seconds`: a post that becomes visible so late is found all the same.
    """

    closed_url: str = field(default="", metadata=KEY)
    api_key: str = field(default="", repr=False, metadata=secret("DISCOURSE_API_KEY"))
    api_username: str = field(default="", metadata=secret("DISCOURSE_API_USERNAME"))
    timeout_seconds: float = 10.0
    overlap_seconds: float = 600.0
    max_pages: int = MAX_PAGES
    places: tuple[str, ...] = ()

    def has_key_of(self, forum: str) -> bool:
        """Tell whether the key is for this forum; no other ever sees it."""
        return bool(self.api_key) and bare(forum) == bare(self.closed_url)

    def address_of(self, name: str) -> str:
        """Return the address of a forum by its bare name: a known one, or the one on https."""
        known = (forum for forum in (self.closed_url, *self.places) if bare(forum) == name.casefold())
        return next(known, f"https://{name}")


def connected(settings: Settings, forum: str, *, clock: Clock) -> Http:
    """Return what calls a forum."""
    signed = {"Api-Key": settings.api_key, "Api-Username": settings.api_username or "system"}
    return Http(
        NAME,
        TITLE,
        forum,
        clock=clock,
        timeout_seconds=settings.timeout_seconds,
        headers=signed if settings.has_key_of(forum) else {},
        fixes=_FIXES,
        credentials=dict.fromkeys((401, 403), _FIX),
        quota=_quota(clock),
    )


def _quota(clock: Clock) -> Quota:
    """Return what reads how long to wait: a header, or a part of the answer.

    https://meta.discourse.org/t/78612: 200 requests a minute and 50 in ten seconds for an address, 60 for a key.
    """
    header = retry_after(clock)

    def read(response: requests.Response) -> datetime | None:
        until = header(response)
        if until is not None or response.status_code != 429:
            return until
        try:
            seconds = int(response.json()["extras"]["wait_seconds"])
        except (LookupError, OverflowError, RecursionError, TypeError, ValueError):
            return None
        return clock() + timedelta(seconds=min(max(seconds, 0), _LONGEST))

    return read
