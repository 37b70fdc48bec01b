"""Customers, what their source systems said of them, and their social accounts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.customer import Grade, LinkState
from storage.tables.row import Amount, Key, Number, Row, Sealed

LINKED = text("state = 'active' AND grade <> 'suggested'")
"""Literally the condition of a partial index, or SQLite would not use it."""


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
