"""Near copies of a text, and posts found by their link."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mention_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name="fk_copy_bands_mention_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("band", "posted_at", "mention_id", name="pk_copy_bands"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_copy_bands_mention_id", "copy_bands", ["mention_id"])
    op.create_index("ix_copy_bands_posted_at", "copy_bands", ["posted_at"])
    op.create_index("ix_mentions_url", "mentions", ["url"])
