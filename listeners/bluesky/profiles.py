"""Who is behind Bluesky's account ids: handles, names and reach, asked for in bulk and remembered for a while."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from domain.clock import Clock
from domain.errors import PlatformError
from domain.mention import Author
from listeners.bluesky.posts import author_from_view, nameless
from listeners.bodies import reading
from listeners.http import Http

# https://docs.bsky.app/docs/api/app-bsky-actor-get-profiles
_AT_ONCE: Final = 25

_FRESH: Final = timedelta(hours=1)
"""Handles change hands, and followers come and go."""

_REMEMBERED: Final = 20_000

log = structlog.get_logger(__name__)


class Profiles:
    """Looks accounts up. What cannot be looked up now is as it was when it last could, or has only its id."""

    def __init__(self, http: Http, *, clock: Clock) -> None:
        """Make no call yet."""
        self._http, self._clock = http, clock
        self._known: dict[str, tuple[datetime, Author]] = {}

    def of(self, dids: Iterable[str]) -> dict[str, Author]:
        """Return accounts by their ids; a failure of the look-up costs their names and never a post."""
        wanted = sorted(set(dids))
        since = self._clock() - _FRESH
        stale = [did for did in wanted if did not in self._known or self._known[did][0] < since]
        try:
            for start in range(0, len(stale), _AT_ONCE):
                self._remember(self._ask(stale[start : start + _AT_ONCE]))
        except PlatformError as error:
            log.warning("profiles_unread", platform=error.platform, error=str(error))
        found = {did: self._known[did][1] if did in self._known else nameless(did) for did in wanted}
        for did in list(self._known)[: max(0, len(self._known) - _REMEMBERED)]:
            del self._known[did]
        return found

    def did_of(self, handle: str) -> str | None:
        """Return the id behind a handle; None where there is no such account. Raises PlatformError."""
        found = self._ask([handle])
        return found[0].user_id if found else None

    def _ask(self, actors: Sequence[str]) -> list[Author]:
        answer = self._http.get("/xrpc/app.bsky.actor.getProfiles", {"actors": list(actors)})
        with self._http.usable(), reading("The list of profiles", answer):
            return [author_from_view(view) for view in answer["profiles"]]

    def _remember(self, authors: Iterable[Author]) -> None:
        now = self._clock()
        for author in authors:
            self._known.pop(author.user_id, None)  # the last asked for is the last forgotten
            self._known[author.user_id] = (now, author)
