"""Authorization requests that clients push."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE, OF_NETWORK = "pushed_requests", sa.text("network IS NOT NULL")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmation", sa.JSON(), nullable=True),
        sa.Column("network", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pushed_requests"),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name="fk_pushed_requests_client_id_clients", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_pushed_requests_client_id", TABLE, ["client_id"])
    op.create_index("ix_pushed_requests_expires_at", TABLE, ["expires_at"])
    op.create_index(
        "ix_pushed_requests_network",
        TABLE,
        ["network", "created_at"],
        sqlite_where=OF_NETWORK,
        postgresql_where=OF_NETWORK,
    )


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_table(TABLE)
