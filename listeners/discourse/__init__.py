"""Discourse: polling all new posts of forums, what their search finds, and the posts of our accounts there."""

from typing import Final
from urllib.parse import urlsplit

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.seams import Poll, Replier
from listeners.bodies import reading, text_of
from listeners.discourse.client import Settings, connected
from listeners.discourse.lists import new_posts, own_posts
from listeners.discourse.posts import NAME, TITLE, mentions_from_response, posts_of
from listeners.discourse.search import search
from listeners.places import PlacesPoll

__all__ = ["NAME", "READS", "TRAINABLE", "Settings", "check", "connect", "mentions_from_response", "replier"]

TRAINABLE: Final = False
"""Posts belong to their authors; what a forum's terms allow differs, and none is asked."""

READS: Final[dict[SourceKind, tuple[str, ...]]] = {
    SourceKind.NEW: ("places",),
    SourceKind.SEARCH: ("places", "native_query"),
    SourceKind.OWN_POSTS: ("account",),
}


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls forums, or an account's posts at one. No call is made.

    Raises:
        SettingsError: Discourse has no such stream, or a place or the account is not written as it must be.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    if stream.kind is SourceKind.OWN_POSTS:
        return own_posts(settings, stream, clock=clock)
    for forum in stream.places:
        parts = urlsplit(forum)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
            raise SettingsError(
                f"The stream {stream.name} has the place {forum}: write a forum's address, as in "
                "https://community.example."
            )
    poll_of = search if stream.kind is SourceKind.SEARCH else new_posts
    return PlacesPoll(
        stream, {forum: poll_of(settings, stream, forum, clock=clock) for forum in stream.places}, title=TITLE
    )


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: people answer in the forum."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask each forum for its newest posts, and the closed one whom the key is of; return a sentence.

    Raises:
        CredentialsError, PlatformError: see domain.errors.
    """
    for forum in settings.places:
        http = connected(settings, forum, clock=system_clock)
        with http.usable():
            posts_of(http.get("/posts.json"))
    answers = f"{TITLE} answers for {len(settings.places)} place(s)."
    if not (settings.api_key and settings.closed_url):
        return f"{answers} They need no credentials."
    http = connected(settings, settings.closed_url, clock=system_clock)
    session = http.get("/session/current.json")
    with http.usable(), reading("The session", session):
        return f"{answers} {settings.closed_url} accepts the key of {text_of(session['current_user']['username'])}."
