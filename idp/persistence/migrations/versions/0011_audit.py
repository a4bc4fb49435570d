"""Indexes of the audit trail's search, its chain, and the search of sessions and devices."""

import sqlalchemy as sa
from alembic import op

from idp.kernel.client_addresses import address_key

revision = "0011"
down_revision = "0010"
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
    op.add_column("sessions", sa.Column("address_key", sa.String(), server_default="", nullable=False))
    _fill_address_keys()
    op.create_index("ix_sessions_created", "sessions", ["created_at", "sid"])
    op.create_index("ix_sessions_address", "sessions", ["address_key", "sid"])
    rows = sa.text("trusted_at IS NOT NULL")
    op.create_index("ix_devices_trusted", "devices", ["trusted_at", "id"], sqlite_where=rows, postgresql_where=rows)


def _fill_address_keys() -> None:
    """Give sessions the keys of their addresses, each address once."""
    sessions = sa.table("sessions", sa.column("address"), sa.column("address_key"))
    connection = op.get_bind()
    for (address,) in connection.execute(sa.select(sessions.c.address).distinct()).all():
        keyed = sessions.update().where(sessions.c.address == address).values(address_key=address_key(address))
        connection.execute(keyed)


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_index("ix_devices_trusted", "devices")
    op.drop_index("ix_sessions_address", "sessions")
    op.drop_index("ix_sessions_created", "sessions")
    op.drop_column("sessions", "address_key")
    op.drop_table("audit_chain_state")
    op.drop_table("audit_chain")
    for name in ("outcome", "client", "actor", "request", "event"):
        op.drop_index(f"ix_audit_events_{name}", "audit_events")
