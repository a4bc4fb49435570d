"""Login flows, requirements and rate-limit buckets under the names that the code has; the end of clients' tokens."""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXED = ("browser_digest", "expires_at", "user_id")
REQUIREMENT = {
    "level": "min_level",
    "wished": "voluntary_level",
    "since": "not_before",
    "enrol": "require_enrolment",
}
"""Members of a stored requirement: the name of the revision before -> the name of this one."""


def upgrade() -> None:
    """Bring the schema to this revision."""
    _rename_table("logins", "login_flows")
    op.alter_column("login_flows", "door", new_column_name="initiator")
    op.alter_column("login_flows", "demand", new_column_name="requirement")
    _rename_members("requirement", REQUIREMENT)
    op.alter_column("password_resets", "login_id", new_column_name="flow_id")
    op.alter_column("throttles", "lane", new_column_name="bucket")
    op.add_column("clients", sa.Column("tokens_not_before", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_column("clients", "tokens_not_before")
    op.alter_column("throttles", "bucket", new_column_name="lane")
    op.alter_column("password_resets", "flow_id", new_column_name="login_id")
    _rename_members("requirement", {new: old for old, new in REQUIREMENT.items()})
    op.alter_column("login_flows", "requirement", new_column_name="demand")
    op.alter_column("login_flows", "initiator", new_column_name="door")
    _rename_table("login_flows", "logins")


def _rename_table(old: str, new: str) -> None:
    """Rename a table and its indexes; on PostgreSQL its constraints too, which SQLite cannot rename."""
    for column in INDEXED:
        op.drop_index(op.f(f"ix_{old}_{column}"), old)
    op.rename_table(old, new)
    for column in INDEXED:
        op.create_index(op.f(f"ix_{new}_{column}"), new, [column])
    if op.get_bind().dialect.name == "postgresql":
        for constraint in ("pk_{}", "fk_{}_user_id_users"):
            names = constraint.format(old), constraint.format(new)
            op.execute(sa.text("ALTER TABLE {} RENAME CONSTRAINT {} TO {}".format(new, *names)))


def _rename_members(column: str, names: Mapping[str, str]) -> None:
    """Rename members of a JSON column, so that sign-ins under way go on after the upgrade."""
    flows = sa.table("login_flows", sa.column("id", sa.String), sa.column(column, sa.JSON))
    connection = op.get_bind()
    for flow_id, stored in connection.execute(sa.select(flows.c.id, flows.c[column])).all():
        renamed = {names.get(name, name): value for name, value in stored.items()}
        connection.execute(flows.update().where(flows.c.id == flow_id).values({column: renamed}))
