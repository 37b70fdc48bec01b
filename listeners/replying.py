"""What sending replies has in common on all platforms: what is known after a failure, and what is the same text."""

import unicodedata
from datetime import timedelta
from typing import Final

from domain.errors import PlatformError, ReplyRateLimited, ReplyRejected, ReplyUnknown
from listeners.calls import NEXT_POLL, UndoneError

CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""How much earlier than we asked for it a reply of ours may be dated, because the platform's clock is another."""


def not_sent(error: PlatformError) -> ReplyRateLimited:
    """Say that nothing was posted, because a call before the reply or the way to the platform failed."""
    return ReplyRateLimited(
        f"{told(error)} Nothing was posted.",
        platform=error.platform,
        code="unreachable" if error.retry_after is None else "rate_limited",
        retry_after=error.retry_after,
    )


def failed(error: PlatformError) -> ReplyRateLimited | ReplyUnknown:
    """Say what is known of a reply whose call failed without the platform refusing it."""
    if isinstance(error, UndoneError):
        return not_sent(error)
    return unknown(told(error), platform=error.platform)


def unknown(what: str, *, platform: str, code: str = "no_answer") -> ReplyUnknown:
    """Say that nobody knows whether the reply was posted."""
    return ReplyUnknown(
        f"{what} Nobody knows whether the reply was posted: look for it before sending it again.",
        platform=platform,
        code=code,
    )


def refuse_beyond(limit: int, length: int, *, platform: str) -> None:
    """Refuse what is empty or too long, before the platform is asked.

    Raises:
        ReplyRejected: it is.
    """
    if length == 0:
        raise ReplyRejected("The reply has no text: write one.", platform=platform, code="empty")
    if length > limit:
        raise ReplyRejected(
            f"The reply is {length} characters long and {limit} are allowed: shorten it by {length - limit}.",
            platform=platform,
            code="too_long",
        )


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts say the same, white space and the way accents are written aside."""
    return _bare(one) == _bare(other)


def told(error: PlatformError) -> str:
    """Return what an error tells, without the promise of another poll."""
    return str(error).removesuffix(NEXT_POLL)


def _bare(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
