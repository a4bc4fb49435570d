"""The last answer of a login flow, the cookie before it, and the choice to stay signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("login_flows", sa.Column("previous_digest", sa.String(), nullable=True))
    op.add_column("login_flows", sa.Column("sealed_answer", sa.String(), nullable=True))
    op.add_column("login_flows", sa.Column("keep_signed_in", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_login_flows_previous_digest"), "login_flows", ["previous_digest"])


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_index(op.f("ix_login_flows_previous_digest"), "login_flows")
    op.drop_column("login_flows", "keep_signed_in")
    op.drop_column("login_flows", "sealed_answer")
    op.drop_column("login_flows", "previous_digest")
