"""Calling an instance: where it is, with which token, and how much of its quota is left."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import requests

from domain.clock import Clock
from listeners.http import Http, Quota, retry_after
from listeners.mastodon.statuses import NAME, TITLE
from listeners.paging import MAX_PAGES
from listeners.settings import KEY, secret

# https://docs.joinmastodon.org/methods/timelines/: at most 40 posts; so it is for notifications and accounts' posts
PAGE_SIZE: Final = 40

_SIGN_IN: Final = "Check MASTODON_ACCESS_TOKEN, and whether the instance shows its timelines to strangers."
_FIXES: Final = {
    **dict.fromkeys((301, 302, 307, 308), "It has moved: write the address where a browser ends."),
    404: "Is it an instance, and is there such an account? Check the places and accounts of the streams.",
    422: "The instance shows this to its members only: set MASTODON_ACCESS_TOKEN.",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Our instance, the token of our account there (scopes read:statuses, read:notifications, read:accounts).

    `overlap_seconds`: a post that reaches the instance so late is found all the same.
    """

    api_url: str = field(default="https://mastodon.social", metadata=KEY)
    access_token: str = field(default="", repr=False, metadata=secret("MASTODON_ACCESS_TOKEN"))
    timeout_seconds: float = 10.0
    overlap_seconds: float = 600.0
    max_pages: int = MAX_PAGES


def connected(settings: Settings, instance: str, *, clock: Clock) -> Http:
    """Return what calls an instance; the token goes to ours only."""
    ours = instance.rstrip("/") == settings.api_url.rstrip("/")
    signed = {"Authorization": f"Bearer {settings.access_token}"} if settings.access_token and ours else {}
    return Http(
        NAME,
        TITLE,
        instance,
        clock=clock,
        timeout_seconds=settings.timeout_seconds,
        headers=signed,
        fixes=_FIXES,
        credentials=dict.fromkeys((401, 403), _SIGN_IN),
        quota=_quota(clock),
    )


def _quota(clock: Clock) -> Quota:
    """Return what reads X-RateLimit-*: 300 calls in five minutes (https://docs.joinmastodon.org/api/rate-limits/)."""
    otherwise = retry_after(clock)

    def read(response: requests.Response) -> datetime | None:
        used_up = response.status_code == 429 or response.headers.get("x-ratelimit-remaining") == "0"
        try:
            moment = datetime.fromisoformat(response.headers.get("x-ratelimit-reset", ""))
        except ValueError:
            return otherwise(response)
        reset = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return reset if used_up else otherwise(response)

    return read
