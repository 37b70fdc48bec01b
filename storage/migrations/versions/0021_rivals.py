"""What is heard of rivals, whom their posts approach, and the share of voice of closed days."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COUNTED = ["brand", "rival", "source", "posted_at", "own", "mention_id"]
MENTION, SIGHTING = ["mentions.id"], ["sightings.mention_id", "sightings.brand"]


def upgrade() -> None:
    op.create_table(
        "voices",
        sa.Column("mention_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("rival", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], MENTION, name="fk_voices_mention_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mention_id", "brand", "rival", "source", name="pk_voices"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_voices_counted", "voices", COUNTED)
    op.create_table(
        "approaches",
        sa.Column("mention_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("author_key", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["mention_id", "brand"], SIGHTING, name="fk_approaches_mention_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], MENTION, name="fk_approaches_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mention_id", "brand", "author_key", name="pk_approaches"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_approaches_author_key", "approaches", ["author_key"])
    op.create_index("ix_approaches_post_id", "approaches", ["post_id"])
    op.add_column("closed_days", sa.Column("voices", sa.JSON(), nullable=True))
