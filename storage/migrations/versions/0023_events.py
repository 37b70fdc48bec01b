"""What people did: events, who did them, what was counted of them by day, and what changed drastically."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AMOUNT = sa.Numeric().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "event_subjects",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_subjects"),
    )
    op.create_index("uq_event_subjects_kind_key", "event_subjects", ["kind", "key"], unique=True)
    op.create_table(
        "events",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_event_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", AMOUNT, nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("tactic_code", sa.Text(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        _of_subject("events"),
        sa.PrimaryKeyConstraint("number", name="pk_events"),
    )
    op.create_index("uq_events_source_source_event_id", "events", ["source", "source_event_id"], unique=True)
    op.create_index("ix_events_subject_id_at", "events", ["subject_id", "at"])
    op.create_table(
        "event_days",
        sa.Column("subject_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        _of_subject("event_days"),
        sa.PrimaryKeyConstraint("subject_id", "day", "kind", name="pk_event_days"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_days_day", "event_days", ["day"])
    _flags()


def _flags() -> None:
    op.create_table(
        "engagement_flags",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("recent", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name="fk_engagement_flags_record_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_engagement_flags"),
    )
    unique = ["record_id", "found_on"]
    op.create_index("uq_engagement_flags_record_id_found_on", "engagement_flags", unique, unique=True)
    op.create_index("ix_engagement_flags_found_on", "engagement_flags", ["found_on"])


def _of_subject(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_subject_id"
    return sa.ForeignKeyConstraint(["subject_id"], ["event_subjects.id"], name=name, ondelete="CASCADE")
