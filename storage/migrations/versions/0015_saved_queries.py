"""Queries that people saved, every version of them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NEWEST = sa.text("replaced_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "saved_queries",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", "version", name="pk_saved_queries"),
    )
    op.create_index(
        "uq_saved_queries_newest", "saved_queries", ["name"], unique=True, sqlite_where=NEWEST, postgresql_where=NEWEST
    )
