"""Our human public replies, and which case each answers."""

from sqlalchemy import select, update

from domain.case import Response
from domain.mention import MentionId
from domain.reply import Credit, CreditReason
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
            "credited": response.credit.user_id if response.credit else None,
            "credit": response.credit.reason if response.credit else None,
        },
    )


def credit(tx: Tx, mention_id: MentionId, case_id: str, credit: Credit) -> None:
    """Say who stands behind a reply that is recorded already; what is certain is left as it is."""
    known = ResponseRow.mention_id == mention_id, ResponseRow.case_id == case_id
    unsure = ResponseRow.credit.is_distinct_from(CreditReason.SENT)
    tx.execute(update(ResponseRow).where(*known, unsure).values(credited=credit.user_id, credit=credit.reason))


def of_case(tx: Tx, case_id: str) -> list[Response]:
    """Return the case's replies, oldest first."""
    rows = tx.scalars(select(ResponseRow).where(ResponseRow.case_id == case_id).order_by(ResponseRow.at))
    return [to_response(row) for row in rows]


def to_response(row: ResponseRow) -> Response:
    """Make the reply of its row."""
    credit = Credit(row.credited, row.credit) if row.credited and row.credit else None
    return Response(row.case_id, MentionId(row.mention_id), row.responder, row.at, row.url, credit)
