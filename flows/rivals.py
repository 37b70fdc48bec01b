"""Listening for rivals: what their streams bring, which of it is ours, the share of voice, and how long it stays."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from crm.attribution import named_brands
from crm.copies import wording
from crm.voices import compared_sources, comparisons
from domain.brand import Brand, Stream
from domain.mention import Mention, MentionId
from domain.volume import Voice
from flows.house import House
from storage import approaches, brands, erasing, mentions, voices
from storage.database import Tx

log = structlog.get_logger(__name__)

AT_ONCE = 500
"""So many posts are forgotten in one transaction."""


def concerning_us(tx: Tx, posts: Sequence[Mention], *, brand: Brand) -> set[MentionId]:
    """Return those posts of a rival's stream that are ours, too: they name us, or a rival answers one of ours."""
    named = {post.id for post in posts if named_brands(post.text, (brand,))}
    by_rivals = [post for post in posts if brand.rival_of(post.platform, post.author.handle)]
    return named | set(approaches.of_ours(tx, by_rivals, brand=brand))


def note_voices(tx: Tx, stream: Stream, posts: Sequence[Mention], *, brand: Brand, house: House) -> list[Mention]:
    """Keep what a stream heard for the share of voice: of a rival all, of us where a rival's stream compares.

    What speaks of a rival alone is stored here, as it is seen for no brand; returns what of it is new.
    """
    new: list[Mention] = []
    if stream.rival is not None:
        now = house.clock()
        brands.lock(tx, [brand.name])  # what is deleted at this moment must not be kept
        prints = {post: wording(post.text).fingerprint for post in posts}
        new = mentions.keep(tx, prints, at=now, secret=house.secret)
        for post in mentions.edited(tx, posts):
            mentions.update_text(tx, post, {}, at=now)
    elif stream.source not in compared_sources(house.streams, brand.name):
        return new
    own = {post: _is_own(post, stream, brand) for post in posts}
    voices.add(tx, own, brand=brand.name, rival=stream.rival, source=stream.source)
    return new


def late_answers(tx: Tx, posts: Sequence[Mention], *, brand: Brand, house: House) -> list[Mention]:
    """Return what rivals' accounts answered to these posts and nobody could tell that it concerns us, as it came first.

    Both are stored by now.
    """
    if not any(stream.rival and stream.brand == brand.name for stream in house.streams):
        return []
    answers = approaches.unsighted_answers(tx, [post.id for post in posts], brand=brand.name)
    by_rivals = [post for post in answers if brand.rival_of(post.platform, post.author.handle)]
    ours = approaches.of_ours(tx, by_rivals, brand=brand)
    return [post for post in by_rivals if post.id in ours]


def voices_of(tx: Tx, *, brand: Brand, start: datetime, end: datetime, house: House) -> tuple[Voice, ...]:
    """Count what comparable streams heard of us and of rivals, start inclusive, end exclusive.

    Posts from before both sides were heard are not compared, and a rival of whom nothing was ever heard is not either.
    """
    found = []
    for one in comparisons(house.streams, brand.name):
        since = voices.heard_since(tx, brand=brand.name, rivals=one.rivals, sources=one.sources)
        if since is None or since >= end:
            continue
        heard = voices.counts(
            tx, brand=brand.name, rivals=one.rivals, sources=one.sources, start=max(start, since), end=end
        )
        theirs = sum(heard.get(rival, 0) for rival in one.rivals)
        found.append(Voice(one.rival, heard.get(voices.OURS, 0), theirs, one.sources))
    return tuple(found)


def voice_posts(
    tx: Tx, *, brand: Brand, start: datetime, end: datetime, house: House, limit: int | None, offset: int
) -> list[voices.VoicePost]:
    """Return the posts that the share of voice compares with all rivals, those of rivals first."""
    together = next((one for one in comparisons(house.streams, brand.name) if one.rival is None), None)
    if together is None:
        return []
    rivals, sources = together.rivals, together.sources
    since = voices.heard_since(tx, brand=brand.name, rivals=rivals, sources=sources)
    if since is None or since >= end:
        return []
    return voices.posts(
        tx,
        brand=brand.name,
        rivals=rivals,
        sources=sources,
        start=max(start, since),
        end=end,
        limit=limit,
        offset=offset,
    )


def forget_rivals(*, house: House) -> int:
    """Delete what was heard of rivals alone once its `keep_days` are over; return how many posts went."""
    gone = 0
    for brand in house.brands:
        sides: list[tuple[str | None, int]] = [(rival.name, rival.keep_days) for rival in brand.rivals]
        if sides:
            sides.append((None, max(days for _, days in sides)))
        for rival, days in sides:
            gone += _forget_side(brand.name, rival, house.clock() - timedelta(days=days), house)
    if gone:
        log.info("rivals_posts_forgotten", posts=gone)
    return gone


def _forget_side(brand: str, rival: str | None, before: datetime, house: House) -> int:
    gone = 0
    while True:
        with house.database.write() as tx:
            free = voices.expire(tx, brand=brand, rival=rival, before=before, limit=AT_ONCE)
            erasing.erase_posts(tx, free, at=house.clock(), secret=house.secret, aged=True)
            left = voices.any_before(tx, brand=brand, rival=rival, before=before)
        gone += len(free)
        if not left:
            return gone


def _is_own(post: Mention, stream: Stream, brand: Brand) -> bool:
    if stream.rival is None:
        return brand.wrote_as(post.author)
    author = brand.rival_of(post.platform, post.author.handle)
    return author is not None and author.name == stream.rival
