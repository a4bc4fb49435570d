"""Who may use an app, its token lifetimes, its logo and pages for people, and an index for its failures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FAILURES = "ix_audit_events_client_failures"
OPTIONS: dict[str, tuple[Any, Any]] = {
    "remembered_device_accepted": (sa.Boolean(), sa.true()),
    "restricted": (sa.Boolean(), sa.false()),
    "allowed_user_ids": (sa.JSON(), "[]"),
    "allowed_group_ids": (sa.JSON(), "[]"),
}
"""Column -> its type, and what clients have that were registered before."""
OPTIONAL: dict[str, Any] = {
    "logo_digest": sa.String(),
    "policy_uri": sa.String(),
    "tos_uri": sa.String(),
    "access_token_lifetime": sa.BigInteger(),
    "id_token_lifetime": sa.BigInteger(),
    "refresh_token_lifetime": sa.BigInteger(),
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name, (kind, default) in OPTIONS.items():
        op.add_column("clients", sa.Column(name, kind, nullable=False, server_default=default))
    for name, optional in OPTIONAL.items():
        op.add_column("clients", sa.Column(name, optional, nullable=True))
    op.create_table(
        "client_logos",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_client_logos_client_id_clients"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_logos")),
    )
    failed = sa.text("outcome = 'failure'")
    op.create_index(FAILURES, "audit_events", ["client_id", "id"], postgresql_where=failed, sqlite_where=failed)


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_index(FAILURES, "audit_events")
    op.drop_table("client_logos")
    for name in reversed((*OPTIONS, *OPTIONAL)):
        op.drop_column("clients", name)
