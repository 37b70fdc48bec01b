"""Response bodies as they arrive: decoding them, and reading posts out of them with errors that say what is wrong."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from domain.errors import InputError
from domain.mention import Mention, Removal

Body = bytes | str | dict[str, Any] | list[Any]


class Found(NamedTuple):
    """What a body holds: the mentions, oldest first, and the removals by id."""

    mentions: tuple[Mention, ...]
    removals: tuple[Removal, ...]


_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""What JSON can carry and a database cannot: NUL and halves of surrogate pairs."""


def decode(body: Body, *, platform: str) -> dict[str, Any] | list[Any]:
    """Return the JSON object or array of a body.

    Raises:
        InputError: it is neither.
    """
    if isinstance(body, bytes | str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"A response body of {platform} is not JSON ({error}): give one whole body, as the API returned it."
            ) from error
    if not isinstance(body, dict | list):
        raise InputError(f"A response body of {platform} is a JSON object or array, not {type(body).__name__}.")
    return body


@contextmanager
def reading(what: str, payload: object) -> Iterator[None]:
    """Name the payload in the error when it lacks something or holds it in another shape than the platform's.

    Raises:
        InputError: the block raised an error that only a malformed payload explains.
    """
    try:
        yield
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
        name = payload.get("name") or payload.get("id") if isinstance(payload, dict) else None
        cause = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{what} {str(name)[:40] if name else 'without an id'} cannot be read: {cause}.") from error


def text_of(value: object) -> str:
    """Return a text that every database takes.

    Raises:
        TypeError: it is no text.
    """
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)


def in_order(mentions: Iterable[Mention], removals: Iterable[Removal]) -> Found:
    """Return mentions oldest first, each once and none that is removed, and removals by id.

    Of a post that was edited between two pages the later version is kept, of equal ones the first given.
    """
    gone = {removal.mention_id: removal for removal in removals}
    kept: dict[str, Mention] = {}
    for mention in mentions:
        known = kept.get(mention.id)
        if mention.id not in gone and (known is None or _changed_at(mention) > _changed_at(known)):
            kept[mention.id] = mention
    ordered = sorted(kept.values(), key=lambda mention: (mention.posted_at, len(mention.id), mention.id))
    return Found(tuple(ordered), tuple(gone[key] for key in sorted(gone)))


def _changed_at(mention: Mention) -> datetime:
    return mention.edited_at or mention.posted_at
