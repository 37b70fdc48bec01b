"""How well every stream is heard: gaps, incidents, hours, what platforms count, and what came too late for a card."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNFILLED = sa.text("state <> 'filled'")
LATE = sa.text("late AND batched_in IS NULL")


def upgrade() -> None:
    for name in ("listened_from", "tried_at", "quota_until", "secret_until"):
        op.add_column("streams", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("quota_left", "quota_of"):
        op.add_column("streams", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("closed_days", sa.Column("hearing", sa.JSON(), nullable=True))
    op.add_column("sightings", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_sightings_late", "sightings", ["brand", "seen_at"], sqlite_where=LATE, postgresql_where=LATE)
    _gaps()
    op.create_table(
        "incidents",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("calm_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calm_seconds", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_incidents"),
    )
    op.create_table(
        "heard_hours",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mentions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "hour", name="pk_heard_hours"),
    )
    op.create_index("ix_heard_hours_hour", "heard_hours", ["hour"])
    op.create_table(
        "blind_spots",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("own", sa.BigInteger(), nullable=False),
        sa.Column("siblings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "day", name="pk_blind_spots"),
    )


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_gaps"),
    )
    op.create_index("ix_gaps_unfilled", "gaps", ["stream", "since"], sqlite_where=UNFILLED, postgresql_where=UNFILLED)
    op.create_index("ix_gaps_until", "gaps", ["state", "until"])
