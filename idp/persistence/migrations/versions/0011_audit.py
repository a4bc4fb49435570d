"""Indexes of the audit trail's search, and its chain."""

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
    op.create_table(
        "audit_chain",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_chain")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_chain_event_id")),
    )
    op.create_table(
        "audit_chain_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("settled_id", sa.BigInteger(), nullable=False),
        sa.Column("mark_id", sa.BigInteger(), nullable=False),
        sa.Column("mark_at", sa.BigInteger(), nullable=False),
        sa.Column("mark_transaction", sa.BigInteger(), nullable=False),
        sa.Column("anchor_position", sa.BigInteger(), nullable=False),
        sa.Column("anchor_hash", sa.String(), nullable=False),
        sa.Column("anchor_signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_chain_state")),
    )


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_table("audit_chain_state")
    op.drop_table("audit_chain")
    for name in ("outcome", "client", "actor", "request", "event"):
        op.drop_index(f"ix_audit_events_{name}", "audit_events")
