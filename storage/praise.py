"""How a customer's public posts speak of us, by day."""

from collections import defaultdict
from datetime import UTC, date, datetime

from sqlalchemy import and_, select

from domain.engagement import Praise
from storage.customers import active_accounts
from storage.database import Tx
from storage.tables import MentionRow, SightingRow

_MOST = 1_000
"""So many of her latest posts are read; who writes more says no more."""


def of_customer(tx: Tx, customer_id: str, *, since: datetime) -> Praise:
    """Count the days of UTC on which she wrote well of us, and those on which she wrote badly, from a moment on.

    By the labels that count, of model or person; what is surely not about us is left out. A day may be both.
    """
    said = (
        select(MentionRow.posted_at, SightingRow.sentiment)
        .join(SightingRow, and_(SightingRow.mention_id == MentionRow.id, ~SightingRow.elsewhere))
        .where(MentionRow.author_key.in_(active_accounts(customer_id)), MentionRow.posted_at >= since)
        .where(SightingRow.sentiment.in_(["positive", "negative"]))
        .order_by(MentionRow.posted_at.desc())
        .limit(_MOST)
    )
    days: defaultdict[str | None, set[date]] = defaultdict(set)
    for posted_at, sentiment in tx.execute(said):
        days[sentiment].add(posted_at.astimezone(UTC).date())
    return Praise(len(days["positive"]), len(days["negative"]))
