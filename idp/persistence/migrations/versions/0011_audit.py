"""Indexes of the audit trail's search."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None

PARTIAL = {"actor": "actor_id IS NOT NULL", "client": "client_id IS NOT NULL", "outcome": "outcome != 'success'"}


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_index("ix_audit_events_event", "audit_events", ["event", "id"])
    op.create_index("ix_audit_events_request", "audit_events", ["request_id", "id"])
    for name, column in (("actor", "actor_id"), ("client", "client_id"), ("outcome", "outcome")):
        rows = sa.text(PARTIAL[name])
        op.create_index(
            f"ix_audit_events_{name}", "audit_events", [column, "id"], sqlite_where=rows, postgresql_where=rows
        )


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    for name in ("outcome", "client", "actor", "request", "event"):
        op.drop_index(f"ix_audit_events_{name}", "audit_events")
