"""The labels that count, beside each sighting, and indexes to count posts and customers by."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COUNTED = (
    "brand", "posted_at", "verdict", "kind", "elsewhere", "sentiment", "switching", "rival", "stream", "mention_id",
)  # fmt: skip
LINKED = sa.text("state = 'active' AND grade <> 'suggested'")
SETTLE = """
UPDATE sightings AS s SET
sentiment = (
    SELECT coalesce((
        SELECT c.label FROM corrections c
        WHERE c.mention_id = s.mention_id AND c.brand = s.brand AND c.task = 'sentiment'
        ORDER BY c.number DESC LIMIT 1), p.label)
    FROM predictions p
    WHERE p.mention_id = s.mention_id AND p.brand = s.brand AND p.task = 'sentiment' AND p.current),
switching = (
    SELECT coalesce((
        SELECT c.label FROM corrections c
        WHERE c.mention_id = s.mention_id AND c.brand = s.brand AND c.task = 'switching'
        ORDER BY c.number DESC LIMIT 1), p.label)
    FROM predictions p
    WHERE p.mention_id = s.mention_id AND p.brand = s.brand AND p.task = 'switching' AND p.current),
rival = (
    SELECT p.rival FROM predictions p
    WHERE p.mention_id = s.mention_id AND p.brand = s.brand AND p.task = 'switching' AND p.current),
elsewhere = EXISTS (
    SELECT 1 FROM predictions p
    WHERE p.mention_id = s.mention_id AND p.brand = s.brand AND p.task = 'relevance' AND p.current
    AND coalesce((
        SELECT c.label <> 'about' FROM corrections c
        WHERE c.mention_id = s.mention_id AND c.brand = s.brand AND c.task = 'relevance'
        ORDER BY c.number DESC LIMIT 1), p.label <> 'about' AND NOT p.unsure)
) OR EXISTS (SELECT 1 FROM cases WHERE cases.id = s.case_id AND cases.state = 'dismissed')
"""


def upgrade() -> None:
    for name in ("sentiment", "switching", "rival"):
        op.add_column("sightings", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("sightings", sa.Column("elsewhere", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_sightings_brand_posted_at_verdict", "sightings")
    op.execute(SETTLE)
    op.create_index("ix_sightings_counted", "sightings", list(COUNTED))
    op.create_index("ix_links_counted", "links", ["record_id", "grade"], sqlite_where=LINKED, postgresql_where=LINKED)
