"""YouTube's API and its quota: a day's calls are counted, so that no stream takes those of all."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import requests

from domain.clock import Clock
from domain.errors import CredentialsError, PlatformError
from listeners.calls import UndoneError
from listeners.http import Http, Refusal, retry_after

NAME: Final = "youtube"
TITLE: Final = "YouTube"

# https://developers.google.com/youtube/v3/determine_quota_cost: a project has 100 searches a day, and 10,000 units for
# all else, of which each call here costs one; they are given out at midnight in California.
QUOTA_ZONE: Final = ZoneInfo("America/Los_Angeles")

_DAY = timedelta(days=1)
_SHORT_WAIT = timedelta(minutes=1)

# https://developers.google.com/youtube/v3/docs/errors and https://developers.google.com/youtube/v3/docs/core_errors
_OUT_OF_UNITS = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_KEY = "Is YOUTUBE_API_KEY right and free of restrictions, and the YouTube Data API v3 enabled for its project?"


class NothingThereError(PlatformError):
    """The video or channel has no comments to read: they are disabled, or it is gone."""


class StalePageError(PlatformError):
    """The token of a page is none any more."""


_MEANINGS: Final = (
    (_OUT_OF_UNITS, Refusal("The project's quota is used up until midnight in California.", UndoneError)),
    (_TOO_FAST, Refusal(kind=UndoneError)),
    (frozenset({"commentsDisabled"}), Refusal("Its comments are disabled.", NothingThereError)),
    (
        frozenset({"videoNotFound", "channelNotFound", "commentNotFound"}),
        Refusal("Is it there, and is the place the channel's id (UC...)?", NothingThereError),
    ),
    (frozenset({"invalidPageToken"}), Refusal(kind=StalePageError)),
    (frozenset({"keyInvalid", "API_KEY_INVALID"}), Refusal(_KEY, CredentialsError)),
)


class Api:
    """YouTube's API with a key. Whoever holds it may make `daily` calls on a day of California; `setting` says so."""

    def __init__(self, url: str, key: str, *, daily: int, setting: str, clock: Clock, timeout_seconds: float) -> None:
        """Make no call. Searches have a quota of their own, and so take an Api of their own."""
        self._daily, self._setting, self._clock = daily, setting, clock
        self._day, self._used = clock().astimezone(QUOTA_ZONE).date(), 0
        self.http = Http(
            NAME,
            TITLE,
            url,
            clock=clock,
            timeout_seconds=timeout_seconds,
            headers={"X-Goog-Api-Key": key},  # not in the address, which ends in logs
            credentials={401: _KEY, 403: _KEY},
            refusals=_meaning,
            quota=self._quota,
        )

    def get(self, resource: str, params: Mapping[str, Any]) -> Any:
        """Return what YouTube answers.

        Raises:
            UndoneError: today's calls are made, or YouTube asks us to wait.
            PlatformError: nothing usable came.
        """
        self._take()
        try:
            return self.http.get(f"/youtube/v3/{resource}", params)
        except UndoneError:
            self._used -= 1  # not asked, or refused for want of quota
            raise

    def _take(self) -> None:
        now = self._clock()
        if (today := now.astimezone(QUOTA_ZONE).date()) != self._day:
            self._day, self._used = today, 0
        if self._used >= self._daily:
            wait = (midnight_after(now) - now).total_seconds()
            raise UndoneError(
                f"{TITLE}'s quota is used up for {wait:.0f} s more, until midnight in California: the stream made "
                f"{self._used} of the {self._daily} calls that {self._setting} allows it. To read more, raise that, "
                "within the project's own quota, or poll less often.",
                platform=NAME,
                retry_after=wait,
            )
        self._used += 1

    def _quota(self, response: requests.Response) -> datetime | None:
        reasons = _reasons(response)
        if reasons & _OUT_OF_UNITS:
            return midnight_after(self._clock())
        wait = retry_after(self._clock)(response)
        return wait or (self._clock() + _SHORT_WAIT if reasons & _TOO_FAST else None)


def midnight_after(moment: datetime) -> datetime:
    """Return when the units of a moment's day in California are given out anew."""
    tomorrow = moment.astimezone(QUOTA_ZONE).date() + _DAY
    return datetime.combine(tomorrow, time(), tzinfo=QUOTA_ZONE).astimezone(moment.tzinfo)


def _meaning(response: requests.Response) -> Refusal | None:
    """Read the reason of a refusal: 403 alone may mean five things."""
    reasons = _reasons(response)
    return next((meaning for known, meaning in _MEANINGS if reasons & known), None)


def _reasons(response: requests.Response) -> set[str]:
    """Return what the answer names as reasons, both in YouTube's older way and in Google's newer one."""
    if response.status_code < 400:
        return set()
    try:
        error = response.json()["error"]
        return {
            str(each["reason"]) for each in (*error.get("errors", ()), *error.get("details", ())) if "reason" in each
        }
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return set()
