"""`/events/SOURCE`: what people did, as other systems deliver it; answered when it is stored."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from domain.clock import Clock
from domain.errors import CredentialsError, InputError, StorageError
from domain.event import Event, EventCounts
from flows.event_rows import event_of
from web.deliveries import Verify, said
from web.server import Request, Response

log = structlog.get_logger(__name__)

MOST_EVENTS: Final = 1_000
"""A delivery has so many events at most."""


def event_deliveries(
    source: str, *, verify: Verify, take: Callable[[Sequence[Event]], EventCounts], clock: Clock
) -> Callable[[Request], Response]:
    """Return what answers deliveries of one source: 200 with counts, 400, 401, or 503 for "deliver it again"."""

    def answer(request: Request) -> Response:
        try:
            verify(request.headers, request.body)
            counts = take(events_in(request.body, source=source, now=clock()))
        except CredentialsError as error:
            log.warning("events_refused", source=source)
            return said(401, error=str(error))
        except InputError as error:
            log.warning("events_unreadable", source=source)
            return said(400, error=str(error))
        except StorageError as error:
            log.warning("events_not_stored", source=source, reason=str(error))
            return said(503, error="Nothing was stored. Deliver it again.")
        return said(200, added=counts.added, known=counts.known, forgotten=counts.forgotten)

    return answer


def events_in(body: bytes, *, source: str, now: datetime) -> list[Event]:
    """Read `{"events": [...]}`, all or none.

    Raises:
        InputError: it is malformed; the message says which event is, and why.
    """
    try:
        told = json.loads(body)
        rows = told["events"]
    except (ValueError, RecursionError, KeyError, TypeError):
        rows = None
    if not isinstance(rows, list) or len(rows) > MOST_EVENTS:
        raise InputError(f'A delivery is {{"events": [...]}} with {MOST_EVENTS:,} events at most. Nothing was stored.')
    found = []
    for place, row in enumerate(rows, 1):
        try:
            if not isinstance(row, dict):
                raise ValueError("is no JSON object")  # noqa: TRY004 - what is wrong with the row
            found.append(event_of(row, source=source, now=now))
        except ValueError as error:
            raise InputError(f"Event {place} of the delivery cannot be read: {error}. Nothing was stored.") from None
    return found
