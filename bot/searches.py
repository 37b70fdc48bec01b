"""What people searched for, kept while they page: buttons hold ids only, never what somebody typed."""

import secrets
from collections import OrderedDict
from threading import Lock

from flows.lookup import SearchQuery

REMEMBERED = 500


class Searches:
    """Remembers the latest searches of this process."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, SearchQuery] = OrderedDict()
        self._lock = Lock()

    def remember(self, query: SearchQuery) -> str:
        """Keep a search and return its id."""
        key = secrets.token_urlsafe(9)
        with self._lock:
            self._known[key] = query
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return key

    def recall(self, key: str) -> SearchQuery | None:
        """Return a search; None where it is forgotten."""
        with self._lock:
            return self._known.get(key)
