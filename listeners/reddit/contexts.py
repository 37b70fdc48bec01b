"""What comments answer: the submission, or the comment above, asked for once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from domain.clock import Clock
from domain.errors import InputError, PlatformError
from domain.mention import Context, Mention, MentionId, Removal
from listeners.reddit.client import Client
from listeners.reddit.things import NAME, mentions_from_response

MOST: Final = 100
"""Full names of one look-up: https://www.reddit.com/dev/api#GET_api_info."""

REMEMBERED: Final = timedelta(hours=1)
"""So long nothing is asked for again, found or not; longer, and a deletion would be noticed late."""

log = structlog.get_logger(__name__)


class Contexts:
    """Completes the comments of a stream, for one call a poll at most. Not thread-safe."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[MentionId, tuple[datetime, Context | None]] = {}

    def complete(
        self, mentions: tuple[Mention, ...], removals: tuple[Removal, ...]
    ) -> tuple[tuple[Mention, ...], tuple[Removal, ...]]:
        """Return the posts with what they answer, and also which of that is gone. No post waits for a failed look-up.

        What is among the posts themselves is not asked for.
        """
        there = {mention.id for mention in mentions}
        wanted = dict.fromkeys(one.reply_to for one in mentions if one.reply_to and one.reply_to not in there)
        gone = self._look_up(wanted)
        known = {one: self._known[one][1] for one in wanted if one in self._known}
        completed = (replace(one, context=known[one.reply_to]) if one.reply_to in known else one for one in mentions)
        return tuple(completed), (*removals, *gone)

    def _look_up(self, ids: Iterable[MentionId]) -> tuple[Removal, ...]:
        now = self._clock()
        self._known = {one: known for one, known in self._known.items() if known[0] > now - REMEMBERED}
        unknown = [one for one in ids if one not in self._known][:MOST]
        if not unknown:
            return ()
        names = ",".join(one.partition(":")[2] for one in unknown)
        try:
            answer = self._client.get("api/info", {"id": names})
            found, gone = mentions_from_response(answer, seen_at=now)
        except (InputError, PlatformError) as error:
            log.warning("look_up_failed", platform=NAME, count=len(unknown), error=str(error))
            return ()
        texts = {one.id: Context(one.author, one.text) for one in found}
        self._known |= {one: (now, texts.get(one)) for one in unknown}
        return tuple(gone)
