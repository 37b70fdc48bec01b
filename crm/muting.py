"""Whether a post is muted."""

from collections.abc import Iterable
from datetime import datetime

from crm.copies import normalised
from domain.mention import Mention
from domain.noise import Mute, MuteKind


def muted_by(mention: Mention, mutes: Iterable[Mute], *, brand: str, now: datetime) -> Mute | None:
    """Return the first mute that holds for a post as seen for a brand."""
    words = f" {normalised(mention.text)} "
    for mute in mutes:
        if not mute.since <= now < mute.until or mute.brand not in {None, brand}:
            continue
        if mute.kind is MuteKind.AUTHOR and mute.value == mention.author.key:
            return mute
        if mute.kind is MuteKind.TOPIC and f" {mute.value} " in words:
            return mute
    return None
