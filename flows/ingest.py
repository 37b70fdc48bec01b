"""From a platform to the database: poll, classify, triage and store, in one commit with the cursor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

import structlog

from crm.attribution import named_brands, reading
from crm.platform_rules import rules_of
from crm.query.match import matcher
from crm.triage import reason_to_alert
from domain.brand import Brand, Stream
from domain.mention import Batch, Mention, Removal
from domain.prediction import Predictions
from domain.seams import Classify, Explain, Poll
from flows.carding import Origin
from flows.filing import Filed, file_mentions
from flows.house import House
from flows.polling import Unread, ask, note_delivered, note_polled
from flows.removing import remove
from flows.rivals import concerning_us, late_answers, note_voices
from storage import brands as brand_rows
from storage import mentions
from storage.database import Tx

log = structlog.get_logger(__name__)

EXPLAINED = 50
"""Of one batch so many alerts get reasons at most: in a surge, the cards come first."""

Threads = dict[str, set[str]]
"""The names of the brands that speak in, or are named in, a thread."""

Said = dict[tuple[str, str], Predictions]
"""What the model says, by mention and brand."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one batch did. `read` counts posts, `filed` posts per brand; `error` says why nothing was read.

    `unmatched` counts the posts that the stream's query does not mean: they are not kept.
    """

    read: int = 0
    filed: Filed = field(default_factory=Filed)
    edited: int = 0
    removed: int = 0
    unassigned: int = 0
    unmatched: int = 0
    capped: bool = False
    cost_usd: Decimal = Decimal(0)
    error: str | None = None

    def __add__(self, other: "IngestReport") -> "IngestReport":
        """Sum two reports; the first error stands for both."""
        return IngestReport(
            read=self.read + other.read,
            filed=self.filed + other.filed,
            edited=self.edited + other.edited,
            removed=self.removed + other.removed,
            unassigned=self.unassigned + other.unassigned,
            unmatched=self.unmatched + other.unmatched,
            capped=self.capped or other.capped,
            cost_usd=self.cost_usd + other.cost_usd,
            error=self.error or other.error,
        )


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A batch as the database sees it: what is new for which brand, and what was edited, for each that has it."""

    new: tuple[tuple[Mention, Brand], ...]
    edited: tuple[tuple[Mention, Brand], ...]


def ingest(
    stream: Stream, *, poll: Poll, classify: Classify, house: House, explain: Explain | None = None
) -> IngestReport:
    """Poll one stream once. A platform's failure is logged once and reported, never raised: the next poll tries again.

    Without `explain`, alerts come without reasons.

    Raises:
        StorageError: nothing was stored and the cursor stays where it was.
    """
    batch = ask(stream, poll=poll, house=house)
    if isinstance(batch, Unread):
        return IngestReport(capped=batch.error is None, error=batch.error)

    def keep_place(tx: Tx, new: Sequence[Mention]) -> None:
        note_polled(tx, stream, batch, poll=poll, new=new, house=house)

    return _take_for(stream, batch, after=keep_place, classify=classify, explain=explain, house=house)


def receive(
    stream: Stream, batch: Batch, *, classify: Classify, house: House, explain: Explain | None = None
) -> IngestReport:
    """Take what somebody delivered by himself, as a poll's batch is taken; there is no place to keep.

    Raises:
        StorageError: nothing was stored.
    """

    def note(tx: Tx, new: Sequence[Mention]) -> None:
        note_delivered(tx, stream, new=new, house=house)

    return _take_for(stream, batch, after=note, classify=classify, explain=explain, house=house)


def _take_for(
    stream: Stream,
    batch: Batch,
    *,
    after: Callable[[Tx, Sequence[Mention]], None],
    classify: Classify,
    explain: Explain | None,
    house: House,
) -> IngestReport:
    """Take what a stream brought: what its query means, for its brand; of a rival's stream only what concerns us."""
    origin = Origin(stream=stream.name, alert=True, channels={stream.brand: stream.channel})
    brand, meant = house.brand(stream.brand), _meant(batch, stream, house)
    ours = {mention.id for mention in meant}
    if stream.rival is not None:
        with house.database.read() as tx:
            ours = concerning_us(tx, meant, brand=brand)

    def note(tx: Tx, posts: Sequence[Mention], new: Sequence[Mention]) -> Filed:
        of_rivals = note_voices(tx, stream, posts, brand=brand, house=house)
        after(tx, [*new, *of_rivals])
        late = late_answers(tx, posts, brand=brand, house=house)
        unread = [(mention, brand, Predictions(items=())) for mention in late]  # a rival's own words need no label
        return file_mentions(tx, unread, origin=origin, house=house)

    report = _take(
        replace(batch, mentions=meant),
        brands_of=lambda mention: (brand,) if mention.id in ours else (),
        origin=origin,
        after=note,
        classify=classify,
        explain=explain,
        house=house,
    )
    return replace(report, read=len(batch.mentions), unmatched=len(batch.mentions) - len(meant), unassigned=0)


def bring_in(
    found: Sequence[Mention],
    removals: Sequence[Removal],
    *,
    platform: str,
    listening: Sequence[Stream],
    alert: bool,
    classify: Classify,
    house: House,
    explain: Explain | None = None,
    threads: Threads | None = None,
) -> IngestReport:
    """Take posts from recorded API responses through the same path; cursors stay, and Slack is silent without `alert`.

    A post belongs to the brands that it names; one that names none belongs to the brand whose thread or account it
    is in, or to the only brand that listens there. What belongs to nobody is counted as unassigned. `threads` is
    filled and used again, so that a file may come in parts.
    """
    channels = {s.brand: s.channel for s in reversed(listening) if s.platform == platform and s.rival is None}
    candidates = tuple(b for b in house.brands if b.name in channels) or house.brands
    channels |= {b.name: "" for b in house.brands if b.name not in channels}
    threads = {} if threads is None else threads
    _note_threads(threads, found, house)

    def brands_of(mention: Mention) -> tuple[Brand, ...]:
        named = named_brands(mention.text, house.brands)
        own = tuple(b for b in house.brands if b.wrote_as(mention.author))
        known = tuple(b for b in house.brands if b.name in threads.get(mention.thread_id, ()))
        return own or named or known or (candidates if len(candidates) == 1 else ())

    origin = Origin(stream=None, alert=alert, channels=channels)
    batch = Batch(mentions=tuple(sorted(found, key=_by_time)), cursor=None, removals=tuple(removals))
    return _take(
        batch,
        brands_of=brands_of,
        origin=origin,
        after=lambda _tx, _posts, _new: Filed(),
        classify=classify,
        explain=explain,
        house=house,
    )


def _meant(batch: Batch, stream: Stream, house: House) -> tuple[Mention, ...]:
    """Return what the stream's query means; and what is our own, or is stored for the brand and was edited since."""
    if stream.query is None:
        return batch.mentions
    means, brand = matcher(stream.query), house.brand(stream.brand)
    others = [mention for mention in batch.mentions if not (means(mention) or brand.wrote_as(mention.author))]
    with house.database.read() as tx:
        stored = {m.id for m in mentions.edited(tx, others) if stream.brand in mentions.brands_of(tx, m.id)}
    left_out = {mention.id for mention in others} - stored
    return tuple(mention for mention in batch.mentions if mention.id not in left_out)


def _take(
    batch: Batch,
    *,
    brands_of: Callable[[Mention], tuple[Brand, ...]],
    origin: Origin,
    after: Callable[[Tx, Sequence[Mention], Sequence[Mention]], Filed],
    classify: Classify,
    explain: Explain | None,
    house: House,
) -> IngestReport:
    """Classify and explain outside of any transaction, then store all in one, with what `after` notes and files."""
    gone = {removal.mention_id for removal in batch.removals}
    batch = replace(batch, mentions=tuple(m for m in batch.mentions if not gone & {m.id, m.repost_of}))
    pairs = [(mention, brand) for mention in batch.mentions for brand in brands_of(mention)]
    with house.database.read() as tx:
        work = _sort(tx, batch.mentions, pairs, house)
        removals = _ours(tx, batch.removals)
    said = _classify((*work.new, *work.edited), classify)
    if explain is not None:
        now = house.clock()
        may_alert = [(m, b) for m, b in (*work.new, *work.edited) if origin.alerts_on(m, policy=house.policy, now=now)]
        said |= _explain(may_alert, said, explain)
    with house.database.write() as tx:
        brand_rows.lock(
            tx, _concerned(batch, (*pairs, *work.edited), house)
        )  # what is deleted at this moment must not be filed
        work = _sort(tx, batch.mentions, pairs, house)  # another process may have been faster
        seen = [(m, b, said[m.id, b.name]) for m, b in work.new if (m.id, b.name) in said]
        filed = file_mentions(tx, seen, origin=origin, house=house)
        edited: dict[Mention, dict[str, Predictions]] = {}
        for mention, brand in work.edited:
            if (mention.id, brand.name) in said:
                edited.setdefault(mention, {})[brand.name] = said[mention.id, brand.name]
        for mention, labels in edited.items():
            keeps = rules_of(mention.platform).keeps_versions
            mentions.update_text(tx, mention, labels, at=house.clock(), keeps_version=keeps)
        removed = [remove(tx, one.mention_id, noticed_at=one.seen_at, house=house) for one in removals]
        filed += after(tx, batch.mentions, [mention for mention, _, _ in seen])
    unassigned = len(batch.mentions) - len({mention.id for mention, _ in pairs})
    if filed.new or edited or removed:
        log.info("ingested", stream=origin.stream, read=len(batch.mentions), new=filed.new, responses=filed.responses)
    return IngestReport(
        read=len(batch.mentions),
        filed=filed,
        edited=len(edited),
        removed=sum(removed),
        unassigned=unassigned,
        capped=batch.capped,
        cost_usd=batch.cost_usd,
    )


def _concerned(batch: Batch, pairs: Sequence[tuple[Mention, Brand]], house: House) -> list[str]:
    """Return the brands that a batch may change; a removal may be of any."""
    return sorted({brand.name for brand in house.brands} if batch.removals else {brand.name for _, brand in pairs})


def _sort(tx: Tx, posts: Sequence[Mention], pairs: Sequence[tuple[Mention, Brand]], house: House) -> _Sorted:
    new: list[tuple[Mention, Brand]] = []
    for brand in {brand.name: brand for _, brand in pairs}.values():
        of_brand = [m for m, b in pairs if b.name == brand.name]
        new += [(m, brand) for m in mentions.unseen(tx, of_brand, brand=brand.name, secret=house.secret)]
    named = {brand.name: brand for brand in house.brands}
    stored_for = [(m, named.get(name)) for m in mentions.edited(tx, posts) for name in mentions.brands_of(tx, m.id)]
    return _Sorted(tuple(new), tuple((mention, brand) for mention, brand in stored_for if brand))


def _ours(tx: Tx, removals: Sequence[Removal]) -> list[Removal]:
    """Leave out what only concerns others: of a whole network's removals, those of posts that were never stored."""
    stored = mentions.stored(tx, [removal.mention_id for removal in removals if removal.ordered])
    return [removal for removal in removals if not removal.ordered or removal.mention_id in stored]


def _classify(pairs: Sequence[tuple[Mention, Brand]], classify: Classify) -> Said:
    """Classify what others wrote; our own words need no label."""
    foreign = [(m, b) for m, b in pairs if not b.wrote_as(m.author)]
    said = classify([reading(m.text, b) for m, b in foreign]) if foreign else []
    labels = {(m.id, b.name): predictions for (m, b), predictions in zip(foreign, said, strict=True)}
    return {(m.id, b.name): labels.get((m.id, b.name), Predictions(items=())) for m, b in pairs}


def _explain(pairs: Sequence[tuple[Mention, Brand]], said: Said, explain: Explain) -> Said:
    """Return what was said of those that make a case, with the reasons; whatever goes wrong, the alert comes first."""
    explained: Said = {}
    for mention, brand in pairs:
        predictions = said[mention.id, brand.name]
        calling = reason_to_alert(mention, predictions, brand=brand)
        if calling is None:
            continue
        if len(explained) == EXPLAINED:
            log.info("reasons_left_out", after=EXPLAINED)
            break
        try:
            reasons = explain(reading(mention.text, brand), calling)
        except Exception as error:  # noqa: BLE001 - an alert without reasons is better than none
            log.warning("reasons_failed", mention=mention.id, brand=brand.name, error=type(error).__name__)
            continue
        items = tuple(replace(p, reasons=reasons) if p is calling else p for p in predictions.items)
        explained[mention.id, brand.name] = replace(predictions, items=items)
    return explained


def _note_threads(threads: Threads, found: Sequence[Mention], house: House) -> None:
    """Note the brands that speak in, or are named in, each thread of these posts."""
    for mention in found:
        named = named_brands(mention.text, house.brands)
        own = [b for b in house.brands if b.wrote_as(mention.author)]
        threads.setdefault(mention.thread_id, set()).update(b.name for b in (*named, *own))


def _by_time(mention: Mention) -> tuple[datetime, str]:
    return mention.posted_at, mention.id
