"""Replies that people write in Slack, who is writing one, and who stands behind an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ACTIVE = sa.text("state IN ('waiting', 'approved', 'sending', 'unknown')")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("responses", sa.Column("credited", sa.Text(), nullable=True))
    op.add_column("responses", sa.Column("credit", sa.String(32), nullable=True))
    op.create_table(
        "replies",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("mention_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("risks", sa.JSON(), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", MOMENT, nullable=True),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("sent_url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_replies_case_id"),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name="fk_replies_mention_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_replies"),
        sa.UniqueConstraint("id", name="uq_replies_id"),
    )
    op.create_index(
        "uq_replies_active", "replies", ["case_id"], unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE
    )
    op.create_index("ix_replies_underway", "replies", ["state", "number"], sqlite_where=ACTIVE, postgresql_where=ACTIVE)
    op.create_index("ix_replies_case_id", "replies", ["case_id"])
    op.create_index("ix_replies_mention_id", "replies", ["mention_id"])
    op.create_table(
        "reply_holds",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_reply_holds_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_reply_holds"),
    )
