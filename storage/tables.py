"""Every table, as typed rows. Ids are text: the platform's own for posts and authors, random ones for what is ours."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, Enum, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from domain.case import CaseKind, CaseState, Urgency, Verdict
from domain.customer import Grade, LinkState
from domain.forgetting import ForgettingState
from domain.handover import HandoverKind, Interest
from domain.message import MessageKind, MessageState
from domain.noise import MuteKind
from domain.reply import CreditReason, ReplyState
from storage.column_types import EncryptedText, ExactDecimal, PlainText, UtcDateTime

Key = Annotated[str, mapped_column(primary_key=True)]
Number = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Amount = Annotated[Decimal, mapped_column(ExactDecimal)]
Sealed = Annotated[str, mapped_column(EncryptedText)]

OPEN = text("state IN ('new', 'claimed', 'snoozed', 'waiting_approval')")
SHAREABLE = text("fingerprint IS NOT NULL")
COPIED = text("copy_of IS NOT NULL")
IN_SURGE = text("surge IS NOT NULL")
GOING_ON = text("ended_at IS NULL")
SNOOZED = text("state = 'snoozed'")
UNJUDGED = text("verdict = 'review' AND case_id IS NULL")
UNSETTLED = text("state NOT IN ('posted', 'deleted')")
STALE = text("revision > shown_revision")
LINKED = text("state = 'active' AND grade <> 'suggested'")
ACTIVE_REPLY = text("state IN ('waiting', 'approved', 'sending', 'unknown')")
"""Literally the conditions of partial indexes, or SQLite would not use these: they leave out the many old rows."""


class Row(DeclarativeBase):
    """Every table's ancestor."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: PlainText(),
        datetime: UtcDateTime(),
        enum.Enum: Enum(
            enum.Enum, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members]
        ),
        list[Any]: JSON(),
        dict[str, Any]: JSON(),
    }


class StampRow(Row):
    """What the database knows of itself, such as the fingerprint of its key."""

    __tablename__ = "stamps"
    name: Mapped[Key]
    value: Mapped[str]


class BrandRow(Row):
    """A brand that the settings have named; its name is its id everywhere."""

    __tablename__ = "brands"
    name: Mapped[Key]
    time_zone: Mapped[str]


class AuthorRow(Row):
    """Who wrote posts, as last seen."""

    __tablename__ = "authors"
    key: Mapped[Key]
    platform: Mapped[str]
    user_id: Mapped[str]
    handle: Mapped[str]
    name: Mapped[str]
    followers: Mapped[int | None] = mapped_column(BigInteger)
    verified: Mapped[bool]
    automated: Mapped[bool]
    url: Mapped[str]
    seen_at: Mapped[datetime]


class MentionRow(Row):
    """A post. Full-text search hangs on `number`, which grows in the order of storing."""

    __tablename__ = "mentions"
    __table_args__ = (
        Index(None, "author_key", "posted_at"),
        Index("ix_mentions_fingerprint", "fingerprint", "posted_at", sqlite_where=SHAREABLE,
              postgresql_where=SHAREABLE),
        {"sqlite_autoincrement": True},
    )  # fmt: skip
    number: Mapped[Number]
    id: Mapped[str] = mapped_column(unique=True)
    author_key: Mapped[str] = mapped_column(ForeignKey("authors.key"))
    text: Mapped[str]
    url: Mapped[str]
    posted_at: Mapped[datetime]
    thread_id: Mapped[str]
    reply_to: Mapped[str | None] = mapped_column(index=True)
    repost_of: Mapped[str | None] = mapped_column(index=True)
    language: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    fingerprint: Mapped[str | None]
    summons: Mapped[list[Any] | None]


class SightingRow(Row):
    """A post as seen for one brand: what triage decided. `batched_in` is the hourly or review line that lists it.

    It may be written before or after its case: what counts is the commit. `sentiment`, `switching` and its `rival` are
    the labels that count, by model or person; `elsewhere` holds where the post is surely not about us, or its case was
    dismissed. `storage.labels` keeps these.
    """

    __tablename__ = "sightings"
    __table_args__ = (
        Index("ix_sightings_counted", "brand", "posted_at", "verdict", "kind", "elsewhere", "sentiment", "switching",
              "rival", "stream", "mention_id"),
        Index("ix_sightings_unbatched", "brand", "verdict", "seen_at", sqlite_where=text("batched_in IS NULL"),
              postgresql_where=text("batched_in IS NULL")),
        Index("ix_sightings_unjudged", "brand", "posted_at", sqlite_where=UNJUDGED, postgresql_where=UNJUDGED),
        Index("ix_sightings_copy_of", "copy_of", sqlite_where=COPIED, postgresql_where=COPIED),
        {"sqlite_with_rowid": False},
    )  # fmt: skip
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True)
    brand: Mapped[Key]
    verdict: Mapped[Verdict]
    reason: Mapped[str]
    kind: Mapped[CaseKind | None]
    urgency: Mapped[Urgency | None]
    case_id: Mapped[str | None] = mapped_column(
        ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), index=True
    )
    stream: Mapped[str | None]
    posted_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    language: Mapped[str | None]
    language_supported: Mapped[bool]
    batched_in: Mapped[str | None]
    copy_of: Mapped[str | None]
    sentiment: Mapped[str | None]
    switching: Mapped[str | None]
    rival: Mapped[str | None]
    elsewhere: Mapped[bool] = mapped_column(default=False, server_default=false())


class PredictionRow(Row):
    """What one model said of one task. Of several models' rows the `current` one counts. `reasons` quotes the post."""

    __tablename__ = "predictions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["mention_id", "brand"], ["sightings.mention_id", "sightings.brand"], ondelete="CASCADE"
        ),
        {"sqlite_with_rowid": False},
    )  # fmt: skip
    mention_id: Mapped[Key]
    brand: Mapped[Key]
    task: Mapped[Key]
    model: Mapped[Key]
    label: Mapped[str]
    score: Mapped[float]
    unsure: Mapped[bool]
    rival: Mapped[str | None]
    probabilities: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    current: Mapped[bool]


class CorrectionRow(Row):
    """A label that a person set."""

    __tablename__ = "corrections"
    number: Mapped[Number]
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str]
    task: Mapped[str]
    label: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class BlindCheckRow(Row):
    """A brand's blind check of one week, named by its Monday; it stands for the week also where nothing was drawn."""

    __tablename__ = "blind_checks"
    __table_args__ = (Index("uq_blind_checks_brand_week", "brand", "week", unique=True),)
    id: Mapped[Key]
    brand: Mapped[str]
    week: Mapped[date]
    drawn_at: Mapped[datetime]


class BlindItemRow(Row):
    """A post drawn for a blind check, and what the model said of it then. It outlives the post, without its id."""

    __tablename__ = "blind_items"
    __table_args__ = (Index(None, "check_id", "place"),)
    number: Mapped[Number]
    check_id: Mapped[str] = mapped_column(ForeignKey("blind_checks.id"))
    place: Mapped[int]
    mention_id: Mapped[str | None] = mapped_column(ForeignKey("mentions.id", ondelete="SET NULL"), index=True)
    called: Mapped[bool]
    probability: Mapped[float]
    verdict: Mapped[Verdict]
    kind: Mapped[CaseKind | None]
    said: Mapped[dict[str, Any]]
    held_by: Mapped[str | None]
    held_until: Mapped[datetime | None]
    skipped_by: Mapped[list[Any]]
    finished_at: Mapped[datetime | None]


class BlindAnswerRow(Row):
    """One answer of one person to one question of a blind check."""

    __tablename__ = "blind_answers"
    item: Mapped[Number] = mapped_column(ForeignKey("blind_items.number"), autoincrement=False)
    task: Mapped[Key]
    label: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class TombstoneRow(Row):
    """A post or customer record that must never come back: the keyed digest of its id, or of the record's origin."""

    __tablename__ = "tombstones"
    digest: Mapped[Key]
    at: Mapped[datetime]


class ForgettingRow(Row):
    """A person who is to be forgotten, and how far that is. Whom it means is blanked when she is gone."""

    __tablename__ = "forgettings"
    id: Mapped[Key]
    state: Mapped[ForgettingState] = mapped_column(index=True)
    by: Mapped[str]
    offered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    customer_id: Mapped[str | None]
    author_keys: Mapped[list[Any]]
    gone: Mapped[dict[str, Any]]


class StreamRow(Row):
    """Where a stream stopped reading and how it fares."""

    __tablename__ = "streams"
    name: Mapped[Key]
    brand: Mapped[str | None]
    cursor: Mapped[str | None]
    cursor_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    mentions_read: Mapped[int] = mapped_column(BigInteger, default=0)


class SpendRow(Row):
    """What a stream's reading cost on one UTC day."""

    __tablename__ = "spending"
    stream: Mapped[str] = mapped_column(ForeignKey("streams.name"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    usd: Mapped[Amount]


class CaseRow(Row):
    """One author in one thread about one brand. When all its posts are erased, author and thread are blanked."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("uq_cases_brand_author_key_thread_id", "brand", "author_key", "thread_id", unique=True),
        Index("ix_cases_open", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_cases_surge", "surge", "opened_at", sqlite_where=IN_SURGE, postgresql_where=IN_SURGE),
        Index("ix_cases_snoozed", "snoozed_until", sqlite_where=SNOOZED, postgresql_where=SNOOZED),
        Index(None, "author_key", "posted_at"),
        Index(None, "thread_id"),
    )
    id: Mapped[Key]
    brand: Mapped[str]
    platform: Mapped[str]
    author_key: Mapped[str]
    thread_id: Mapped[str]
    kind: Mapped[CaseKind]
    state: Mapped[CaseState]
    urgency: Mapped[Urgency]
    channel: Mapped[str]
    stream: Mapped[str]
    posted_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    owner: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    overdue_told_at: Mapped[datetime | None]
    snoozed_by: Mapped[str | None]
    escalated_at: Mapped[datetime | None]
    escalated_by: Mapped[str | None]
    escalated_to: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    surge: Mapped[str | None]


class HistoryRow(Row):
    """One thing that happened to a case."""

    __tablename__ = "history"
    number: Mapped[Number]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str | None]
    action: Mapped[str]
    whom: Mapped[str | None]


class HandoverRow(Row):
    """What was passed on to people outside the channel; it goes with its post."""

    __tablename__ = "handovers"
    __table_args__ = (Index(None, "kind", "brand", "at"),)
    id: Mapped[Key]
    kind: Mapped[HandoverKind]
    brand: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str | None]
    note: Mapped[str]
    mention_id: Mapped[str | None] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    quote: Mapped[str]
    source_url: Mapped[str]
    whom: Mapped[str | None]
    interest: Mapped[Interest | None]


class ResponseRow(Row):
    """A human public reply of ours."""

    __tablename__ = "responses"
    mention_id: Mapped[Key]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    responder: Mapped[str]
    at: Mapped[datetime]
    url: Mapped[str]
    credited: Mapped[str | None]
    credit: Mapped[CreditReason | None]


class ReplyRow(Row):
    """A reply of ours that somebody handed in; it goes with the post that it answers."""

    __tablename__ = "replies"
    __table_args__ = (
        Index("uq_replies_active", "case_id", unique=True, sqlite_where=ACTIVE_REPLY, postgresql_where=ACTIVE_REPLY),
        Index("ix_replies_underway", "state", "number", sqlite_where=ACTIVE_REPLY, postgresql_where=ACTIVE_REPLY),
    )
    number: Mapped[Number]
    id: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str]
    platform: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    state: Mapped[ReplyState]
    created_at: Mapped[datetime]
    risks: Mapped[list[Any]]
    template: Mapped[str | None]
    sealed: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None]
    attempts: Mapped[int]
    attempted_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    sent_url: Mapped[str | None]


class ReplyHoldRow(Row):
    """Who writes a reply to a case, or wrote one last: `until` is over then."""

    __tablename__ = "reply_holds"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    holder: Mapped[str]
    since: Mapped[datetime]
    touched_at: Mapped[datetime]
    until: Mapped[datetime]


class MessageRow(Row):
    """The outbox."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_unsettled", "state", "created_at", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
        Index(None, "kind", "subject"),
        Index(None, "channel", "created_at"),
        Index(None, "ts"),
        Index("ix_messages_stale", "not_before", sqlite_where=STALE, postgresql_where=STALE),
    )  # fmt: skip
    key: Mapped[Key]
    channel: Mapped[str]
    kind: Mapped[MessageKind]
    subject: Mapped[str]
    state: Mapped[MessageState]
    created_at: Mapped[datetime]
    team_id: Mapped[str | None]
    ts: Mapped[str | None]
    posted_at: Mapped[datetime | None] = mapped_column(index=True)
    attempts: Mapped[int]
    attempted_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    revision: Mapped[int]
    shown_revision: Mapped[int]
    plain: Mapped[bool]
    error: Mapped[str | None]
    payload: Mapped[str | None]
    parent: Mapped[str | None]
    thread_ts: Mapped[str | None]
    rank: Mapped[int] = mapped_column(default=1, server_default="1")


class MessageMentionRow(Row):
    """A message shows a post as seen for one brand; an erasure follows these rows."""

    __tablename__ = "message_mentions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["mention_id", "brand"],
            ["sightings.mention_id", "sightings.brand"],
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(None, "mention_id", "brand"),
        {"sqlite_with_rowid": False},
    )
    key: Mapped[str] = mapped_column(ForeignKey("messages.key"), primary_key=True)
    mention_id: Mapped[Key]
    brand: Mapped[Key]


class MuteRow(Row):
    """What makes no cards until a moment; one that was ended early has `until` moved."""

    __tablename__ = "mutes"
    id: Mapped[Key]
    kind: Mapped[MuteKind]
    value: Mapped[str]
    shown: Mapped[str]
    brand: Mapped[str | None]
    by: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)


class SurgeRow(Row):
    """More cards than a channel can bear: one living message instead. One goes on in a channel at a time."""

    __tablename__ = "surges"
    __table_args__ = (
        Index("uq_surges_channel", "channel", unique=True, sqlite_where=GOING_ON, postgresql_where=GOING_ON),
    )
    id: Mapped[Key]
    brand: Mapped[str]
    channel: Mapped[str]
    since: Mapped[datetime]
    told_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OutcomeRow(Row):
    """The fact row of one case. Its id is the case's, which is random; it holds no content and outlives every post."""

    __tablename__ = "outcomes"
    __table_args__ = (Index(None, "brand", "posted_at"), Index(None, "brand", "answered_at"))
    id: Mapped[Key]
    brand: Mapped[str]
    day: Mapped[date]
    platform: Mapped[str]
    kind: Mapped[CaseKind]
    urgency: Mapped[Urgency]
    posted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    eligible: Mapped[bool]
    not_us: Mapped[bool]


class ClosedDayRow(Row):
    """A brand's day that is over, with what was counted when it was closed; its cases are in `closed_outcomes`."""

    __tablename__ = "closed_days"
    brand: Mapped[Key]
    day: Mapped[date] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    volume: Mapped[dict[str, Any]]
    coverage: Mapped[dict[str, Any]]


class ClosedOutcomeRow(Row):
    """The facts of a case as they were known when its day was closed. Each case is in one closed day at most."""

    __tablename__ = "closed_outcomes"
    __table_args__ = (Index(None, "brand", "day"),)
    id: Mapped[Key]
    brand: Mapped[str]
    day: Mapped[date]
    platform: Mapped[str]
    kind: Mapped[CaseKind]
    urgency: Mapped[Urgency]
    posted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    eligible: Mapped[bool]
    not_us: Mapped[bool]


class CustomerRow(Row):
    """Our view of one person. `value` sums what the records said; None where their currencies differ."""

    __tablename__ = "customers"
    id: Mapped[Key]
    value: Mapped[Amount | None]
    currency: Mapped[str | None]
    since: Mapped[datetime]


class RecordRow(Row):
    """One person in one source system; `origin` is the blind index of both names, as an id may be an e-mail address.

    `version` is the latest, and `digest` tells whether its content has changed.
    """

    __tablename__ = "records"
    id: Mapped[Key]
    source: Mapped[str]
    source_id: Mapped[Sealed]
    origin: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int]
    digest: Mapped[str]


class RecordVersionRow(Row):
    """What the source said of that person, never changed. Lists are JSON arrays of text."""

    __tablename__ = "record_versions"
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    names: Mapped[list[Any]]
    emails: Mapped[Sealed]
    phones: Mapped[Sealed]
    addresses: Mapped[Sealed]
    notes: Mapped[Sealed]
    accounts: Mapped[list[Any]]
    value: Mapped[Amount | None]
    currency: Mapped[str | None]
    at: Mapped[datetime]


class MembershipRow(Row):
    """Which customer a record belongs to. Merging and undoing move these rows, and nothing else."""

    __tablename__ = "memberships"
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    since: Mapped[datetime]


class ContactRow(Row):
    """The blind index of a record's own id and its latest e-mail addresses and phone numbers."""

    __tablename__ = "contacts"
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"), primary_key=True)
    blind: Mapped[str] = mapped_column(primary_key=True, index=True)


class NameRow(Row):
    """A record's latest names, folded, each word after a space."""

    __tablename__ = "record_names"
    __table_args__ = ({"sqlite_with_rowid": False},)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"), primary_key=True)
    folded: Mapped[str] = mapped_column(primary_key=True)


class CustomerNoteRow(Row):
    """What a person of ours noted of a customer; it hangs on a record, as all facts do."""

    __tablename__ = "customer_notes"
    number: Mapped[Number]
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), index=True)
    text: Mapped[Sealed]
    by: Mapped[str]
    at: Mapped[datetime]


class LinkRow(Row):
    """A social account of a record's person. `author_key` is set once its user id is known.

    `by` is the Slack user who last set or removed the link by hand: then no import changes it.
    """

    __tablename__ = "links"
    __table_args__ = (
        Index("uq_links_record_id_platform_handle_folded", "record_id", "platform", "handle_folded", unique=True),
        Index("ix_links_counted", "record_id", "grade", sqlite_where=LINKED, postgresql_where=LINKED),
        Index(None, "handle_folded"),
    )
    id: Mapped[Key]
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"))
    platform: Mapped[str]
    handle: Mapped[str]
    handle_folded: Mapped[str]
    author_key: Mapped[str | None] = mapped_column(index=True)
    grade: Mapped[Grade]
    state: Mapped[LinkState]
    evidence: Mapped[str]
    since: Mapped[datetime]
    by: Mapped[str | None]


class PreferenceRow(Row):
    """What a person wants to be told directly; nobody without a row has chosen anything."""

    __tablename__ = "preferences"
    user_id: Mapped[Key]
    off: Mapped[list[Any]]
    open_hours_only: Mapped[bool]


class AuditRow(Row):
    """One entry of the chain: `mac` covers the entry and the `mac` before it. Entries hold surrogate ids only.

    Triggers refuse to change or delete one; they stand in the migrations alone.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject"), Index(None, "actor"))
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    mac: Mapped[str]


class AuditHeadRow(Row):
    """The chain's last entry, in the table's one row: writers queue on it, and a cut-off tail shows."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    mac: Mapped[str]


class DeliveryRow(Row):
    """A delivery of Slack's that had its effect."""

    __tablename__ = "deliveries"
    key: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)


class LeaseRow(Row):
    """Who runs what until when; `token` grows with every new holder."""

    __tablename__ = "leases"
    name: Mapped[Key]
    holder: Mapped[str]
    token: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]
