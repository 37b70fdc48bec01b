"""What finds the leads among the things passed on."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_handovers_kind_at", "handovers", ["kind", "at"])


def downgrade() -> None:
    op.drop_index("ix_handovers_kind_at", "handovers")
