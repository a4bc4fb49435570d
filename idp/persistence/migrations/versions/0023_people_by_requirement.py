"""People by whether a second step is required of them."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEX = "ix_users_requirement"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_index(INDEX, "users", ["second_step_required", "id"])


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_index(INDEX, "users")
