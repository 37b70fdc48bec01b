"""What failed calls to platforms have in common: how much is known of what became of them."""

import ssl
from datetime import UTC, datetime
from typing import Final

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from domain.errors import PlatformError
from domain.health import Headroom

NEXT_POLL: Final = " The next poll tries again."
"""How the failures end that are nobody's task."""


_A_MOMENT: Final = 1_500_000_000
"""Unix time has so many seconds, to a factor of two; a number that is smaller counts from now."""


class UndoneError(PlatformError):
    """The platform was not reached, or asks us to wait: it has carried nothing out."""


def headroom_of(response: requests.Response, prefix: str) -> Headroom:
    """Read the quota from the headers that most platforms have: `-limit`, `-remaining`, and `-reset` in Unix time.

    What a platform writes in another way stays None.
    """
    said = {name: response.headers.get(f"{prefix}-{name}", "") for name in ("remaining", "limit", "reset")}
    left, limit, reset = (int(value) if value.isdecimal() else None for value in said.values())
    unix = reset is not None and _A_MOMENT < reset < 2 * _A_MOMENT
    return Headroom(left, limit, datetime.fromtimestamp(reset, UTC) if unix and reset else None)


def never_left(error: requests.RequestException) -> bool:
    """Tell whether a call failed before any of it reached the platform: no name, no connection, a false certificate."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in getattr(reason, "args", ()))
