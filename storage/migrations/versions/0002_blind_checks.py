"""The weekly blind check: what was drawn, and what people said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blind_checks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blind_checks"),
    )
    op.create_index("uq_blind_checks_brand_week", "blind_checks", ["brand", "week"], unique=True)
    op.create_table(
        "blind_items",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Text(), nullable=True),
        sa.Column("called", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skipped_by", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["check_id"], ["blind_checks.id"], name="fk_blind_items_check_id"),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name="fk_blind_items_mention_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_blind_items"),
    )  # fmt: skip
    op.create_index("ix_blind_items_check_id_place", "blind_items", ["check_id", "place"], unique=False)
    op.create_index("ix_blind_items_mention_id", "blind_items", ["mention_id"], unique=False)
    op.create_table(
        "blind_answers",
        sa.Column("item", NUMBER, nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["blind_items.number"], name="fk_blind_answers_item"),
        sa.PrimaryKeyConstraint("item", "task", name="pk_blind_answers"),
    )
