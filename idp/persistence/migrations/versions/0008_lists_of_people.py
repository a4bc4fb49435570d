"""What lists of people show and are sorted by: key of the name, kinds of second step, last sign-in."""

import sqlalchemy as sa
from alembic import op

from idp.persistence.lookup_keys import name_key

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BATCH = 1000
KEYS = ("username_key", "email_key")
OFF, DISABLED = "factor_kinds = ''", "status = 'disabled'"
INDEXES = (
    ("ix_users_name", ("name_key", "id"), None),
    ("ix_users_sign_in", ("last_sign_in_at", "id"), None),
    ("ix_users_off", ("username_key",), OFF),
    ("ix_users_off_name", ("name_key", "id"), OFF),
    ("ix_users_off_sign_in", ("last_sign_in_at", "id"), OFF),
    ("ix_users_required", ("username_key",), f"second_step_required AND {OFF}"),
    ("ix_users_due", ("second_step_due_at",), OFF),
    ("ix_users_disabled", ("username_key",), DISABLED),
    ("ix_users_disabled_name", ("name_key", "id"), DISABLED),
    ("ix_users_disabled_sign_in", ("last_sign_in_at", "id"), DISABLED),
)
users = sa.table("users", *(sa.column(name) for name in ("id", "name_key", "factor_kinds", "last_sign_in_at")))
profiles = sa.table("users", sa.column("id", sa.String), sa.column("profile", sa.JSON))
factors = sa.table("factors", sa.column("user_id"), sa.column("kind"))
devices = sa.table("devices", sa.column("user_id"), sa.column("last_seen_at"))


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("users", sa.Column("name_key", _key_type(), nullable=False, server_default=""))
    op.add_column("users", sa.Column("factor_kinds", sa.String(), nullable=False, server_default=""))
    op.add_column("users", sa.Column("last_sign_in_at", sa.BigInteger(), nullable=False, server_default="0"))
    _set_collation("C")
    _fill_names()
    _fill_kinds()
    last_seen = sa.select(sa.func.max(devices.c.last_seen_at)).where(devices.c.user_id == users.c.id)
    op.execute(users.update().values(last_sign_in_at=sa.func.coalesce(last_seen.scalar_subquery(), 0)))
    for name, columns, where in INDEXES:
        condition = sa.text(where) if where else None
        op.create_index(name, "users", list(columns), sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    for name, _columns, _where in reversed(INDEXES):
        op.drop_index(name, "users")
    for name in ("last_sign_in_at", "factor_kinds", "name_key"):
        op.drop_column("users", name)
    _set_collation("default")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _key_type() -> sa.String:
    return sa.String(collation="C") if _is_postgresql() else sa.String()


def _set_collation(collation: str) -> None:
    """Compare keys byte by byte: only then can an index find those that begin with some letters. SQLite always does."""
    if _is_postgresql():
        for name in KEYS:
            op.execute(f'ALTER TABLE users ALTER COLUMN {name} TYPE varchar COLLATE "{collation}"')


def _fill_names() -> None:
    connection, after = op.get_bind(), ""
    batch = sa.select(profiles).order_by(profiles.c.id).limit(BATCH)
    change = users.update().where(users.c.id == sa.bindparam("person")).values(name_key=sa.bindparam("key"))
    while found := connection.execute(batch.where(profiles.c.id > after)).all():
        named = [{"person": each.id, "key": name_key(each.profile)} for each in found]
        if named := [each for each in named if each["key"]]:
            connection.execute(change, named)
        after = found[-1].id


def _fill_kinds() -> None:
    """Read the kinds once; most people have the same few combinations."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(factors.c.user_id, factors.c.kind).order_by(factors.c.user_id, factors.c.kind))
    kinds: dict[str, dict[str, None]] = {}
    for user_id, kind in rows:
        kinds.setdefault(user_id, {})[kind] = None
    change = users.update().where(users.c.id == sa.bindparam("person")).values(factor_kinds=sa.bindparam("kinds"))
    if kinds:
        connection.execute(change, [{"person": person, "kinds": " ".join(own)} for person, own in kinds.items()])
