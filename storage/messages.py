"""The outbox: what is to be posted in Slack, how far each sending is, and which posts each message shows."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from domain.mention import MentionId
from domain.message import MessageKind, MessageState, OutgoingMessage, Posted
from storage.database import Tx
from storage.tables import STALE, UNSETTLED, MessageMentionRow, MessageRow, SightingRow
from storage.upserts import chunks, insert_new, upsert

_FIELDS = [field.name for field in fields(OutgoingMessage)]
_LINES = frozenset({MessageKind.BATCH, MessageKind.REVIEW})


def enqueue(tx: Tx, message: OutgoingMessage) -> bool:
    """Queue a message; False where its key exists, and nothing is done."""
    return insert_new(tx, MessageRow, asdict(message))


def add_mentions(tx: Tx, key: str, mentions: Sequence[MentionId], *, brand: str) -> None:
    """Note that a message shows these posts as seen for `brand`; nothing is noted for a message that is not there.

    Posts that an hourly or a review line lists are in no later line.
    """
    kind = tx.scalar(select(MessageRow.kind).where(MessageRow.key == key)) if mentions else None
    if kind is None:
        return
    upsert(tx, MessageMentionRow, [{"key": key, "mention_id": mention_id, "brand": brand} for mention_id in mentions])
    if kind not in _LINES:
        return
    for some in chunks(mentions):
        listed = SightingRow.mention_id.in_(some), SightingRow.brand == brand
        tx.execute(update(SightingRow).where(*listed).values(batched_in=key))


def touch(tx: Tx, *, kind: MessageKind, subject: str) -> None:
    """Note that a subject has changed, so that the message that shows it is updated."""
    about = MessageRow.kind == kind, MessageRow.subject == subject
    tx.execute(update(MessageRow).where(*about).values(revision=MessageRow.revision + 1))


def touch_showing(tx: Tx, mentions: Sequence[MentionId]) -> dict[str, int]:
    """Note that these posts have changed or are about to go: what shows one, or counts it as a copy, is updated.

    Returns, by the key of each such message, the revision that shows the change.
    """
    touched: dict[str, int] = {}
    for some in chunks(mentions):
        showing = select(MessageMentionRow.key).where(MessageMentionRow.mention_id.in_(some))
        counting = select(SightingRow.copy_of).where(SightingRow.mention_id.in_(some), SightingRow.copy_of.is_not(None))
        cards = and_(MessageRow.kind == MessageKind.CARD, MessageRow.subject.in_(counting))
        for shown in (MessageRow.key.in_(showing), cards):
            raised = update(MessageRow).where(shown).values(revision=MessageRow.revision + 1)
            touched |= dict(tx.execute(raised.returning(MessageRow.key, MessageRow.revision)).all())
    return touched


def pending(tx: Tx, *, at: datetime, per_channel: int) -> list[OutgoingMessage]:
    """Return the first few of each channel that may be sent now: a busy channel holds no other one up.

    What belongs into a thread waits until the thread's first message is posted.
    """
    age = MessageRow.rank, MessageRow.created_at, MessageRow.key
    place = func.row_number().over(partition_by=MessageRow.channel, order_by=age).label("place")
    above = aliased(MessageRow)
    has_thread = exists().where(above.key == MessageRow.parent, above.ts.is_not(None))
    waiting = select(MessageRow.key, place).where(
        UNSETTLED, MessageRow.state == MessageState.PENDING, _due(at), or_(MessageRow.parent.is_(None), has_thread)
    )
    ranked = waiting.subquery()
    first = select(ranked.c.key).where(ranked.c.place <= per_channel)
    return _read(tx, select(MessageRow).where(MessageRow.key.in_(first)).order_by(*age))


def start(tx: Tx, key: str, *, at: datetime) -> OutgoingMessage | None:
    """Take a pending message for sending; None where somebody else took it. Commit before the call to Slack.

    It goes where the message is that it belongs under, which may be a direct conversation opened only now.
    """
    message = get(tx, key)
    above = get(tx, message.parent) if message and message.parent else None
    place = {"channel": above.channel, "thread_ts": above.ts} if above else {}
    taken = _change(
        tx,
        key,
        MessageRow.state == MessageState.PENDING,
        state=MessageState.SENDING,
        attempts=MessageRow.attempts + 1,
        attempted_at=at,
        not_before=None,
        **place,
    )
    return get(tx, key) if taken else None


def posted(tx: Tx, key: str, place: Posted, *, at: datetime, shown_revision: int) -> None:
    """Note where Slack put the message, and which revision it shows there."""
    _change(
        tx,
        key,
        state=MessageState.POSTED,
        channel=place.channel,
        ts=place.ts,
        posted_at=at,
        shown_revision=shown_revision,
        not_before=None,
        error=None,
    )


def postpone(tx: Tx, key: str, *, until: datetime) -> None:
    """Wait as Slack asked: what was being sent is pending again, what is posted waits with its update."""
    sending = MessageRow.state == MessageState.SENDING
    again = case((sending, MessageState.PENDING.value), else_=MessageRow.state)
    attempts = MessageRow.attempts - case((sending, 1), else_=0)  # nothing was posted, so there can be no twin
    _change(tx, key, state=again, attempts=attempts, not_before=until)


def failed(tx: Tx, key: str, *, error: str) -> None:
    """Give a message up."""
    _change(tx, key, state=MessageState.FAILED, error=error)


def retry_failed(tx: Tx, *, since: datetime) -> None:
    """Send again what was given up and was queued since a moment."""
    given_up = MessageRow.state == MessageState.FAILED, MessageRow.created_at >= since
    statement = update(MessageRow).where(UNSETTLED, *given_up)
    tx.execute(statement.values(state=MessageState.PENDING, not_before=None))


def plain(tx: Tx, key: str) -> None:
    """Send a message that was refused once more, as plain text."""
    _change(tx, key, state=MessageState.PENDING, plain=True)


def unknown(tx: Tx, key: str, *, error: str) -> None:
    """Note that nobody knows whether Slack took the message; it may be looked for at once."""
    _change(tx, key, state=MessageState.UNKNOWN, error=error, not_before=MessageRow.attempted_at)


def unknowns(tx: Tx, *, at: datetime) -> list[OutgoingMessage]:
    """Return the messages of unknown fate that are to be looked for now, oldest first."""
    lost = select(MessageRow).where(UNSETTLED, MessageRow.state == MessageState.UNKNOWN, _due(at))
    return _read(tx, lost.order_by(MessageRow.created_at, MessageRow.key))


def look_again(tx: Tx, key: str, *, at: datetime) -> None:
    """Look for a message of unknown fate once more at this moment."""
    _change(tx, key, MessageRow.state == MessageState.UNKNOWN, not_before=at)


def again(tx: Tx, key: str) -> None:
    """Send a message of unknown fate again: it is nowhere to be found."""
    _change(tx, key, MessageRow.state == MessageState.UNKNOWN, state=MessageState.PENDING, not_before=None)


def sending(tx: Tx, *, before: datetime) -> bool:
    """Tell whether something that was begun before a moment is still being sent."""
    old = MessageRow.state == MessageState.SENDING, MessageRow.attempted_at <= before
    return tx.scalar(select(MessageRow.key).where(UNSETTLED, *old).limit(1)) is not None


def recover(tx: Tx, *, before: datetime) -> int:
    """Call what somebody began to send before a moment, and never finished, unknown; return how many that were."""
    statement = (
        update(MessageRow)
        .where(UNSETTLED, MessageRow.state == MessageState.SENDING, MessageRow.attempted_at <= before)
        .values(state=MessageState.UNKNOWN, not_before=MessageRow.attempted_at)
        .returning(MessageRow.key)
    )
    return len(tx.scalars(statement).all())


def stale(tx: Tx, *, at: datetime, limit: int) -> list[OutgoingMessage]:
    """Return posted messages whose subject has changed since, those that were never postponed first."""
    old = select(MessageRow).where(STALE, MessageRow.state == MessageState.POSTED, _due(at))
    return _read(tx, old.order_by(MessageRow.not_before.nulls_first(), MessageRow.key).limit(limit))


def shown(tx: Tx, key: str, *, revision: int, rest_until: datetime | None = None) -> None:
    """Note that Slack shows this revision; later ones wait until a moment."""
    _change(tx, key, shown_revision=revision, not_before=rest_until)


def showing(tx: Tx, mention_id: MentionId) -> list[OutgoingMessage]:
    """Return every message that shows the post."""
    keys = select(MessageMentionRow.key).where(MessageMentionRow.mention_id == mention_id)
    return _read(tx, select(MessageRow).where(MessageRow.key.in_(keys)).order_by(MessageRow.key))


def showing_for(tx: Tx, mention_id: MentionId, *, brand: str) -> list[OutgoingMessage]:
    """Return every message that shows the post as seen for a brand, oldest first."""
    of_post = MessageMentionRow.mention_id == mention_id, MessageMentionRow.brand == brand
    keys = select(MessageMentionRow.key).where(*of_post)
    return _read(tx, select(MessageRow).where(MessageRow.key.in_(keys)).order_by(MessageRow.created_at, MessageRow.key))


def get(tx: Tx, key: str) -> OutgoingMessage | None:
    """Return one message."""
    return next(iter(_read(tx, select(MessageRow).where(MessageRow.key == key))), None)


def for_case(tx: Tx, case_id: str) -> OutgoingMessage | None:
    """Return the case's card."""
    card = select(MessageRow).where(MessageRow.kind == MessageKind.CARD, MessageRow.subject == case_id)
    return next(iter(_read(tx, card)), None)


def by_place(tx: Tx, channel: str, ts: str) -> OutgoingMessage | None:
    """Return what we posted at this place in Slack."""
    there = select(MessageRow).where(MessageRow.ts == ts, MessageRow.channel == channel)
    return next(iter(_read(tx, there)), None)


def recent(tx: Tx, *, since: datetime) -> list[OutgoingMessage]:
    """Return what was posted since a moment, oldest first."""
    return _read(tx, select(MessageRow).where(MessageRow.posted_at >= since).order_by(MessageRow.posted_at))


def counts(tx: Tx) -> tuple[int, int]:
    """Return how many messages are still on their way, and how many were given up."""
    by_state = select(MessageRow.state, func.count()).where(UNSETTLED).group_by(MessageRow.state)
    found = dict(tx.execute(by_state).all())
    failed = found.pop(MessageState.FAILED, 0)
    return sum(found.values()), failed


def _due(at: datetime) -> ColumnElement[bool]:
    return or_(MessageRow.not_before.is_(None), MessageRow.not_before <= at)


def _change(tx: Tx, key: str, *conditions: ColumnElement[bool], **values: Any) -> bool:
    statement = update(MessageRow).where(MessageRow.key == key, *conditions).values(**values)
    return tx.scalar(statement.returning(MessageRow.key)) is not None


def _read(tx: Tx, statement: Any) -> list[OutgoingMessage]:
    rows = tx.scalars(statement)
    return [OutgoingMessage(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]
