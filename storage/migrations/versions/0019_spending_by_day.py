"""An index to sum up what all streams cost on a day."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_spending_day", "spending", ["day"])
