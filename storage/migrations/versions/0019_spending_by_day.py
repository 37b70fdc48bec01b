"""An index to sum up what all streams cost on a day; one that nothing asks any more goes."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_spending_day", "spending", ["day"])
    op.drop_index("ix_handovers_kind_brand_at", "handovers", if_exists=True)  # 0007 went without it for some days
