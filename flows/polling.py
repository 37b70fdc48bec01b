"""Asking a platform for what is new: within the budget, and with what was not read written down."""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC

import structlog

from domain.brand import Stream
from domain.clock import iso
from domain.errors import CredentialsError, CursorTooOldError, PlatformError
from domain.gap import GapReason
from domain.incident import IncidentKind
from domain.mention import Batch, Mention
from domain.seams import Charges, KnowsHeadroom, Poll
from domain.spend import Allowance
from flows.hearing import note_lost, note_missed, note_read
from flows.house import House
from flows.incidents import note_well, note_wrong
from flows.notices import tell_operators
from flows.spending import Purse, purse_of
from storage import hours, streams
from storage.database import Tx

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing was read: for this reason, or (None) because the plan of the day allows nothing now."""

    error: str | None = None


def ask(stream: Stream, *, poll: Poll, house: House) -> Batch | Unread:
    """Poll one stream from where it stopped. A failure is written down and told once, never raised.

    What the poll cost is written down at once: it is spent, whatever becomes of the posts.
    """
    with house.till if isinstance(poll, Charges) else nullcontext():
        return _ask(stream, poll=poll, house=house)


def _ask(stream: Stream, *, poll: Poll, house: House) -> Batch | Unread:
    with house.database.read() as tx:
        cursor = streams.cursor(tx, stream.name)
        purse = purse_of(tx, stream, house=house)
    may = purse.may if isinstance(poll, Charges) else Allowance()
    if may.usd == 0:
        return _no_money(stream, purse, house)
    if may.usd is not None:
        with house.database.write() as tx:  # whoever cannot write down what is paid, as on a full disk, must not buy
            streams.belongs(tx, stream.name, brand=stream.brand)
    try:
        batch = poll(cursor, budget_usd=may.usd)
    except CursorTooOldError as error:
        return _lost(stream, error, house)
    except PlatformError as error:
        return _failed(stream, str(error), house, at_once=isinstance(error, CredentialsError))
    if batch.cost_usd:
        with house.database.write() as tx:
            streams.charge(tx, stream.name, batch.cost_usd, day=house.clock().astimezone(UTC).date())
    if may.usd is None or not batch.capped:
        return batch
    if not batch.mentions and not batch.cost_usd:
        return _no_money(stream, purse, house)  # what may be spent pays for no page
    if may.slowed:
        _tell_slowed(stream, purse, house)
    return batch


def note_polled(tx: Tx, stream: Stream, batch: Batch, *, poll: Poll, new: Sequence[Mention], house: House) -> None:
    """Write down, in the transaction that stores a batch, where it ended and what it says of the source.

    `new` are the posts of it that were not stored before.
    """
    now = house.clock()
    if batch.cursor is not None:
        streams.save_cursor(tx, stream.name, batch.cursor, brand=stream.brand, at=now)
    hours.add(tx, stream.name, Counter(hours.hour_of(mention.posted_at) for mention in new))
    if isinstance(poll, KnowsHeadroom):
        streams.note_headroom(tx, stream.name, poll.headroom())
    if batch.failing:
        _note_failure(tx, stream, batch.failing, house, mentions=len(new))
        return
    note_read(tx, stream, capped=batch.capped, now=now)
    if streams.read_ok(tx, stream.name, at=now, mentions=len(new)):
        log.info("stream_recovered", stream=stream.name)
    note_well(tx, stream, IncidentKind.FAILING, house=house)


def note_delivered(tx: Tx, stream: Stream, *, new: Sequence[Mention], house: House) -> None:
    """Write down that somebody delivered posts. Nobody can tell what was not delivered: such a stream has no gaps."""
    streams.belongs(tx, stream.name, brand=stream.brand)
    streams.read_ok(tx, stream.name, at=house.clock(), mentions=len(new))


def _failed(
    stream: Stream, reason: str, house: House, *, why: GapReason = GapReason.FAILING, at_once: bool = False
) -> Unread:
    with house.database.write() as tx:
        _note_failure(tx, stream, reason, house, why=why, at_once=at_once)
    return Unread(reason)


def _note_failure(
    tx: Tx,
    stream: Stream,
    reason: str,
    house: House,
    *,
    why: GapReason = GapReason.FAILING,
    at_once: bool = False,
    mentions: int = 0,
) -> None:
    now = house.clock()
    note_missed(tx, stream, why, now=now)
    if streams.read_failed(tx, stream.name, at=now, error=reason, mentions=mentions):
        log.warning("stream_failed", stream=stream.name, reason=reason)
    told = at_once or why is GapReason.CAP
    note_wrong(tx, stream, IncidentKind.FAILING, reason, at_once=told, house=house)


def _no_money(stream: Stream, purse: Purse, house: House) -> Unread:
    """Leave what there is until the plan of the day allows it, which is no failure, or until the next day."""
    if not purse.may.more_later:
        return _failed(stream, _cap_reached(stream, purse), house, why=GapReason.CAP)
    _tell_slowed(stream, purse, house)
    with house.database.write() as tx:
        note_missed(tx, stream, GapReason.CAP, now=house.clock())
    return Unread()


def _lost(stream: Stream, error: CursorTooOldError, house: House) -> Unread:
    """Write down what the platform serves no more; the next poll goes on with what there is."""
    now = house.clock()
    with house.database.write() as tx:
        gap = note_lost(tx, stream, error, now=now)
        if gap is not None:
            log.warning("posts_out_of_reach", stream=stream.name, since=iso(gap.since), until=iso(gap.until or now))
            tell_operators(tx, str(error), subject=f"{stream.name} lost {iso(gap.since)}", house=house)
    return Unread(str(error))


def _tell_slowed(stream: Stream, purse: Purse, house: House) -> None:
    """Tell the operators once a day that a stream is read slowly, before its cap stops it."""
    spent, all_cap = purse.spent, purse.policy.daily_cap_usd
    day = house.clock().astimezone(UTC).date()
    subject = f"{stream.name} slowed {day.isoformat()}"
    own = f"{spent.stream:.2f} of its {stream.daily_cap_usd:.2f} USD" if stream.daily_cap_usd else ""
    common = f"{spent.in_all:.2f} of the {all_cap:.2f} USD of all streams" if all_cap else ""
    with house.database.write() as tx:
        tell_operators(
            tx,
            f"{stream.name} is read slowly from now on: today has cost {' and '.join(filter(None, (own, common)))}. "
            "The newest posts come first, the rest as the day allows. To hear all at once, raise daily_cap_usd.",
            subject=subject,
            house=house,
        )


def _cap_reached(stream: Stream, purse: Purse) -> str:
    caps = [f"the daily cap of {stream.daily_cap_usd} USD"] if stream.daily_cap_usd is not None else []
    if purse.policy.daily_cap_usd is not None:
        caps.append(f"that of {purse.policy.daily_cap_usd} USD for all streams")
    return f"{' or '.join(caps)} is reached; reading goes on after midnight UTC, or when daily_cap_usd is raised"
