"""Copies of one text, mutes, and surges."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SHAREABLE = sa.text("fingerprint IS NOT NULL")
COPIED = sa.text("copy_of IS NOT NULL")
IN_SURGE = sa.text("surge IS NOT NULL")
GOING_ON = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("mentions", sa.Column("fingerprint", sa.Text(), nullable=True))
    op.create_index(
        "ix_mentions_fingerprint",
        "mentions",
        ["fingerprint", "posted_at"],
        sqlite_where=SHAREABLE,
        postgresql_where=SHAREABLE,
    )
    op.add_column("sightings", sa.Column("copy_of", sa.Text(), nullable=True))
    op.create_index("ix_sightings_copy_of", "sightings", ["copy_of"], sqlite_where=COPIED, postgresql_where=COPIED)
    op.add_column("cases", sa.Column("surge", sa.Text(), nullable=True))
    op.create_index("ix_cases_surge", "cases", ["surge", "opened_at"], sqlite_where=IN_SURGE, postgresql_where=IN_SURGE)
    op.create_index("ix_messages_channel_created_at", "messages", ["channel", "created_at"])
    op.create_table(
        "mutes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mutes"),
    )
    op.create_index("ix_mutes_until", "mutes", ["until"])
    op.create_table(
        "surges",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_surges"),
    )
    op.create_index(
        "uq_surges_going_on",
        "surges",
        ["brand", "channel"],
        unique=True,
        sqlite_where=GOING_ON,
        postgresql_where=GOING_ON,
    )
