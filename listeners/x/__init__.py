"""X: polling recent search, what names or quotes an account and its own posts, and answering, through tweepy."""

from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.seams import Poll, Recheck, Replier
from listeners.replying import only_as
from listeners.x.client import Client, Settings
from listeners.x.native import cost_usd, native
from listeners.x.poll import XPoll
from listeners.x.posts import NAME, mentions_from_response
from listeners.x.recheck import XRecheck
from listeners.x.replies import XReplier

__all__ = [
    "NAME",
    "READS",
    "TRAINABLE",
    "Settings",
    "check",
    "connect",
    "cost_usd",
    "mentions_from_response",
    "native",
    "recheck",
    "replier",
]

READS: Final = {
    SourceKind.SEARCH: ("native_query",),
    SourceKind.MENTIONS: ("account",),
    SourceKind.QUOTES: ("account",),
    SourceKind.OWN_POSTS: ("account",),
}

TRAINABLE: Final = False
"""X's developer terms forbid training models on its content, see docs/platforms/x.md."""


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls a search, the mentions or quotes of an account, or its own posts. No call is made yet.

    Raises:
        SettingsError: X has no such stream, or no bearer token is set.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of X: use {', '.join(READS)}.")
    if not settings.bearer_token:
        raise SettingsError(f"The stream {stream.name} reads X, but X_BEARER_TOKEN is not set.")
    return XPoll(settings, stream, clock)


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return what answers as the account of the access token, None where a key for it is not set. No call is made."""
    return None if settings.user_id is None else XReplier(settings, clock)


def recheck(settings: Settings, *, clock: Clock) -> Recheck | None:
    """Return what asks for stored posts, None without a bearer token. No call is made."""
    return XRecheck(settings, clock) if settings.bearer_token else None


def check(settings: Settings) -> str:
    """Look one account up with each set of keys, which costs at most $0.020; return a sentence.

    Raises:
        CredentialsError: X refuses a key, or the access token is of an account that is none of ours.
        PlatformError: X does not answer.
    """
    client = Client(settings, system_clock)
    client.call(lambda api: api.get_user(username="X"))
    if settings.user_id is None:
        return "X accepts the bearer token."
    handle = str(client.call(lambda api: api.get_me(user_auth=True)).get("data", {}).get("username", "?"))
    only = only_as(handle, accounts=settings.accounts, variable="X_ACCESS_TOKEN", platform=NAME)
    return f"X accepts the bearer token, and the access token of @{handle}.{only}"
