"""When each post was last known to stand, what it said before, and how soon deletions were honoured."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ASKED_FOR = sa.text("recheck_job IS NOT NULL")
UNDERWAY = sa.text("honoured_at IS NULL")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LAST_SEEN = """
UPDATE mentions SET
platform = (SELECT a.platform FROM authors a WHERE a.key = mentions.author_key),
checked_at = coalesce((SELECT max(s.seen_at) FROM sightings s WHERE s.mention_id = mentions.id), posted_at)
"""


def upgrade() -> None:
    op.add_column("mentions", sa.Column("platform", sa.Text(), nullable=False, server_default=""))
    op.add_column("mentions", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mentions", sa.Column("recheck_job", sa.Text(), nullable=True))
    op.execute(LAST_SEEN)
    op.create_index("ix_mentions_platform_checked_at", "mentions", ["platform", "checked_at"])
    op.create_index("ix_mentions_platform_posted_at", "mentions", ["platform", "posted_at"])
    op.create_index(
        "ix_mentions_asked_for",
        "mentions",
        ["platform", "recheck_job"],
        sqlite_where=ASKED_FOR,
        postgresql_where=ASKED_FOR,
    )
    op.create_table(
        "versions",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("mention_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name="fk_versions_mention_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_versions"),
    )
    op.create_index("ix_versions_mention_id", "versions", ["mention_id"])
    op.create_table(
        "removals",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overwritten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("honoured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_removals"),
    )
    op.create_index("ix_removals_platform_noticed_at", "removals", ["platform", "noticed_at"])
    op.create_index("ix_removals_underway", "removals", ["number"], sqlite_where=UNDERWAY, postgresql_where=UNDERWAY)
    op.create_table(
        "home_posts",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("mention_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "mention_id", name="pk_home_posts"),
    )
