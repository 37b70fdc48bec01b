"""Our human public replies, and which case each answers."""

from sqlalchemy import select

from domain.case import Response
from domain.mention import MentionId
from storage.database import Tx
from storage.tables import ResponseRow
from storage.upserts import insert_new


def add(tx: Tx, response: Response) -> bool:
    """Record a reply to a case; False where it was recorded before. One post may answer cases of several brands."""
    return insert_new(
        tx,
        ResponseRow,
        {
            "mention_id": response.mention_id,
            "case_id": response.case_id,
            "responder": response.responder,
            "at": response.at,
            "url": response.url,
        },
    )


def of_case(tx: Tx, case_id: str) -> list[Response]:
    """Return the case's replies, oldest first."""
    rows = tx.scalars(select(ResponseRow).where(ResponseRow.case_id == case_id).order_by(ResponseRow.at))
    return [Response(r.case_id, MentionId(r.mention_id), r.responder, r.at, r.url) for r in rows]
