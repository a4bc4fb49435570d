"""The accent colour of an app, for the pages where people sign in to it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("clients", sa.Column("accent_color", sa.String(), nullable=True))


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_column("clients", "accent_color")
