"""Who wrote posts, as last seen."""

from sqlalchemy import func, select

from domain.mention import Author
from storage.database import Tx
from storage.folding import fold_handle
from storage.sightings import to_author
from storage.tables import AuthorRow


def named(tx: Tx, handle: str, *, platform: str | None = None) -> list[Author]:
    """Return the author of each platform, or of one, who goes by a handle now: the one seen last."""
    wanted = select(AuthorRow).where(func.lower(AuthorRow.handle) == fold_handle(handle))
    if platform is not None:
        wanted = wanted.where(AuthorRow.platform == platform)
    latest = {row.platform: row for row in tx.scalars(wanted.order_by(AuthorRow.seen_at))}
    return [to_author(row) for row in latest.values()]
