"""Asking Reddit whether stored posts still stand: a hundred for each request, which costs nothing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from domain.clock import Clock
from domain.compliance import Rechecked
from domain.errors import InputError, PlatformError
from domain.mention import MentionId, Removal
from listeners.bodies import Found
from listeners.reddit.client import Client, Settings
from listeners.reddit.things import NAME, mentions_from_response

# https://www.reddit.com/dev/api#GET_api_info
LIMIT: Final = 100


class RedditRecheck:
    """Implements domain.seams.Recheck."""

    limit = LIMIT

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Make no call."""
        self._client, self._clock = Client(settings), clock

    def affordable(self, budget_usd: Decimal) -> int | None:
        """Return None: Reddit charges nothing."""
        del budget_usd
        return None

    def __call__(
        self, ids: Sequence[MentionId], *, job: str | None = None, budget_usd: Decimal = Decimal(0)
    ) -> Rechecked:
        """Ask for up to LIMIT posts. What Reddit leaves out twice is gone: one poor answer shall erase nothing."""
        del job, budget_usd
        mentions, removals = self._ask(ids)
        left_out = _unanswered(ids, Found(mentions, removals))
        if left_out:
            again = self._ask(left_out)
            mentions, removals = mentions + again.mentions, removals + again.removals
            now = self._clock()
            removals += tuple(Removal(one, now) for one in _unanswered(left_out, again))
        return Rechecked(checked=tuple(ids), present=mentions, removals=removals)

    def _ask(self, ids: Sequence[MentionId]) -> Found:
        names = ",".join(one.partition(":")[2] for one in ids)
        answer = self._client.get("api/info", {"id": names, "limit": LIMIT})
        try:
            found = mentions_from_response(answer, seen_at=self._clock())
        except InputError as error:
            raise PlatformError(f"Reddit answered badly. {error} It is asked again.", platform=NAME) from error
        asked = set(ids)
        return Found(
            tuple(mention for mention in found.mentions if mention.id in asked),
            tuple(removal for removal in found.removals if removal.mention_id in asked),
        )


def _unanswered(ids: Sequence[MentionId], found: Found) -> list[MentionId]:
    known = {mention.id for mention in found.mentions} | {removal.mention_id for removal in found.removals}
    return [one for one in ids if one not in known]
