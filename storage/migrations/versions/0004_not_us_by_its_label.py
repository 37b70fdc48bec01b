"""Name "Not us" by the label of the task relevance."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE corrections SET label = 'not_about' WHERE task = 'relevance' AND label = 'not_us'")
