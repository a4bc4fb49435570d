"""What a client may be registered for: one method of authentication only, PKCE as an option, claims in ID tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPTIONS = {"strict_auth_method": sa.false(), "require_pkce": sa.true(), "id_token_scope_claims": sa.false()}
"""Column -> what clients have that were registered before."""


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name, default in OPTIONS.items():
        op.add_column("clients", sa.Column(name, sa.Boolean(), nullable=False, server_default=default))


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    for name in reversed(OPTIONS):
        op.drop_column("clients", name)
