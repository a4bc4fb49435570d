"""Indexes of a large installation: attested passkeys, sessions of an app, two filters of the audit trail together."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CLIENT, OF_CLIENT = "ix_audit_events_client", "client_id IS NOT NULL"
INDEXES: dict[str, tuple[str, list[str], str | None]] = {
    "ix_factors_attested": ("factors", ["user_id"], "attested"),
    "ix_grants_client": ("grants", ["client_id", "sid"], None),
    CLIENT: ("audit_events", ["client_id", "id", "event"], OF_CLIENT),
    "ix_audit_events_failed": ("audit_events", ["id", "event"], "outcome = 'failure'"),
    "ix_audit_events_throttled": ("audit_events", ["id"], "outcome = 'throttled'"),
}
BEFORE: dict[str, tuple[str, list[str], str | None]] = {
    "ix_grants_client_id": ("grants", ["client_id"], None),
    CLIENT: ("audit_events", ["client_id", "id"], OF_CLIENT),
    "ix_audit_events_outcome": ("audit_events", ["outcome", "id"], "outcome != 'success'"),
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    _replace(BEFORE, INDEXES)


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    _replace(INDEXES, BEFORE)


def _replace(
    old: dict[str, tuple[str, list[str], str | None]], new: dict[str, tuple[str, list[str], str | None]]
) -> None:
    for name, (table, _columns, _where) in old.items():
        op.drop_index(name, table)
    for name, (table, columns, where) in new.items():
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)
