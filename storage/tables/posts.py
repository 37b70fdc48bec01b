"""Posts, their authors, and what triage, models and people said of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, ForeignKeyConstraint, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.case import CaseKind, Urgency, Verdict
from storage.tables.row import Key, Number, Row

SHAREABLE = text("fingerprint IS NOT NULL")
COPIED = text("copy_of IS NOT NULL")
ASKED_FOR = text("recheck_job IS NOT NULL")
UNJUDGED = text("verdict = 'review' AND case_id IS NULL")
LATE = text("late AND batched_in IS NULL")
"""Literally the conditions of partial indexes, or SQLite would not use these: they leave out the many old rows."""


class AuthorRow(Row):
    """Who wrote posts, as last seen."""

    __tablename__ = "authors"
    __table_args__ = (Index("ix_authors_handle", text("lower(handle)")),)
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
    """A post. Full-text search hangs on `number`, which grows in the order of storing.

    `checked_at` is when its platform last said that it stands, as it does by sending it; `recheck_job` is set while the
    platform looks it up.
    """

    __tablename__ = "mentions"
    __table_args__ = (
        Index(None, "author_key", "posted_at"),
        Index("ix_mentions_fingerprint", "fingerprint", "posted_at", sqlite_where=SHAREABLE,
              postgresql_where=SHAREABLE),
        Index(None, "platform", "checked_at"),
        Index(None, "platform", "posted_at"),
        Index("ix_mentions_asked_for", "platform", "recheck_job", sqlite_where=ASKED_FOR, postgresql_where=ASKED_FOR),
        {"sqlite_autoincrement": True},
    )  # fmt: skip
    number: Mapped[Number]
    id: Mapped[str] = mapped_column(unique=True)
    author_key: Mapped[str] = mapped_column(ForeignKey("authors.key"))
    text: Mapped[str]
    url: Mapped[str] = mapped_column(index=True)
    posted_at: Mapped[datetime]
    thread_id: Mapped[str]
    reply_to: Mapped[str | None] = mapped_column(index=True)
    repost_of: Mapped[str | None] = mapped_column(index=True)
    language: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    fingerprint: Mapped[str | None]
    summons: Mapped[list[Any] | None]
    platform: Mapped[str] = mapped_column(default="", server_default="")
    checked_at: Mapped[datetime | None]
    recheck_job: Mapped[str | None]


class VersionRow(Row):
    """What a post said before it was edited at `until`, where its platform's rules let us keep that."""

    __tablename__ = "versions"
    number: Mapped[Number]
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    until: Mapped[datetime]


class CopyBandRow(Row):
    """Under which keys near copies of the post of a case are looked for; what is old goes."""

    __tablename__ = "copy_bands"
    __table_args__ = (Index(None, "mention_id"), Index(None, "posted_at"), {"sqlite_with_rowid": False})
    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    posted_at: Mapped[datetime] = mapped_column(primary_key=True)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True)


class ContextRow(Row):
    """A post that stored ones answer, kept to show what they are about; `id` is what their `reply_to` says."""

    __tablename__ = "contexts"
    id: Mapped[Key]
    author_key: Mapped[str] = mapped_column(index=True)
    handle: Mapped[str]
    text: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class SightingRow(Row):
    """A post as seen for one brand: what triage decided. `batched_in` is the hourly or review line that lists it.

    It may be written before or after its case: what counts is the commit. `sentiment`, `switching` and its `rival` are
    the labels that count, by model or person; `elsewhere` holds where the post is surely not about us, or its case was
    dismissed. `storage.labels` keeps these. `late`: it made a case when it was too old for a card.
    """

    __tablename__ = "sightings"
    __table_args__ = (
        Index("ix_sightings_counted", "brand", "posted_at", "verdict", "kind", "elsewhere", "sentiment", "switching",
              "rival", "stream", "mention_id"),
        Index("ix_sightings_unbatched", "brand", "verdict", "seen_at", sqlite_where=text("batched_in IS NULL"),
              postgresql_where=text("batched_in IS NULL")),
        Index("ix_sightings_late", "brand", "seen_at", sqlite_where=LATE, postgresql_where=LATE),
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
    late: Mapped[bool] = mapped_column(default=False, server_default=false())


class VoiceRow(Row):
    """A post that a source heard of a rival of the brand, or ("") of ourselves by a source that listens for both.

    `own`: its author is the one whom it was heard for. A post that names both is here twice, and one that speaks of a
    rival alone has no sighting.
    """

    __tablename__ = "voices"
    __table_args__ = (
        Index("ix_voices_counted", "brand", "rival", "source", "posted_at", "own", "mention_id"),
        {"sqlite_with_rowid": False},
    )
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True)
    brand: Mapped[Key]
    rival: Mapped[Key]
    source: Mapped[Key]
    posted_at: Mapped[datetime]
    own: Mapped[bool]


class ApproachRow(Row):
    """One of ours whom a rival's post speaks to, by an answer to `post_id` or (None) by name."""

    __tablename__ = "approaches"
    __table_args__ = (
        ForeignKeyConstraint(
            ["mention_id", "brand"], ["sightings.mention_id", "sightings.brand"], ondelete="CASCADE"
        ),
        {"sqlite_with_rowid": False},
    )  # fmt: skip
    mention_id: Mapped[Key]
    brand: Mapped[Key]
    author_key: Mapped[str] = mapped_column(primary_key=True, index=True)
    post_id: Mapped[str | None] = mapped_column(ForeignKey("mentions.id", ondelete="CASCADE"), index=True)


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
