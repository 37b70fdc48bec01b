"""What failed calls to platforms have in common: how much is known of what became of them."""

import ssl
from typing import Final

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from domain.errors import PlatformError

NEXT_POLL: Final = " The next poll tries again."
"""How the failures end that are nobody's task."""


class UndoneError(PlatformError):
    """The platform was not reached, or asks us to wait: it has carried nothing out."""


def never_left(error: requests.RequestException) -> bool:
    """Tell whether a call failed before any of it reached the platform: no name, no connection, a false certificate."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in getattr(reason, "args", ()))
