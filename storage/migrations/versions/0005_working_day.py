"""Cases that rest for a while, and messages that go into a thread or before others."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('new', 'claimed', 'snoozed', 'waiting_approval')")
SNOOZED = sa.text("state = 'snoozed'")


def upgrade() -> None:
    op.add_column("cases", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_cases_open", "cases")
    op.create_index("ix_cases_open", "cases", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_cases_snoozed", "cases", ["snoozed_until"], sqlite_where=SNOOZED, postgresql_where=SNOOZED)
    op.add_column("messages", sa.Column("parent", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("thread_ts", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("rank", sa.Integer(), nullable=False, server_default="1"))
