"""Who wrote posts, by handle and by key."""

from collections.abc import Sequence

from sqlalchemy import func, select

from domain.mention import Author
from storage.database import Tx
from storage.folding import fold_handle
from storage.sightings import to_author
from storage.tables import AuthorRow


def by_handle(tx: Tx, handle: str, *, platform: str | None = None) -> list[Author]:
    """Return the authors who had this handle when last seen, on one platform or on all."""
    named = select(AuthorRow).where(func.lower(AuthorRow.handle) == fold_handle(handle))  # handles are ASCII
    if platform is not None:
        named = named.where(AuthorRow.platform == platform)
    return [to_author(row) for row in tx.scalars(named.order_by(AuthorRow.key))]


def get(tx: Tx, key: str) -> Author | None:
    """Return an author whom we have seen."""
    return next(iter(of_keys(tx, [key])), None)


def of_keys(tx: Tx, keys: Sequence[str]) -> list[Author]:
    """Return the authors of these keys who have posts here."""
    return [
        to_author(row) for row in tx.scalars(select(AuthorRow).where(AuthorRow.key.in_(keys)).order_by(AuthorRow.key))
    ]
