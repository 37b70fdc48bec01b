"""The outbox at work: every message visible in Slack exactly once, whatever happens between us and Slack.

At least once, converging to exactly one: a send whose outcome nobody knows is looked for by its key before it is
repeated, and a twin that shows up late is taken away.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from itertools import chain

import structlog

from domain.errors import PostError, PostRateLimited, PostRejected, PostUnknown
from domain.message import MessageKind, MessageState, OutgoingMessage, Posted
from domain.seams import Post
from flows.contents import content_of, note_quotes
from flows.house import House
from flows.notices import tell_operators
from flows.permalinks import message_url
from storage import messages

log = structlog.get_logger(__name__)

LOOKS = (timedelta(0), timedelta(seconds=10), timedelta(seconds=60))
"""How long after an ambiguous send we look for it; absent each time, it is sent again."""

SWEPT = timedelta(minutes=10)
"""A message that was sent more than once is watched for twins so long."""

RETRIED = timedelta(days=1)
"""What Slack refused is tried again for so long."""

LONGEST_CALL = timedelta(seconds=60)
"""No call to Slack takes as long: its client gives up after 10 s."""

LIVING_RESTS = timedelta(seconds=10)
"""A living message changes with every post: it is redrawn so often at most."""

_MARGIN = timedelta(minutes=2)
"""By how much Slack's clock and ours may differ."""

_EVERYWHERE = ""
"""Stands for all channels together."""


@dataclass(slots=True)
class Pace:
    """Slack takes one message a second and channel, short bursts above it, and several hundred a minute in all.

    https://docs.slack.dev/apis/web-api/rate-limits names neither the length of a burst nor the hundreds: both are ours,
    and a 429 ends a burst.
    """

    seconds: float = 1.0
    burst: int = 3
    in_all_seconds: float = 0.12
    monotonic: Callable[[], float] = time.monotonic
    booked: dict[str, float] = field(default_factory=dict)
    """By channel, the moment up to which its regular seconds are used; a burst borrows from the future."""

    def ready(self, channel: str) -> bool:
        """Tell whether the channel may get a message now."""
        ahead = (self.burst - 1) * self.seconds
        return max(self.booked.get(channel, 0.0), self.booked.get(_EVERYWHERE, 0.0)) <= self.monotonic() + ahead

    def spend(self, channel: str) -> None:
        """Count one message."""
        for place, seconds in ((channel, self.seconds), (_EVERYWHERE, self.in_all_seconds)):
            self.booked[place] = max(self.booked.get(place, 0.0), self.monotonic()) + seconds

    def rest(self, channel: str, seconds: float) -> None:
        """Keep the channel quiet for so long from now, as Slack asked."""
        self.booked[channel] = self.monotonic() + seconds + (self.burst - 1) * self.seconds


@dataclass(frozen=True, slots=True)
class PostReport:
    """What one round of the outbox did; `posted` holds the keys of what is visible now."""

    posted: tuple[str, ...] = ()
    updated: int = 0
    delayed: int = 0
    failed: int = 0
    unknown: int = 0
    repeated: int = 0
    twins: int = 0

    def __add__(self, other: "PostReport") -> "PostReport":
        """Sum two reports."""
        return PostReport(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(PostReport)))


def recover(*, house: House) -> int:
    """At start: whatever was being sent when the last process died is unknown now. Returns how many that were."""
    with house.database.write() as tx:
        return messages.recover(tx, before=house.clock())


def retry_refused(*, house: House) -> None:
    """Send what Slack refused within the last day once more: mostly somebody has invited the bot in the meantime."""
    with house.database.write() as tx:
        messages.retry_failed(tx, since=house.clock() - RETRIED)


def post_pending(*, post: Post, pace: Pace, house: House) -> PostReport:
    """Send what waits, oldest first, in each channel as many messages as `pace` allows."""
    with house.database.read() as tx:
        waiting = messages.pending(tx, at=house.clock(), per_channel=pace.burst)
    report = PostReport()
    for message in waiting:
        if pace.ready(message.channel):
            report += _send(message, post=post, pace=pace, house=house)
    return report


def _send(message: OutgoingMessage, *, post: Post, pace: Pace, house: House) -> PostReport:
    database = house.database
    with database.read() as tx:
        current = messages.get(tx, message.key)
        content = content_of(tx, current, house=house) if current else None
    with database.write() as tx:
        if current is None or content is None:
            messages.failed(tx, message.key, error="nothing is left to show")
            return PostReport(failed=1)
        started = messages.start(tx, message.key, at=house.clock())
        note_quotes(tx, message.key, content)
    if started is None:  # another process took it
        return PostReport()
    pace.spend(message.channel)
    try:
        posted = post.post(started, content)
    except PostRateLimited as error:
        pace.rest(message.channel, error.retry_after or 1.0)
        with database.write() as tx:
            messages.postpone(tx, message.key, until=house.clock() + timedelta(seconds=error.retry_after or 1.0))
        return PostReport(delayed=1)
    except PostRejected as error:
        return _rejected(started, error, house)
    except PostUnknown as error:
        log.warning("post_unknown", key=message.key, code=error.code)
        with database.write() as tx:
            messages.unknown(tx, message.key, error=str(error))
        return PostReport(unknown=1)
    with database.write() as tx:
        messages.posted(tx, message.key, posted, at=house.clock(), shown_revision=current.revision)
    log.info("posted", key=message.key, channel=posted.channel)
    return PostReport(posted=(message.key,))


def _rejected(message: OutgoingMessage, error: PostRejected, house: House) -> PostReport:
    with house.database.write() as tx:
        if error.plain_may_help and not message.plain:
            messages.plain(tx, message.key)
            return PostReport(delayed=1)
        messages.failed(tx, message.key, error=str(error))
        if message.kind is not MessageKind.NOTICE:  # a notice about a failing notice would never end
            day = house.clock().date().isoformat()
            subject = f"refused {error.code} in {message.channel} on {day}"
            tell_operators(tx, f"Slack refused a message: {error}", subject=subject, house=house)
    log.warning("post_refused", key=message.key, code=error.code)
    return PostReport(failed=1)


def update_changed(*, post: Post, house: House, limit: int = 50) -> PostReport:
    """Show the present state in every posted message whose subject has changed since."""
    with house.database.read() as tx:
        stale = messages.stale(tx, at=house.clock(), limit=limit)
    return sum((_update(message, post=post, house=house) for message in stale), PostReport())


def refresh(case_id: str, *, post: Post, house: House) -> PostReport:
    """Update the card of one case at once, because somebody has just clicked on it."""
    with house.database.read() as tx:
        message = messages.for_case(tx, case_id)
    if message is None or message.state is not MessageState.POSTED:
        return PostReport()
    return _update(message, post=post, house=house)


def show_again(case_id: str, *, post: Post, house: House) -> PostReport:
    """Show a card anew though its case has not changed: a menu keeps the choice on the screen until then."""
    with house.database.write() as tx:
        messages.touch(tx, kind=MessageKind.CARD, subject=case_id)
    return refresh(case_id, post=post, house=house)


def _update(message: OutgoingMessage, *, post: Post, house: House) -> PostReport:
    with house.database.read() as tx:
        current = messages.get(tx, message.key)
        content = content_of(tx, current, house=house) if current else None
    if current is None or content is None or current.revision == current.shown_revision:
        return PostReport()
    with house.database.write() as tx:
        note_quotes(tx, message.key, content)
    report = PostReport(updated=1)
    try:
        post.update(current, content)
    except PostRejected as error:  # someone deleted it, or it never can be shown: asking again would not help
        log.warning("update_refused", key=message.key, code=error.code)
        report = PostReport(failed=1)
        _tell_what_stays(message, error, house)
    except PostError as error:
        wait = timedelta(seconds=error.retry_after or 2.0)
        with house.database.write() as tx:
            messages.postpone(tx, message.key, until=house.clock() + wait)
        return PostReport(delayed=1)
    rest_until = house.clock() + LIVING_RESTS if message.kind is MessageKind.SURGE else None
    with house.database.write() as tx:
        messages.shown(tx, message.key, revision=current.revision, rest_until=rest_until)
    return report


def _tell_what_stays(message: OutgoingMessage, error: PostRejected, house: House) -> None:
    """Tell the operators of a message that Slack keeps as it was: it may show what was deleted."""
    if error.code == "message_not_found":
        return
    where = message_url(message.channel, message.ts or "", house) or f"{message.channel} at {message.ts}"
    told = f"Slack does not change a message any more, which may show what was deleted: {where} Delete it. {error}"
    with house.database.write() as tx:
        tell_operators(tx, told, subject=f"unchangeable {message.key}", house=house)


def reconcile(*, post: Post, house: House) -> PostReport:
    """Look for the messages of unknown fate, and send again what is absent at every look.

    A message that has been `sending` for longer than any call takes counts as unknown: whoever sent it was interrupted
    between Slack's answer and the database.
    """
    now = house.clock()
    with house.database.read() as tx:
        unknown = messages.unknowns(tx, at=now)
        interrupted = messages.sending(tx, before=now - LONGEST_CALL)
    if interrupted:
        with house.database.write() as tx:
            messages.recover(tx, before=now - LONGEST_CALL)
    report = PostReport()
    for lost in _by_place(unknown):
        try:
            found = post.find(lost, min(message.attempted_at or now for message in lost) - _MARGIN)
        except PostRejected as error:
            report = sum((_rejected(message, error, house) for message in lost), report)
        except PostError as error:
            log.warning("look_failed", channel=lost[0].channel, messages=len(lost), code=error.code)
            with house.database.write() as tx:
                for message in lost:
                    messages.look_again(tx, message.key, at=now + timedelta(seconds=error.retry_after or 5.0))
            if isinstance(error, PostRateLimited):  # the others would fare no better now
                return report
        else:
            report = sum((_settle(message, found[message.key], house=house) for message in lost), report)
    return report


def _by_place(several: Sequence[OutgoingMessage]) -> list[list[OutgoingMessage]]:
    """Put together what goes into one channel or thread: one look finds them all."""
    places: dict[tuple[str, str | None], list[OutgoingMessage]] = {}
    for message in several:
        places.setdefault((message.channel, message.thread_ts), []).append(message)
    return list(places.values())


def _settle(message: OutgoingMessage, found: list[Posted], *, house: House) -> PostReport:
    now = house.clock()
    attempted = message.attempted_at or now
    with house.database.write() as tx:
        if found:
            messages.posted(tx, message.key, found[0], at=now, shown_revision=0)
            return PostReport(posted=(message.key,))
        if next_look := next((attempted + look for look in LOOKS if attempted + look > now), None):
            messages.look_again(tx, message.key, at=next_look)
            return PostReport()
        messages.again(tx, message.key)
        return PostReport(repeated=1)


def sweep_twins(*, post: Post, house: House) -> PostReport:
    """Take away all but the first copy of messages that had to be sent more than once."""
    now = house.clock()
    with house.database.read() as tx:
        sent_again = [m for m in messages.recent(tx, since=now - SWEPT) if m.attempts > 1]
    twins = 0
    for watched in _by_place(sent_again):
        try:
            found = post.find(watched, min(message.created_at for message in watched) - _MARGIN)
            for twin in chain.from_iterable(copies[1:] for copies in found.values()):
                post.delete(twin)
                twins += 1
        except PostError as error:
            log.warning("sweep_failed", channel=watched[0].channel, messages=len(watched), code=error.code)
            if isinstance(error, PostRateLimited):
                break
            continue
        with house.database.write() as tx:
            for message in watched:
                copies = found[message.key]
                if copies and copies[0].ts != message.ts:
                    messages.posted(tx, message.key, copies[0], at=now, shown_revision=0)
    return PostReport(twins=twins)
