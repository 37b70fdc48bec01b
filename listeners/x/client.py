"""The calls to X: tweepy pointed at the right server, bounded in time, within the quota, with one error type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import requests
import tweepy
from requests.adapters import HTTPAdapter

from domain.clock import Clock
from domain.errors import CredentialsError, CursorTooOldError, PlatformError
from domain.health import Headroom
from listeners.calls import NEXT_POLL, UndoneError, headroom_of, never_left
from listeners.paging import MAX_PAGES
from listeners.settings import KEY, secret
from listeners.x.posts import NAME, Payload

HOST: Final = "https://api.twitter.com"
"""The host that tweepy has built in."""

_FIXES = {
    401: "Check X_BEARER_TOKEN and the other keys of X, or make new ones at https://console.x.com.",
    402: "Buy credits or raise the spending limit at https://console.x.com.",
    403: "See at https://console.x.com that the app belongs to a project and may read.",
}

Request = Callable[[tweepy.Client], requests.Response]


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of an X app, where its API is, and how carefully it is read.

    With an access token, the mentions and posts of its account are read as that account, at a fifth of the price, and
    that account may answer. `accounts`: the handles of ours, among which that account is. `overlap_seconds`: a post
    that becomes visible so late is found all the same. The prices are those of a post and of a user in an answer, and
    of a post among the mentions and posts of the account that authenticates, where it owns the app; of one count:
    https://docs.x.com/x-api/getting-started/pricing. `reply_context` also reads what posts answer; `filtered_stream`
    hears searches at once where the plan has it.
    """

    bearer_token: str = field(repr=False, metadata=secret("X_BEARER_TOKEN"))
    api_key: str = field(default="", repr=False, metadata=secret("X_API_KEY"))
    api_secret: str = field(default="", repr=False, metadata=secret("X_API_SECRET"))
    access_token: str = field(default="", repr=False, metadata=secret("X_ACCESS_TOKEN"))
    access_secret: str = field(default="", repr=False, metadata=secret("X_ACCESS_SECRET"))
    api_url: str = field(default=HOST, metadata=KEY)
    post_usd: Decimal = field(default=Decimal("0.005"), metadata=KEY)
    user_usd: Decimal = field(default=Decimal("0.010"), metadata=KEY)
    own_post_usd: Decimal = field(default=Decimal("0.001"), metadata=KEY)
    count_usd: Decimal = field(default=Decimal("0.005"), metadata=KEY)
    reply_context: bool = field(default=True, metadata=KEY)
    filtered_stream: bool = field(default=False, metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 120.0
    max_pages: int = MAX_PAGES
    accounts: tuple[str, ...] = ()

    @property
    def user_id(self) -> str | None:
        """The account that the access token acts for; X writes its id in front of the token."""
        complete = self.api_key and self.api_secret and self.access_token and self.access_secret
        return self.access_token.partition("-")[0] if complete else None


class Adapter(HTTPAdapter):
    """Bounds every call in time, and leads it to another server than tweepy's own."""

    def __init__(self, api_url: str, timeout: float) -> None:
        super().__init__()
        self._api_url = api_url.rstrip("/")
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        request.url = (request.url or "").replace(HOST, self._api_url, 1)
        return super().send(request, **(options | {"timeout": self._timeout}))


class Client:
    """Calls X once for each request; waiting and trying again is left to the caller."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._api = tweepy.Client(
            settings.bearer_token,
            settings.api_key or None,
            settings.api_secret or None,
            settings.access_token or None,
            settings.access_secret or None,
            return_type=requests.Response,
        )
        self._api.session.mount(HOST, Adapter(settings.api_url, settings.timeout_seconds))
        self._where = f"X at {settings.api_url}"
        self._timeout = settings.timeout_seconds
        self._clock = clock
        self._quota_back_at: datetime | None = None
        self.headroom = Headroom()
        """What the last answer said of its endpoint's quota."""

    def call(self, request: Request) -> Payload:
        """Return the JSON object that X answers.

        Raises:
            PlatformError: nothing usable came; its cause is tweepy's HTTPException where X refused.
            UndoneError: X is not reached, or not asked because the quota is used up.
        """
        if wait := self._seconds_without_quota():
            raise UndoneError(f"X's quota is used up for {wait:.0f} s more.", platform=NAME, retry_after=wait)
        try:
            response = request(self._api)
            answer = response.json()
        except tweepy.HTTPException as error:
            raise self._failure(error) from error
        except requests.Timeout as error:
            raise self._error(
                f"{self._where} did not answer within {self._timeout:g} s.", undone=never_left(error)
            ) from error
        except requests.JSONDecodeError as error:
            raise self._error(f"{self._where} answered with something else than JSON.") from error
        except requests.RequestException as error:
            raise self._error(
                f"{self._where} cannot be reached ({type(error).__name__}).", undone=never_left(error)
            ) from error
        except (AttributeError, RecursionError, TypeError, ValueError) as error:
            # tweepy reads the body and the quota of a refusal, and trips over
            # what X would not write.
            raise self._error(f"{self._where} refused with an answer that is not X's.") from error
        if not isinstance(answer, dict):
            raise self._error(f"{self._where} answered with a {type(answer).__name__} instead of an object.")
        self.headroom = headroom_of(response, "x-rate-limit")
        if self.headroom.left == 0:
            self._quota_back_at = _reset_of(response)
        return answer

    def _seconds_without_quota(self) -> float:
        if self._quota_back_at is None:
            return 0.0
        return max(0.0, (self._quota_back_at - self._clock()).total_seconds())

    def _failure(self, error: tweepy.HTTPException) -> PlatformError:
        response = error.response
        reason = "; ".join(map(str, error.api_messages)) or response.reason
        says = f"{self._where} says {response.status_code} ({reason})."
        if fix := _FIXES.get(response.status_code):
            return CredentialsError(f"{says} {fix}", platform=NAME)
        if response.status_code == 400 and ("since_id" in reason or "until_id" in reason):
            return CursorTooOldError(says, platform=NAME)
        if response.status_code in (400, 404):
            return PlatformError(f"{says} Mend the stream's native_query or account.", platform=NAME)
        if response.status_code != 429:
            return self._error(says)
        self._quota_back_at = _reset_of(response)
        return self._error(says, undone=True, retry_after=self._seconds_without_quota() or None)

    def _error(self, what: str, *, undone: bool = False, retry_after: float | None = None) -> PlatformError:
        kind = UndoneError if undone else PlatformError
        return kind(f"{what}{NEXT_POLL}", platform=NAME, retry_after=retry_after)


def _reset_of(response: requests.Response) -> datetime | None:
    """Return when the quota of an endpoint comes back, where X tells."""
    reset = response.headers.get("x-rate-limit-reset", "")
    return datetime.fromtimestamp(int(reset), UTC) if reset.isdecimal() else None
