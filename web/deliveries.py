"""`/webhooks/PLACE`: posts that other programs deliver; answered when they are stored, so that nothing is lost."""

import json
from collections.abc import Callable, Mapping

import structlog

from domain.errors import CredentialsError, InputError, StorageError
from domain.mention import Batch
from flows.ingest import IngestReport
from web.server import Request, Response

log = structlog.get_logger(__name__)

Verify = Callable[[Mapping[str, str], bytes], None]
Read = Callable[[bytes], Batch]
Take = Callable[[Batch], IngestReport]


def deliveries(place: str, *, verify: Verify, read: Read, take: Take) -> Callable[[Request], Response]:
    """Return what answers deliveries to one place: 200 with counts, 400, 401, or 503 for "deliver it again"."""

    def answer(request: Request) -> Response:
        try:
            verify(request.headers, request.body)
            report = take(read(request.body))
        except CredentialsError as error:
            log.warning("delivery_refused", place=place)
            return said(401, error=str(error))
        except InputError as error:
            log.warning("delivery_unreadable", place=place)
            return said(400, error=str(error))
        except StorageError as error:
            log.warning("delivery_not_stored", place=place, reason=str(error))
            return said(503, error="Nothing was stored. Deliver it again.")
        return said(200, read=report.read, new=report.filed.new, edited=report.edited, removed=report.removed)

    return answer


def said(status: int, **told: object) -> Response:
    """Answer with JSON."""
    return Response(status, json.dumps(told, ensure_ascii=False).encode(), "application/json")
