"""How well the model does in daily use, for people: from blind checks and from corrections."""

from datetime import datetime, timedelta

from crm.live_figures import WEEKS, live_figures
from domain.quality import Quality
from storage import blind_checks, corrections
from storage.database import Tx


def quality_of(tx: Tx, *, brand: str, now: datetime) -> Quality:
    """Sum up what people said in the last weeks, as it was known at `now`."""
    since = now - timedelta(weeks=WEEKS)
    items = blind_checks.items(tx, brand=brand, since=since.date(), at=now)
    corrected, cards = corrections.cards(tx, brand=brand, since=since, at=now)
    return Quality(
        brand=brand,
        weeks=WEEKS,
        judged=sum(bool(item.answers) for item in items),
        drawn=len(items),
        figures=live_figures(items),
        corrected=corrected,
        cards=cards,
    )
