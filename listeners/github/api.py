"""GitHub's API: its token, and its two sorts of limits, which it tells with the status of refused credentials."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import requests

from domain.clock import Clock
from listeners.calls import UndoneError
from listeners.http import Http, Refusal, retry_after

NAME: Final = "github"
TITLE: Final = "GitHub"

# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: 5,000 requests an hour with a token,
# 60 without; 30 searches a minute, 10 without (https://docs.github.com/en/rest/search/search#rate-limit). Where a
# secondary limit names no time, "wait for at least one minute".
_SECONDARY_WAIT = timedelta(minutes=1)

# https://docs.github.com/en/rest/about-the-rest-api/api-versions
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

_FIX = "Is GITHUB_TOKEN right, not expired, and allowed to read these repositories (docs/platforms/github.md)?"


def api(url: str, token: str, *, clock: Clock, timeout_seconds: float) -> Http:
    """Return a connection; each resource with limits of its own (search, GraphQL, all else) takes one for itself."""
    return Http(
        NAME,
        TITLE,
        url,
        clock=clock,
        timeout_seconds=timeout_seconds,
        headers=_HEADERS | ({"Authorization": f"Bearer {token}"} if token else {}),
        fixes={
            301: "Was the repository renamed? Mend the stream's places.",
            404: "Is there such a repository, and may GITHUB_TOKEN see it? Mend the stream's places.",
            410: "The repository has its issues switched off: take it from the stream's places.",
            422: "Does the query say is:issue or is:pull-request, and is the account one? Mend the stream.",
        },
        credentials={401: _FIX, 403: _FIX},
        refusals=_meaning,
        quota=_quota(clock),
    )


def _quota(clock: Clock) -> Any:
    after = retry_after(clock)

    def read(response: requests.Response) -> datetime | None:
        headers = response.headers
        reset = headers.get("x-ratelimit-reset", "")
        if response.status_code == 403 and headers.get("retry-after", "").isdecimal():
            return clock() + timedelta(seconds=int(headers["retry-after"]))
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            return datetime.fromtimestamp(int(reset), UTC)
        if wait := after(response):
            return wait
        return clock() + _SECONDARY_WAIT if _limited(response) else None

    return read


def _meaning(response: requests.Response) -> Refusal | None:
    """Tell a limit from refused credentials."""
    return Refusal(kind=UndoneError) if _limited(response) else None


def _limited(response: requests.Response) -> bool:
    if response.status_code not in {403, 429}:
        return False
    if response.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in response.headers:
        return True
    try:
        return "rate limit" in str(response.json()["message"]).lower()
    except (KeyError, RecursionError, TypeError, ValueError):
        return False
