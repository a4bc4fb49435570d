"""Attributes of people, and claims that administrators add for an app."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "attributes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attributes")),
    )
    op.add_column("users", sa.Column("attributes", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("clients", sa.Column("claim_mappings", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_column("clients", "claim_mappings")
    op.drop_column("users", "attributes")
    op.drop_table("attributes")
