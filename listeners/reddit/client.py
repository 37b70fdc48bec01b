"""The calls to Reddit: praw as the signed-in, quota-keeping transport, bounded in time, with one error type."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import praw
import prawcore
import requests
from praw.exceptions import PRAWException, RedditAPIException
from prawcore.exceptions import OAuthException, PrawcoreException, RequestException, ResponseException
from prawcore.sessions import RetryStrategy
from requests import Response

from domain.clock import system_clock
from domain.errors import CredentialsError, PlatformError
from domain.health import Headroom
from listeners.calls import NEXT_POLL, UndoneError, never_left
from listeners.paging import MAX_PAGES
from listeners.reddit.things import NAME
from listeners.settings import KEY, secret

APPS: Final = "https://www.reddit.com/prefs/apps"

_SIGN_IN = "/api/v1/access_token"
_INBOX = "message/"

_CREDENTIALS_FIX = f"Check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET against {APPS}."
_FIXES = {
    302: "Reddit knows no such subreddit: mend the stream's subreddits.",
    400: "Mend the stream's native_query or subreddits.",
    403: "The subreddit or account is private or quarantined: take it out of the stream.",
    404: "The subreddit is banned, or the account is gone: mend the stream.",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A Reddit app, where its API is, and how carefully it is read.

    `user_agent` by Reddit's rules: `<platform>:<app id>:<version> (by /u/name)`. `refresh_token` signs the account in
    that answers, which must be one of `accounts`, the handles of ours. `overlap_seconds`: a post that becomes visible
    so late is found all the same.
    """

    client_id: str = field(repr=False, metadata=secret("REDDIT_CLIENT_ID"))
    client_secret: str = field(repr=False, metadata=secret("REDDIT_CLIENT_SECRET"))
    user_agent: str = field(default="python:earshot:0.1.0 (by /u/earshot-operator)", metadata=KEY)
    oauth_url: str = field(default="https://oauth.reddit.com", metadata=KEY)
    reddit_url: str = field(default="https://www.reddit.com", metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 600.0
    max_pages: int = MAX_PAGES
    refresh_token: str = field(default="", repr=False, metadata=secret("REDDIT_REFRESH_TOKEN"))
    accounts: tuple[str, ...] = ()


class _Quota:
    """When Reddit may be asked again, by its headers: https://support.reddithelp.com/hc/en-us/articles/16160319875092."""

    def __init__(self) -> None:
        self._back_at = 0.0  # by the monotonic clock
        self.headroom = Headroom()

    def wait(self) -> float:
        return max(0.0, self._back_at - time.monotonic())

    def note(self, response: Response) -> None:
        """Learn from the headers of an answer; Reddit tells the seconds until its quota begins anew."""
        left, used = _seconds(response, "x-ratelimit-remaining"), _seconds(response, "x-ratelimit-used")
        reset = _seconds(response, "x-ratelimit-reset")
        if left is not None:
            resets_at = None if reset is None else system_clock() + timedelta(seconds=reset)
            self.headroom = Headroom(int(left), None if used is None else int(left + used), resets_at)
        refused = response.status_code == 429
        if refused or _seconds(response, "x-ratelimit-remaining") == 0:
            wait = _seconds(response, "retry-after") or _seconds(response, "x-ratelimit-reset") or 0.0
            self._back_at = time.monotonic() + wait


class _Progress:
    """Whether the call itself, after signing in, may have been carried out."""

    possible = False


class _Requestor(prawcore.Requestor):
    """Leaves trying again to the next poll, where prawcore would sleep and retry in a worker's thread."""

    def __init__(self, *, quota: _Quota, progress: _Progress, **options: Any) -> None:
        super().__init__(**options)
        self._quota = quota
        self._progress = progress

    def request(self, *args: Any, timeout: float | None = None, **options: Any) -> Response:
        del timeout  # praw's own, which is not ours
        self._progress.possible = not str(args[1]).endswith(_SIGN_IN)
        try:
            response = super().request(*args, **options)
        except RequestException as error:
            cause = error.original_exception
            if isinstance(cause, requests.RequestException) and never_left(cause):
                self._progress.possible = False
            raise _unanswered(f"Reddit at {self.oauth_url} cannot be reached ({type(cause).__name__}).") from error
        self._quota.note(response)
        if response.status_code in (408, 429) or response.status_code >= 500:
            says = f"Reddit says {response.status_code} ({response.reason})."
            if response.status_code == 429:
                self._progress.possible = False
            raise _unanswered(says, retry_after=self._quota.wait() or None)
        return response


class _Once(RetryStrategy):
    """Never asks twice, not even after a refused token, which is fetched anew by the next call."""

    def _sleep_seconds(self) -> None:
        return None

    def consume_available_retry(self) -> RetryStrategy:
        return self

    def should_retry_on_failure(self) -> bool:
        return False


class Client:
    """Calls Reddit once for each request: as the app, or `signed_in` as the account of the refresh token."""

    def __init__(self, settings: Settings, *, signed_in: bool = False) -> None:
        self._quota = _Quota()
        self._progress = _Progress()
        self._reddit = praw.Reddit(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            user_agent=settings.user_agent,
            oauth_url=settings.oauth_url.rstrip("/") + "/",  # prawcore joins paths to it
            reddit_url=settings.reddit_url.rstrip("/"),
            check_for_updates=False,
            check_for_async=False,
            requestor_class=_Requestor,
            requestor_kwargs={
                "quota": self._quota,
                "progress": self._progress,
                "timeout": settings.timeout_seconds,
            },
            **({"refresh_token": settings.refresh_token} if signed_in else {}),
        )
        if signed_in:
            core: Any = self._reddit._core  # noqa: SLF001  # praw has no setting for it
            core._retry_strategy_class = _Once  # noqa: SLF001

    def headroom(self) -> Headroom:
        """Return what the last answer said of the quota."""
        return self._quota.headroom

    def get(self, path: str, params: Mapping[str, str | int]) -> Any:
        """Return the JSON that Reddit answers, as the API gives it. Raises as `call`."""
        return self.call("GET", path, params=dict(params))

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON that Reddit answers; `options` are praw's `params` and `data`.

        Raises:
            PlatformError: nothing usable came; its cause is praw's or prawcore's exception where Reddit refused.
            UndoneError: Reddit was not reached, or is not asked because the quota is used up.
        """
        if wait := self._quota.wait():  # praw would sleep as long
            raise UndoneError(f"Reddit's quota is used up for {wait:.0f} s more.", platform=NAME, retry_after=wait)
        self._progress.possible = False
        try:
            return self._ask(method, path, options)
        except CredentialsError:
            raise
        except PlatformError as error:
            if self._progress.possible:
                raise
            raise UndoneError(str(error), platform=NAME, retry_after=error.retry_after) from error.__cause__

    def _ask(self, method: str, path: str, options: dict[str, Any]) -> Any:
        try:
            return self._reddit.request(method=method, path=path, **options)
        except OAuthException as error:
            raise CredentialsError(
                f"Reddit refuses the app ({error.error}). {_CREDENTIALS_FIX}", platform=NAME
            ) from error
        except ResponseException as error:
            raise _failure(error.response, path) from error
        except RedditAPIException as error:  # what praw makes of a 400
            raise PlatformError(f"Reddit refuses {path}. {_FIXES[400]}", platform=NAME) from error
        except (PrawcoreException, PRAWException) as error:
            raise _unanswered(f"Reddit's answer to {path} cannot be used ({type(error).__name__}).") from error
        except KeyError as error:
            # prawcore looks the header of a 401 up in a table, and looks for keys in a token that may lack them.
            if error.args[0] == 401:
                raise CredentialsError(f"Reddit says 401 to {path}. {_CREDENTIALS_FIX}", platform=NAME) from error
            raise _unanswered(f"Reddit's answer lacks {error}.") from error
        except (AssertionError, AttributeError, RecursionError, TypeError, ValueError) as error:
            raise _unanswered(f"Reddit's answer to {path} is not Reddit's.") from error


def _failure(response: Response, path: str) -> PlatformError:
    status = response.status_code
    if status == 401 or _SIGN_IN in response.url:
        return CredentialsError(f"Reddit says {status} ({response.reason}). {_CREDENTIALS_FIX}", platform=NAME)
    says = f"Reddit says {status} ({response.reason}) to {path}."
    if status == 403 and path.startswith(_INBOX):
        fix = (
            "The refresh token does not open the inbox: make REDDIT_REFRESH_TOKEN anew, with the scope privatemessages."
        )
        return CredentialsError(f"{says} {fix}", platform=NAME)
    if status in _FIXES:
        return PlatformError(f"{says} {_FIXES[status]}", platform=NAME)
    return _unanswered(says)


def _unanswered(what: str, *, retry_after: float | None = None) -> PlatformError:
    return PlatformError(f"{what}{NEXT_POLL}", platform=NAME, retry_after=retry_after)


def _seconds(response: Response, header: str) -> float | None:
    try:
        return float(response.headers[header])
    except (KeyError, ValueError):
        return None
