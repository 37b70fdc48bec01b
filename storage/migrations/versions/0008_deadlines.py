"""When people were told of a case that is due."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("overdue_told_at", sa.DateTime(timezone=True), nullable=True))
    # What is overdue on the day of the update is in the queue; a flood of old deadlines would help nobody.
    op.execute("UPDATE cases SET warned_at = due_at, overdue_told_at = due_at WHERE due_at < CURRENT_TIMESTAMP")
