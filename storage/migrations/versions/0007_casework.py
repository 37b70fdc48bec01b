"""Who snoozed and escalated a case, what was passed on, and what people tied to or noted of a customer by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("cases", sa.Column("snoozed_by", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("escalated_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("escalated_by", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("escalated_to", sa.Text(), nullable=True))
    op.add_column("history", sa.Column("whom", sa.Text(), nullable=True))
    op.add_column("links", sa.Column("by", sa.Text(), nullable=True))
    op.create_index("ix_messages_ts", "messages", ["ts"])
    op.create_table(
        "handovers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("mention_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("whom", sa.Text(), nullable=True),
        sa.Column("interest", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name="fk_handovers_mention_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_handovers_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_kind_brand_at", "handovers", ["kind", "brand", "at"])
    op.create_index("ix_handovers_mention_id", "handovers", ["mention_id"])
    op.create_index("ix_handovers_case_id", "handovers", ["case_id"])
    op.create_table(
        "customer_notes",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_customer_notes_record_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_customer_notes"),
    )
    op.create_index("ix_customer_notes_record_id", "customer_notes", ["record_id"])
