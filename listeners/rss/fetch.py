"""Fetching one feed: only when it has changed, through redirects, and never into a network that it may not reach."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests
import structlog

from domain.clock import Clock
from domain.errors import PlatformError
from listeners.http import Http

REDIRECTS: Final = 5
"""Redirects that are followed in a row; browsers stop at 20, honest feeds need two."""

_PERMANENT: Final = frozenset({301, 308})
_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Version:
    """What a server called the feed that it sent, to be shown to it at the next poll."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """Make the request conditional (RFC 9110, 13.1)."""
        both = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in both.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed as it arrived. `charset` is what the server said of it, "" where it said nothing."""

    body: bytes
    charset: str
    version: Version


class Fetcher:
    """Fetches the feed at one address. Thread-safe as requests' sessions are: one call at a time."""

    def __init__(
        self,
        address: str,
        *,
        platform: str,
        clock: Clock,
        user_agent: str,
        timeout_seconds: float,
        private: Callable[[str], bool] | None = None,
    ) -> None:
        """Make no call. `private` tells whether a host is in a network that outsiders cannot reach."""
        self.address = address
        self._platform, self._clock, self._timeout = platform, clock, timeout_seconds
        self._headers = {"User-Agent": user_agent, "Accept": _ACCEPT}
        self._private = private or is_private
        self._servers: dict[str, Http] = {}
        self._moved_to = ""

    def fetch(self, known: Version) -> Fetched | None:
        """Return the feed, or None where it is the known version still. Raises PlatformError."""
        url, permanent = self.address, True
        for _ in range(REDIRECTS + 1):
            response = self._ask(url, known)
            if not response.is_redirect:
                break
            permanent &= response.status_code in _PERMANENT
            url = self._following(url, response)
        else:
            raise self.server(url).error(f"was reached through {REDIRECTS} redirects, and redirects again.")
        if url != self.address and permanent and url != self._moved_to:
            self._moved_to = url
            log.warning("feed_moved", feed=_bare(self.address), to=_bare(url), hint="write the new address into places")
        if response.status_code == 304:
            return None
        charset = _CHARSET.search(response.headers.get("content-type", ""))
        version = Version(response.headers.get("etag", ""), response.headers.get("last-modified", ""))
        return Fetched(response.content, charset[1] if charset else "", version)

    def server(self, url: str = "") -> Http:
        """Return what calls the server of an address, by default of the feed's own."""
        parts = urlsplit(url or self.address)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._servers:
            self._servers[origin] = Http(
                self._platform,
                f"The feed {urlsplit(self.address).path or '/'}",
                origin,
                clock=self._clock,
                timeout_seconds=self._timeout,
                headers=self._headers,
                redirects=True,
            )
        return self._servers[origin]

    def _ask(self, url: str, known: Version) -> requests.Response:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self.server(url).call("GET", path, headers=known.headers())

    def _following(self, url: str, response: requests.Response) -> str:
        """Return where a redirect leads. Raises PlatformError where it must not be followed."""
        target = urljoin(url, response.headers.get("location", ""))
        try:
            parts = urlsplit(target)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise self._refused(url, "to no address at all") from None
        if parts.scheme not in {"http", "https"} or not host:
            raise self._refused(url, f"to something else than http or https ({parts.scheme[:20]})")
        if self._private(host) and not self._private(urlsplit(self.address).hostname or ""):
            raise self._refused(url, f"into a private network ({host})")
        return target

    def _refused(self, url: str, where: str) -> PlatformError:
        return self.server(url).error(f"redirects {where}, which is not followed.")


def is_private(host: str) -> bool:
    """Tell whether a host's name leads, among others, to an address that is not a public one."""
    try:
        found = {ip_address(str(each[4][0])) for each in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False  # nor can it be called then, and the call says so
    plain = [(address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address for address in found]
    return any(not address.is_global or address.is_multicast for address in plain)


def _bare(url: str) -> str:
    """Return an address without its query, which may hold a key."""
    return url.partition("?")[0]
