"""Optional members of clients; what a grant is bound to, meant for, and allows in detail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("clients", sa.Column("metadata", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("grants", sa.Column("confirmation", sa.JSON(), nullable=True))
    op.add_column("grants", sa.Column("resources", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("grants", sa.Column("authorization_details", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    for name in ("authorization_details", "resources", "confirmation"):
        op.drop_column("grants", name)
    op.drop_column("clients", "metadata")
