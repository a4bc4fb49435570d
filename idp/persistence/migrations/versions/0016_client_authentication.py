"""DPoP proofs that were used; secrets of clients that sign with them, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "dpop_proofs",
        sa.Column("jkt", sa.String(), nullable=False),
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("jkt", "jti", name="pk_dpop_proofs"),
    )
    op.create_index("ix_dpop_proofs_expires_at", "dpop_proofs", ["expires_at"])
    op.add_column("clients", sa.Column("sealed_secret", sa.String(), nullable=True))
    op.add_column("clients", sa.Column("sealed_previous_secret", sa.String(), nullable=True))


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_column("clients", "sealed_previous_secret")
    op.drop_column("clients", "sealed_secret")
    op.drop_table("dpop_proofs")
