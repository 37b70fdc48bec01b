"""Reddit: polling search, subreddits, accounts and what names ours, and answering, through praw."""

from typing import Final

from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import SettingsError
from domain.seams import Poll, Recheck, Replier
from listeners.reddit.client import Client, Settings
from listeners.reddit.native import native
from listeners.reddit.poll import poll_of
from listeners.reddit.recheck import RedditRecheck
from listeners.reddit.replies import RedditReplier
from listeners.reddit.things import NAME, mentions_from_response
from listeners.replying import only_as

__all__ = [
    "NAME",
    "READS",
    "TRAINABLE",
    "Settings",
    "check",
    "connect",
    "mentions_from_response",
    "native",
    "recheck",
    "replier",
]

READS: Final = {
    SourceKind.SEARCH: ("native_query",),
    SourceKind.MENTIONS: ("account",),
    SourceKind.NEW: ("subreddits",),
    SourceKind.COMMENTS: ("subreddits",),
    SourceKind.OWN_POSTS: ("account",),
}

TRAINABLE: Final = False
"""Reddit's terms forbid training models on its content without the authors' leave, see docs/platforms/reddit.md."""


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls a search, subreddits, an account's comments or what names our account. No call is made.

    Raises:
        SettingsError: Reddit has no such stream, or a secret that it needs is not set.
    """
    if not (settings.client_id and settings.client_secret):
        raise SettingsError(
            f"The stream {stream.name} reads Reddit, but REDDIT_CLIENT_ID or REDDIT_CLIENT_SECRET is not set."
        )
    if stream.kind is SourceKind.MENTIONS and not settings.refresh_token:
        raise SettingsError(
            f"The stream {stream.name} reads the inbox of an account of Reddit, but REDDIT_REFRESH_TOKEN is not set."
        )
    return poll_of(settings, stream, clock)


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return what answers as the account of the refresh token, None where a secret is not set. No call is made."""
    complete = settings.client_id and settings.client_secret and settings.refresh_token
    return RedditReplier(settings, clock) if complete else None


def recheck(settings: Settings, *, clock: Clock) -> Recheck | None:
    """Return what asks for stored posts, None where the app's id or secret is not set. No call is made."""
    return RedditRecheck(settings, clock) if settings.client_id and settings.client_secret else None


def check(settings: Settings) -> str:
    """Fetch a token and read one submission, and see who is signed in; return a sentence.

    Raises:
        CredentialsError: Reddit refuses a secret, or the refresh token is of an account that is none of ours.
        PlatformError: Reddit does not answer.
    """
    Client(settings).get("r/all/new", {"limit": 1})
    if not settings.refresh_token:
        return "Reddit accepts the client id and secret."
    handle = str(Client(settings, signed_in=True).get("api/v1/me", {}).get("name", "?"))
    only = only_as(handle, accounts=settings.accounts, variable="REDDIT_REFRESH_TOKEN", platform=NAME)
    return f"Reddit accepts the client id and secret, and the refresh token of u/{handle}.{only}"
