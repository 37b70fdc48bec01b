"""What people want to be told directly, and an audit log that the database itself keeps as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UNJUDGED = sa.text("verdict = 'review' AND case_id IS NULL")
SQLITE = """
CREATE TRIGGER audit_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
--
CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
--
CREATE TRIGGER audit_head_only_grows BEFORE UPDATE ON audit_head WHEN NEW.number <= OLD.number
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
--
CREATE TRIGGER audit_head_never_deleted BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
POSTGRES = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation'; END $$
--
CREATE TRIGGER audit_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
--
CREATE TRIGGER audit_head_only_grows BEFORE UPDATE ON audit_head
FOR EACH ROW WHEN (NEW.number <= OLD.number) EXECUTE FUNCTION audit_is_append_only()
--
CREATE TRIGGER audit_head_never_deleted BEFORE DELETE OR TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("off", sa.JSON(), nullable=False),
        sa.Column("open_hours_only", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_preferences"),
    )
    op.create_index("ix_authors_handle", "authors", [sa.text("lower(handle)")])
    op.create_index("ix_history_at", "history", ["at"])
    op.create_index("ix_outcomes_brand_answered_at", "outcomes", ["brand", "answered_at"])
    op.create_index(
        "ix_sightings_unjudged", "sightings", ["brand", "posted_at"], sqlite_where=UNJUDGED, postgresql_where=UNJUDGED
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_index("ix_audit_actor", "audit", ["actor"])
    triggers = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES
    for statement in triggers.split("--\n"):
        op.execute(statement)
