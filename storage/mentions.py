"""Posts: stored once, seen for brands, edited, searched and counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, TextClause, and_, case, delete, func, select, update

from domain.case import SeenMention, Triage, Urgency, Verdict
from domain.mention import Mention, MentionId
from domain.prediction import Predictions
from domain.story import Arrival
from storage import contexts, copies, labels, messages, tombstones, versions
from storage.column_types import storable
from storage.database import Tx
from storage.fulltext import matches
from storage.sightings import author_values, mention_values, prediction_values, read, sighting_values, sightings
from storage.tables import (
    LATE,
    UNJUDGED,
    AuthorRow,
    MentionRow,
    MessageMentionRow,
    PredictionRow,
    SightingRow,
)
from storage.upserts import chunks, upsert

_AUTHOR_FIELDS = ["platform", "user_id", "handle", "name", "followers", "verified", "automated", "url", "seen_at"]
_SHOWS = and_(MessageMentionRow.mention_id == SightingRow.mention_id, MessageMentionRow.brand == SightingRow.brand)
_SAID = ["label", "score", "unsure", "rival", "probabilities", "reasons", "current"]


def unseen(tx: Tx, mentions: Sequence[Mention], *, brand: str, secret: bytes) -> list[Mention]:
    """Return the posts that are not stored for the brand and may be, in their order, each once."""
    distinct = list({mention.id: mention for mention in mentions}.values())
    known = tombstones.erased(tx, distinct, secret=secret)
    for some in chunks([mention.id for mention in distinct]):
        stored = select(SightingRow.mention_id).where(SightingRow.mention_id.in_(some), SightingRow.brand == brand)
        known.update(tx.scalars(stored))
    return [mention for mention in distinct if mention.id not in known]


def add(tx: Tx, seen: Sequence[SeenMention], *, stream: str | None, at: datetime, secret: bytes) -> None:
    """Store posts with what was said and decided for a brand; an erased one stays away.

    A post that is stored already keeps its text and its decision; its author and predictions are brought up to date.
    `stream` is None for what a file brought: no hourly line lists it.
    """
    erased = tombstones.erased(tx, [one.mention for one in seen], secret=secret)
    kept = sorted((one for one in seen if one.mention.id not in erased), key=lambda one: one.mention.id)
    authors = {one.mention.author.key: author_values(one.mention.author, at) for one in kept}
    upsert(tx, AuthorRow, [authors[key] for key in sorted(authors)], update=_AUTHOR_FIELDS)
    more = [{"fingerprint": one.fingerprint, "checked_at": at} for one in kept]
    upsert(tx, MentionRow, [mention_values(one.mention) | extra for one, extra in zip(kept, more, strict=True)])
    copies.keep_bands(tx, {one.mention.id: (one.mention.posted_at, one.bands) for one in kept if one.bands})
    contexts.keep(tx, [one.mention for one in kept], at=at, secret=secret)
    for brand in sorted({one.brand for one in kept}):
        _sight(tx, [one for one in kept if one.brand == brand], brand=brand, stream=stream, at=at)
    labels.settle_dismissed(tx, sorted({one.case_id for one in kept if one.case_id}))


def keep(tx: Tx, posts: Mapping[Mention, str | None], *, at: datetime, secret: bytes) -> list[Mention]:
    """Store posts, each with its fingerprint, that are seen for no brand of ours; an erased one stays away.

    Returns those that were not stored before.
    """
    erased = tombstones.erased(tx, list(posts), secret=secret)
    kept = sorted((post for post in posts if post.id not in erased), key=lambda post: post.id)
    authors = {post.author.key: author_values(post.author, at) for post in kept}
    upsert(tx, AuthorRow, [authors[key] for key in sorted(authors)], update=_AUTHOR_FIELDS)
    known = stored(tx, [post.id for post in kept])
    upsert(tx, MentionRow, [mention_values(post) | {"fingerprint": posts[post], "checked_at": at} for post in kept])
    contexts.keep(tx, kept, at=at, secret=secret)
    return [post for post in kept if post.id not in known]


def _sight(tx: Tx, seen: Sequence[SeenMention], *, brand: str, stream: str | None, at: datetime) -> None:
    ids = [one.mention.id for one in seen]
    known = [
        mention_id
        for some in chunks(ids)
        for mention_id in tx.scalars(
            select(SightingRow.mention_id).where(SightingRow.mention_id.in_(some), SightingRow.brand == brand)
        )
    ]
    upsert(tx, SightingRow, [sighting_values(one, stream, at) for one in seen])
    _predict(tx, {one.mention.id: one.predictions for one in seen}, brand=brand)
    labels.settle(tx, known, brand=brand)


def edited(tx: Tx, mentions: Sequence[Mention]) -> list[Mention]:
    """Return the stored posts among these whose text is another one now; an older version than the stored is none."""
    texts: dict[str, tuple[str, datetime | None]] = {}
    for some in chunks([mention.id for mention in mentions]):
        stored = select(MentionRow.id, MentionRow.text, MentionRow.edited_at).where(MentionRow.id.in_(some))
        texts |= {mention_id: (text, edited_at) for mention_id, text, edited_at in tx.execute(stored)}
    return [mention for mention in mentions if mention.id in texts and _is_newer(mention, *texts[mention.id])]


def _is_newer(mention: Mention, text: str, edited_at: datetime | None) -> bool:
    # Where a platform has one time only, that of the last change, it grows with each.
    older = edited_at is not None and (mention.edited_at or mention.posted_at) < edited_at
    return text != storable(mention.text) and not (older and mention.dates_edits)


def update_text(
    tx: Tx, mention: Mention, predictions: Mapping[str, Predictions], *, at: datetime, keeps_version: bool = False
) -> None:
    """Store an edited text and what is said of it by brand; verdict, case and owner stay as they are.

    Every message that shows it wants an update. The earlier text is lost but with `keeps_version`.
    """
    if keeps_version:
        versions.keep(tx, mention.id, text=mention.text, until=mention.edited_at or at)
    tx.execute(
        update(MentionRow)
        .where(MentionRow.id == mention.id)
        .values(
            text=mention.text,
            language=mention.language,
            edited_at=mention.edited_at or at,
            summons=list(mention.summons),
            fingerprint=None,
        )
    )
    copies.drop_bands(tx, mention.id)
    for brand, said in predictions.items():
        of_brand = SightingRow.mention_id == mention.id, SightingRow.brand == brand
        tx.execute(
            update(SightingRow)
            .where(*of_brand)
            .values(language=said.language, language_supported=said.language_supported)
        )
        tx.execute(delete(PredictionRow).where(PredictionRow.mention_id == mention.id, PredictionRow.brand == brand))
        _predict(tx, {mention.id: said}, brand=brand)
        labels.settle(tx, [mention.id], brand=brand)
    messages.touch_showing(tx, [mention.id])


def all_ids(tx: Tx) -> list[MentionId]:
    """Return the ids of all posts, those stored first at the top."""
    return [MentionId(one) for one in tx.scalars(select(MentionRow.id).order_by(MentionRow.number))]


def brands_of(tx: Tx, mention_id: MentionId) -> list[str]:
    """Return the brands that a post is stored for, by name."""
    brands = select(SightingRow.brand).where(SightingRow.mention_id == mention_id)
    return list(tx.scalars(brands.order_by(SightingRow.brand)))


def stored(tx: Tx, ids: Sequence[MentionId]) -> set[MentionId]:
    """Return those of the posts that are stored."""
    found: set[MentionId] = set()
    for some in chunks(ids):
        found.update(map(MentionId, tx.scalars(select(MentionRow.id).where(MentionRow.id.in_(some)))))
    return found


def case_ids(tx: Tx, ids: Sequence[MentionId], *, brand: str) -> dict[MentionId, str]:
    """Return which case of the brand each of these posts belongs to, for those that belong to one."""
    found: dict[MentionId, str] = {}
    for some in chunks(ids):
        of_these = SightingRow.mention_id.in_(some), SightingRow.brand == brand, SightingRow.case_id.is_not(None)
        for mention_id, case_id in tx.execute(select(SightingRow.mention_id, SightingRow.case_id).where(*of_these)):
            found[MentionId(mention_id)] = str(case_id)
    return found


def own_replies(tx: Tx, ids: Sequence[MentionId], *, brand: str) -> list[Mention]:
    """Return our own stored posts of the brand that reply to one of these, oldest first."""
    found: list[Mention] = []
    for some in chunks(ids):
        ours = SightingRow.brand == brand, SightingRow.verdict == Verdict.OWN, MentionRow.reply_to.in_(some)
        found += [one.mention for one in read(tx, sightings().where(*ours))]
    return sorted(found, key=lambda mention: (mention.posted_at, mention.id))


def get(tx: Tx, mention_id: MentionId, *, brand: str) -> SeenMention | None:
    """Return one post as seen for a brand."""
    one = sightings().where(SightingRow.mention_id == mention_id, SightingRow.brand == brand)
    return next(iter(read(tx, one)), None)


def named(tx: Tx, *, id_: MentionId | None, urls: Sequence[str]) -> list[SeenMention]:
    """Return the post of this id, or of one of these links, as seen for each brand."""
    if id_ is None and not urls:
        return []
    wanted = MentionRow.id == id_ if id_ is not None else MentionRow.url.in_(urls)
    return read(tx, sightings().where(wanted).order_by(MentionRow.number, SightingRow.brand))


def arrival(tx: Tx, mention_id: MentionId, *, brand: str) -> Arrival | None:
    """Return how a post came for a brand; None where it is not stored."""
    one = SightingRow.mention_id == mention_id, SightingRow.brand == brand
    row = tx.execute(select(SightingRow.stream, SightingRow.seen_at, SightingRow.batched_in).where(*one)).first()
    return None if row is None else Arrival(row[0], row[1], row[2])


def of_case(tx: Tx, case_id: str) -> list[SeenMention]:
    """Return the case's posts, oldest first."""
    return of_cases(tx, [case_id]).get(case_id, [])


def of_cases(tx: Tx, ids: Sequence[str]) -> dict[str, list[SeenMention]]:
    """Return the posts of several cases, oldest first in each."""
    found: dict[str, list[SeenMention]] = {}
    for some in chunks(ids):
        theirs = (
            sightings().where(SightingRow.case_id.in_(some)).order_by(SightingRow.posted_at, SightingRow.mention_id)
        )
        for one in read(tx, theirs):
            found.setdefault(one.case_id or "", []).append(one)
    return found


def calls(tx: Tx, case_id: str) -> list[tuple[datetime, Urgency | None]]:
    """Return when the posts of a case appeared that called for an answer, and how urgently each did, oldest first."""
    calling = SightingRow.case_id == case_id, SightingRow.verdict == Verdict.CASE
    rows = select(SightingRow.posted_at, SightingRow.urgency).where(*calling).order_by(SightingRow.posted_at)
    return [(at, urgency) for at, urgency in tx.execute(rows)]


def of_message(tx: Tx, key: str, *, limit: int) -> list[SeenMention]:
    """Return posts that a message shows: late ones first, and the oldest of them first."""
    shown = sightings().join(MessageMentionRow, _SHOWS).where(MessageMentionRow.key == key)
    return read(tx, shown.order_by(SightingRow.late.desc(), SightingRow.posted_at, SightingRow.mention_id).limit(limit))


def count_of_message(tx: Tx, key: str) -> tuple[int, int]:
    """Return how many posts a message shows, and how many are late: a line may have tens of thousands."""
    late = func.count(case((SightingRow.late, 1)))
    shown = select(func.count(), late).select_from(SightingRow).join(MessageMentionRow, _SHOWS)
    posts, of_them = tx.execute(shown.where(MessageMentionRow.key == key)).one()
    return posts, of_them


def of_authors(tx: Tx, author_keys: Sequence[str], *, limit: int) -> list[SeenMention]:
    """Return what these authors wrote, newest first."""
    theirs = sightings().where(MentionRow.author_key.in_(author_keys))
    return read(tx, theirs.order_by(MentionRow.posted_at.desc(), MentionRow.number.desc()).limit(limit))


def unbatched(tx: Tx, *, brand: str, verdict: Verdict, until: datetime) -> list[MentionId]:
    """Return what came from a stream before `until` with this verdict and is in no line yet, oldest first."""
    waiting = SightingRow.brand == brand, SightingRow.verdict == verdict, SightingRow.seen_at < until
    fresh = _ids().where(*waiting, SightingRow.batched_in.is_(None), SightingRow.stream.is_not(None))
    return [MentionId(one) for one in tx.scalars(fresh)]


def late(tx: Tx, *, brand: str, until: datetime) -> list[MentionId]:
    """Return what opened a case before `until`, was too old for a card and is in no line yet, oldest first."""
    waiting = _ids().where(SightingRow.brand == brand, LATE, SightingRow.seen_at < until)
    return [MentionId(one) for one in tx.scalars(waiting)]


def _ids() -> Select[str]:
    return select(SightingRow.mention_id).order_by(SightingRow.posted_at, SightingRow.mention_id)


def search(
    tx: Tx,
    words: str,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    authors: Sequence[str] | None = None,
    platform: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[SeenMention]:
    """Return the posts that have all the words, cases and accents aside, those stored last first.

    `authors` are the keys of those who may have written them; with these, no words mean whatever they wrote.
    """
    found = matches(tx, words)
    if found is None and not authors:
        return []
    wanted = sightings() if found is None else sightings().where(found)
    if authors is not None:
        wanted = wanted.where(MentionRow.author_key.in_(authors))
    if platform is not None:
        wanted = wanted.where(AuthorRow.platform == platform)
    if brand is not None:
        wanted = wanted.where(SightingRow.brand.concat("") == brand)  # off its index: the words are the narrower way
    if since is not None:
        wanted = wanted.where(MentionRow.posted_at >= since)
    newest = wanted.order_by(MentionRow.number.desc(), SightingRow.brand)
    return read(tx, newest.limit(limit).offset(offset))


def for_a_persons_eye(tx: Tx, *, brand: str | None, limit: int, offset: int = 0) -> list[SeenMention]:
    """Return the posts of which the model was unsure and that nobody has judged, the latest first."""
    newest = sightings().where(*_unjudged(brand)).order_by(SightingRow.posted_at.desc(), SightingRow.mention_id)
    return read(tx, newest.limit(limit).offset(offset))


def unsure_count(tx: Tx, *, brand: str | None) -> int:
    """Count what `for_a_persons_eye` would return without a limit."""
    return tx.scalar(select(func.count()).select_from(SightingRow).where(*_unjudged(brand))) or 0


def _unjudged(brand: str | None) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (UNJUDGED,) if brand is None else (UNJUDGED, SightingRow.brand == brand)


def surrogate(tx: Tx, mention_id: MentionId) -> str:
    """Return an id of ours for a post, which says nothing once the post is gone; "" where it is."""
    number = tx.scalar(select(MentionRow.number).where(MentionRow.id == mention_id))
    return "" if number is None else f"post {number}"


def decide(tx: Tx, mention_id: MentionId, triage: Triage, *, brand: str, case_id: str | None = None) -> bool:
    """Store a person's decision about a post that has no case; False where it has one by now, or is gone."""
    of_brand = SightingRow.mention_id == mention_id, SightingRow.brand == brand, SightingRow.case_id.is_(None)
    decided = update(SightingRow).where(*of_brand)
    values = decided.values(
        verdict=triage.verdict, reason=triage.reason, kind=triage.kind, urgency=triage.urgency, case_id=case_id
    )
    if tx.scalar(values.returning(SightingRow.mention_id)) is None:
        return False
    labels.settle(tx, [mention_id], brand=brand)  # its case may be a dismissed one
    return True


def _predict(tx: Tx, said: Mapping[MentionId, Predictions], *, brand: str) -> None:
    """Store predictions; they count instead of what other models said before."""
    for some in chunks(list(said)):
        before = PredictionRow.mention_id.in_(some), PredictionRow.brand == brand
        tx.execute(update(PredictionRow).where(*before).values(current=False))
    rows = [
        row for mention_id, predictions in said.items() for row in prediction_values(mention_id, brand, predictions)
    ]
    upsert(tx, PredictionRow, rows, update=_SAID)
