"""Polling several places of a platform in one stream: each has its own cursor, and one that fails holds up no other."""

import json
from collections.abc import Mapping
from decimal import Decimal

from domain.brand import Stream
from domain.errors import CursorTooOldError, PlatformError
from domain.mention import Batch, Cursor
from domain.seams import Poll
from listeners.bodies import in_order


class PlacesPoll:
    """Implements `domain.seams.Poll` over the polls of the places.

    Where only some places fail, their cursors stay, and the batch of the others says so in `failing`. A gap at one
    place is told before anything is handed on; polled again, all of them are read.
    """

    def __init__(self, stream: Stream, polls: Mapping[str, Poll], *, title: str) -> None:
        """Make no call. `polls` are those of the places, by the names that the cursor keeps."""
        self._stream, self._polls, self._title = stream, polls, title
        self._told: Cursor | None = None

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Poll, see domain.seams.Poll."""
        kept = self._kept(cursor)
        batches: dict[str, Batch] = {}
        failures: list[PlatformError] = []
        for place, poll in self._polls.items():
            spent = sum((batch.cost_usd for batch in batches.values()), Decimal(0))
            try:
                batches[place] = poll(kept.get(place), budget_usd=None if budget_usd is None else budget_usd - spent)
            except CursorTooOldError:
                raise
            except PlatformError as error:
                failures.append(error)
        if failures and not batches:
            raise failures[0]
        kept |= {place: batch.cursor for place, batch in batches.items() if batch.cursor is not None}
        here = {place: kept[place] for place in self._polls if place in kept}
        mentions, removals = in_order(
            (mention for batch in batches.values() for mention in batch.mentions),
            (removal for batch in batches.values() for removal in batch.removals),
        )
        return Batch(
            mentions=mentions,
            cursor=Cursor(json.dumps(here)) if here else None,
            removals=removals,
            capped=any(batch.capped for batch in batches.values()),
            cost_usd=sum((batch.cost_usd for batch in batches.values()), Decimal(0)),
            failing=" ".join(map(str, failures)),
        )

    def _kept(self, cursor: Cursor | None) -> dict[str, Cursor]:
        """Return the cursors of the places. Raises CursorTooOldError once for a cursor that nobody wrote."""
        if cursor is None:
            return {}
        try:
            written = json.loads(cursor)
        except ValueError:
            written = None
        if isinstance(written, dict) and written and all(isinstance(each, str) for each in written.values()):
            return {place: Cursor(each) for place, each in written.items()}
        if cursor == self._told:
            return {}
        self._told = cursor
        raise CursorTooOldError(
            f"The saved places of the stream {self._stream.name} ({self._title}) cannot be read, so that posts may be "
            "missed. Nothing needs to be done: the next poll goes on with what there is.",
            platform=self._stream.platform,
        )
