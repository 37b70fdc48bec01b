"""What sending replies has in common everywhere: who may answer, what a failure leaves known, what is the same."""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from domain.errors import CredentialsError, PlatformError, ReplyRateLimited, ReplyRejected, ReplyUnknown
from listeners.calls import NEXT_POLL, UndoneError

CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""How much earlier than we asked for it a reply of ours may be dated, because the platform's clock is another."""


def refuse_stranger(handle: str, *, accounts: Sequence[str], variable: str, platform: str) -> None:
    """Refuse to answer from an account that is none of the brand's, whose handles are `accounts`.

    Raises:
        CredentialsError: it is none of them, or there are none; the message names it, and the `variable` of its token.
    """
    if handle.casefold() in {account.casefold() for account in accounts}:
        return
    named = ", ".join(accounts) or "none"
    raise CredentialsError(
        f"{variable} is of the account {handle}, but the settings name as ours here: {named}. Nothing is answered from "
        f"somebody else's account: make the token for one of these, or add {handle} to the brand's accounts.",
        platform=platform,
    )


def only_as(handle: str, *, accounts: Sequence[str], variable: str, platform: str) -> str:
    """Say which of our accounts cannot answer because the token is of another one; "" where none is named but it.

    Raises:
        CredentialsError: accounts are named, and the token is of none of them.
    """
    if not accounts:
        return ""
    refuse_stranger(handle, accounts=accounts, variable=variable, platform=platform)
    others = ", ".join(account for account in accounts if account.casefold() != handle.casefold())
    return f" Replies are sent as {handle} only, not as {others}." if others else ""


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
