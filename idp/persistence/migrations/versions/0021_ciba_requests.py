"""Authentication requests that clients send themselves (OpenID CIBA)."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "ciba_requests",
        sa.Column("auth_req_id_digest", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("binding_message", sa.String(), nullable=False),
        sa.Column("acr_values", sa.JSON(), nullable=False),
        sa.Column("interval", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("resources", sa.JSON(), nullable=False),
        sa.Column("authorization_details", sa.JSON(), nullable=False),
        sa.Column("sealed_ping", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("denied", sa.Boolean(), nullable=False),
        sa.Column("wrong_numbers", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_ciba_requests_client_id_clients"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ciba_requests_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("auth_req_id_digest", name=op.f("pk_ciba_requests")),
    )
    for name in ("client_id", "expires_at"):
        op.create_index(op.f(f"ix_ciba_requests_{name}"), "ciba_requests", [name])
    op.create_index("ix_ciba_requests_user", "ciba_requests", ["user_id", "expires_at"])


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_table("ciba_requests")
