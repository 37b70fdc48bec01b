"""What people did: the events, who did them, what was counted of them by day, and what changed drastically."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.engagement import ChangeKind
from domain.event import EventKind, SubjectKind
from storage.tables.row import Amount, Number, Row


class EventSubjectRow(Row):
    """Who did something. `key` is the `origin` of a customer's record, imported or not, or an account or a visitor.

    So an event of somebody who is imported later is hers then, and a merge or a link moves no event.
    """

    __tablename__ = "event_subjects"
    __table_args__ = (Index("uq_event_subjects_kind_key", "kind", "key", unique=True),)
    id: Mapped[Number]
    kind: Mapped[SubjectKind]
    key: Mapped[str]


class EventRow(Row):
    """One event, never changed."""

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_source_source_event_id", "source", "source_event_id", unique=True),
        Index(None, "subject_id", "at"),
    )
    number: Mapped[Number]
    source: Mapped[str]
    source_event_id: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("event_subjects.id", ondelete="CASCADE"))
    kind: Mapped[EventKind]
    at: Mapped[datetime]
    value: Mapped[Amount | None]
    currency: Mapped[str | None]
    tactic_code: Mapped[str | None]
    verified: Mapped[bool]


class EventDayRow(Row):
    """How many events of one kind somebody had on one day of UTC; written with the events, in their transaction."""

    __tablename__ = "event_days"
    __table_args__ = (Index(None, "day"), {"sqlite_with_rowid": False})
    subject_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("event_subjects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class FlagRow(Row):
    """A drastic change of what somebody does; it hangs on a record, as all facts do. See `domain.engagement.Flag`."""

    __tablename__ = "engagement_flags"
    __table_args__ = (
        Index("uq_engagement_flags_record_id_found_on", "record_id", "found_on", unique=True),
        Index(None, "found_on"),
    )
    number: Mapped[Number]
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    kind: Mapped[ChangeKind]
    since: Mapped[date]
    found_on: Mapped[date]
    usual: Mapped[float]
    recent: Mapped[int] = mapped_column(BigInteger)
    days: Mapped[int]
    chance: Mapped[float]
    what: Mapped[str]
