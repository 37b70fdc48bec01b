"""The platforms that Earshot can listen to, by name; a platform's module loads only when it is asked for."""

import logging
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Final, Protocol, cast

from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import InputError
from domain.query import NativeQuery, Query, Searches
from domain.seams import Poll, Recheck, Replier
from listeners.bodies import Body, Found
from listeners.querying import anchored

PLATFORMS: Final = {
    "appstore": "listeners.appstore",
    "bluesky": "listeners.bluesky",
    "discourse": "listeners.discourse",
    "github": "listeners.github",
    "hackernews": "listeners.hackernews",
    "mastodon": "listeners.mastodon",
    "reddit": "listeners.reddit",
    "rss": "listeners.rss",
    "stackexchange": "listeners.stackexchange",
    "webhook": "listeners.webhook",
    "x": "listeners.x",
    "youtube": "listeners.youtube",
}

_VENDOR_LOGGERS = ("oauthlib", "praw", "prawcore", "requests_oauthlib", "tweepy", "urllib3", "websockets")


class Platform(Protocol):
    """What every module named in PLATFORMS offers.

    A module whose platform can be asked for stored posts also has `recheck(settings, clock) -> Recheck | None`, which
    is None where a secret for it is not set and makes no call; see `recheck_of`.
    """

    NAME: str
    TRAINABLE: bool  # whether the platform's terms allow a model to be trained on its content
    READS: Mapping[SourceKind, tuple[str, ...]]  # what a stream may read, and the keys of the settings that it needs
    Settings: type[Any]  # a frozen dataclass; which of its fields a user sets is said by listeners.settings

    def connect(self, settings: Any, stream: Stream, *, clock: Clock) -> Poll:
        """Return what polls the stream. No call is made yet; `settings` is the module's own `Settings`.

        Raises:
            SettingsError: the platform cannot read such a stream.
        """
        ...

    def replier(self, settings: Any, *, clock: Clock) -> Replier | None:
        """Return what answers as an account of ours; None where a secret for it is not set. No call is made."""
        ...

    def check(self, settings: Any) -> str:
        """Verify the credentials with one cheap call, and say in a sentence what works.

        Raises:
            CredentialsError: they are refused; the message says what to do.
            PlatformError: the platform does not answer.
        """
        ...

    # A module may leave these two out: `searches` and `cost_usd` below say what then holds.

    def native(self, query: Query) -> tuple[NativeQuery, ...]:
        """Say which searches together bring all that a query means.

        Raises:
            InputError: there are none; the message says what to change.
        """
        ...

    def cost_usd(self, settings: Any, *, posts: int, authors: int) -> Decimal:
        """Return what it costs to read so many posts of so many authors on one day."""
        ...

    def mentions_from_response(self, body: Body, *, seen_at: datetime) -> Found:
        """Read one whole response body, as the platform's API returned it.

        Raises:
            InputError: the body is not what the platform answers; the message says where.
        """
        ...


def load(name: str) -> Platform:
    """Import a platform's module and hold its vendors' loggers. Raises KeyError for a name not in PLATFORMS."""
    quiet_vendor_loggers()
    return cast("Platform", import_module(PLATFORMS[name]))


def searches(query: Query, platform: str) -> Searches:
    """Say what a platform is asked for a query, or why nothing can be.

    A platform whose module has no `native` is asked for single words, of which each post has one at least.
    """
    module = load(platform)
    try:
        if SourceKind.SEARCH not in module.READS:
            raise InputError(f"{platform} is not searched: it brings whole places, and the query is matched here.")
        own = getattr(module, "native", None)
        return Searches(platform, anchored(query, platform=platform) if own is None else own(query))
    except InputError as error:
        return Searches(platform, problem=str(error))


def cost_usd(platform: str, settings: Any, *, posts: int, authors: int) -> Decimal:
    """Return what a day's reading costs with a module's own `settings`; nothing where the module names no prices."""
    price = getattr(load(platform), "cost_usd", None)
    return Decimal(0) if price is None else price(settings, posts=posts, authors=authors)


def recheck_of(name: str, settings: Any, *, clock: Clock) -> Recheck | None:
    """Return what asks a platform for stored posts; None where it has no way: deletions count when they are seen."""
    make = getattr(load(name), "recheck", None)
    return None if make is None else cast("Recheck | None", make(settings, clock=clock))


def quiet_vendor_loggers() -> None:
    """Hold the vendors' loggers at ERROR: below WARNING they write tokens, queries and posts."""
    for name in _VENDOR_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
