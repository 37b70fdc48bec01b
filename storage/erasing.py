"""Erasing for good: posts with all that was said of them, authors, and customers with all that sources said of them.

`Database.scrub` overwrites the bytes afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, literal, select, update

from domain.case import Verdict
from domain.forgetting import Holdings
from domain.mention import MentionId
from domain.message import MessageKind
from storage import approaches, contexts, events, flags, messages, tombstones
from storage.database import Tx
from storage.tables import (
    AuthorRow,
    BlindItemRow,
    CaseRow,
    ContactRow,
    CorrectionRow,
    CustomerNoteRow,
    CustomerRow,
    LinkRow,
    MembershipRow,
    MentionRow,
    MessageMentionRow,
    NameRow,
    RecordRow,
    RecordVersionRow,
    ResponseRow,
    SightingRow,
)
from storage.upserts import chunks


@dataclass(frozen=True, slots=True)
class Erased:
    """What went with some posts; `case_ids` are the cases that have none left, `copies` reposts among what went.

    `waits_for`: the messages that showed them, by key, with the revision that does so no more.
    """

    case_ids: tuple[str, ...] = ()
    copies: int = 0
    corrections: int = 0
    judged: int = 0
    waits_for: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what is left of a person's posts, with the reposts of these and our replies to them."""

    posts: tuple[MentionId, ...]
    copies: tuple[MentionId, ...]
    replies: tuple[MentionId, ...]


def erase_posts(tx: Tx, ids: Sequence[MentionId], *, at: datetime, secret: bytes, aged: bool = False) -> Erased:
    """Delete posts, reposts of them and all that was said of them, and keep them away for ever, stored or not.

    Posts that are only `aged` leave their reposts, which age by themselves. An author goes with her last post, a case's
    author and thread are blanked with the case's last post, and every message that shows one wants an update. That we
    replied, and when, stays: `erase_responses` takes it.
    """
    copied = (
        []
        if aged
        else [one for some in chunks(ids) for one in _scalars(tx, select(MentionRow.id).where(_copies(some)))]
    )
    gone = sorted({*ids, *copied})
    digest = tombstones.of_aged if aged else tombstones.of_post
    tombstones.put(tx, [digest(one, secret) for one in gone], at=at)
    waits_for = messages.touch_showing(tx, gone)
    contexts.erase(tx, gone)
    case_ids: set[str] = set()
    authors: set[str] = set()
    corrections = judged = 0
    parents = contexts.parents_of(tx, gone)
    for some in chunks(gone):
        seen = select(SightingRow.case_id).where(SightingRow.mention_id.in_(some), SightingRow.case_id.is_not(None))
        case_ids.update(str(case_id) for case_id in tx.scalars(seen))
        theirs = list(tx.scalars(select(MentionRow.author_key).where(MentionRow.id.in_(some)).distinct()))
        authors.update(theirs)
        for case_id in sorted(approaches.cases_showing(tx, some, theirs)):
            messages.touch(tx, kind=MessageKind.CARD, subject=case_id)
        corrections += _count(tx, CorrectionRow.mention_id.in_(some))
        judged += _count(tx, BlindItemRow.mention_id.in_(some))
        tx.execute(delete(MentionRow).where(MentionRow.id.in_(some)))  # the rest cascades
    contexts.drop_idle(tx, parents)
    for keys in chunks(sorted(authors)):
        orphaned = ~exists().where(MentionRow.author_key == AuthorRow.key)
        tx.execute(delete(AuthorRow).where(AuthorRow.key.in_(keys), orphaned))
    return Erased(_blank(tx, sorted(case_ids)), len(set(copied) - set(ids)), corrections, judged, waits_for)


def erase_responses(tx: Tx, reply: MentionId) -> None:
    """Forget that a reply of ours answered anything: we took it back."""
    tx.execute(delete(ResponseRow).where(ResponseRow.mention_id == reply))


def _blank(tx: Tx, case_ids: Sequence[str]) -> tuple[str, ...]:
    """Take author and thread from those of the cases that have no posts left, and return these."""
    blanked: list[str] = []
    for some in chunks(case_ids):
        empty = ~exists().where(SightingRow.case_id == CaseRow.id)
        blank = update(CaseRow).where(CaseRow.id.in_(some), empty)
        nowhere = literal("removed:").concat(CaseRow.id)
        blanked += tx.scalars(blank.values(author_key="", thread_id=nowhere).returning(CaseRow.id))
    return tuple(sorted(blanked))


def next_part(tx: Tx, author_keys: Sequence[str], *, limit: int) -> Part:
    """Return up to `limit` of these authors' posts with what hangs on them; where that is more, first some of it."""
    posts = _scalars(tx, select(MentionRow.id).where(MentionRow.author_key.in_(author_keys)).limit(limit))
    copies = _scalars(tx, select(MentionRow.id).where(_copies(posts)).limit(limit))
    replies = _scalars(tx, select(MentionRow.id).where(_replies(posts)).limit(limit))
    if max(len(copies), len(replies)) == limit:
        posts = ()
    return Part(posts, copies, replies)


def erase_customer(tx: Tx, customer_id: str, *, at: datetime) -> Holdings:
    """Delete a customer with her records, their histories and her links, and keep the same records away for ever."""
    held = _of_customer(tx, customer_id)
    theirs = select(MembershipRow.record_id).where(MembershipRow.customer_id == customer_id)
    record_ids = list(tx.scalars(theirs))
    erase_records(tx, record_ids, at=at)
    tx.execute(delete(CustomerRow).where(CustomerRow.id == customer_id))
    return held


def erase_records(tx: Tx, record_ids: Sequence[str], *, at: datetime) -> None:
    """Delete records with all that hangs on them, and keep the same away for ever; who has none left is no customer."""
    for some in chunks(record_ids):
        theirs = select(MembershipRow.customer_id).where(MembershipRow.record_id.in_(some))
        customer_ids = list(tx.scalars(theirs.distinct()))
        origins = tx.scalars(select(RecordRow.origin).where(RecordRow.id.in_(some))).all()
        tombstones.put(tx, origins, at=at)
        events.erase(tx, origins=origins, author_keys=())
        for day in flags.days_of(tx, some):
            messages.touch(tx, kind=MessageKind.ENGAGEMENT, subject=day.isoformat())
        for table in (LinkRow, ContactRow, NameRow, RecordVersionRow, MembershipRow):
            tx.execute(delete(table).where(table.record_id.in_(some)))
        tx.execute(delete(RecordRow).where(RecordRow.id.in_(some)))
        left = exists().where(MembershipRow.customer_id == CustomerRow.id)
        tx.execute(delete(CustomerRow).where(CustomerRow.id.in_(customer_ids), ~left))


def holdings(tx: Tx, *, author_keys: Sequence[str], customer_id: str | None) -> Holdings:
    """Count what there is of a person."""
    hers = MentionRow.author_key.in_(author_keys)
    posts = select(MentionRow.id).where(hers)
    accounts = _count(tx, AuthorRow.key.in_(author_keys))
    shown = select(func.count(MessageMentionRow.key.distinct())).where(MessageMentionRow.mention_id.in_(posts))
    of_posts = Holdings(
        posts=_count(tx, hers),
        copies=_count(tx, _copies(posts)),
        replies=_count(tx, _replies(posts)),
        cases=_count(tx, CaseRow.author_key.in_(author_keys)),
        messages=tx.scalar(shown) or 0,
        corrections=_count(tx, CorrectionRow.mention_id.in_(posts)),
        judged=_count(tx, BlindItemRow.mention_id.in_(posts)),
        accounts=accounts,
    )
    of_posts += Holdings(events=events.held(tx, origins=(), author_keys=author_keys))
    return of_posts + (_of_customer(tx, customer_id) if customer_id else Holdings())


def _of_customer(tx: Tx, customer_id: str) -> Holdings:
    hers = MembershipRow.customer_id == customer_id
    sources = select(RecordRow.source, func.count()).join(MembershipRow, MembershipRow.record_id == RecordRow.id)
    latest = and_(RecordRow.id == RecordVersionRow.record_id, RecordRow.version == RecordVersionRow.version)
    of_record = select(MembershipRow.record_id).where(hers)
    notes = select(RecordVersionRow.notes).join(RecordRow, latest).where(RecordRow.id.in_(of_record))
    origins = tx.scalars(select(RecordRow.origin).where(RecordRow.id.in_(of_record))).all()
    return Holdings(
        links=_count(tx, LinkRow.record_id.in_(of_record)),
        records=dict(tx.execute(sources.where(hers).group_by(RecordRow.source)).all()),
        versions=_count(tx, RecordVersionRow.record_id.in_(of_record)),
        notes=sum(bool(note) for note in tx.scalars(notes)) + _count(tx, CustomerNoteRow.record_id.in_(of_record)),
        events=events.held(tx, origins=origins, author_keys=()),
    )


def _copies(posts: Sequence[MentionId] | Select[str]) -> ColumnElement[bool]:
    """Hold for reposts of these posts, which quote them."""
    return MentionRow.repost_of.in_(posts)


def _replies(posts: Sequence[MentionId] | Select[str]) -> ColumnElement[bool]:
    """Hold for our own replies to these posts, which name whom they answer."""
    ours = exists().where(SightingRow.mention_id == MentionRow.id, SightingRow.verdict == Verdict.OWN)
    return and_(MentionRow.reply_to.in_(posts), ours)


def _count(tx: Tx, condition: ColumnElement[bool]) -> int:
    return tx.scalar(select(func.count()).where(condition)) or 0


def _scalars(tx: Tx, statement: Select[str]) -> tuple[MentionId, ...]:
    return tuple(MentionId(one) for one in tx.scalars(statement))
