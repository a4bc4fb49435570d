"""The network that a login flow was started from, to bound how many a network leaves unproven."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "ix_login_flows_unproven"
UNPROVEN = sa.text("user_id IS NULL")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("login_flows", sa.Column("network", sa.String(), nullable=True))
    op.create_index(INDEX, "login_flows", ["network", "created_at"], sqlite_where=UNPROVEN, postgresql_where=UNPROVEN)


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_index(INDEX, "login_flows")
    op.drop_column("login_flows", "network")
