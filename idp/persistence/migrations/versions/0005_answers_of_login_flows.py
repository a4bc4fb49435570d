"""Answers of login flows and the choice to stay signed in; one key for both forms of a mail domain."""

import unicodedata

import idna
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

USERS = sa.table("users", sa.column("id", sa.String), sa.column("email", sa.String), sa.column("email_key", sa.String))
BATCH = 1000


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("login_flows", sa.Column("previous_digest", sa.String(), nullable=True))
    op.add_column("login_flows", sa.Column("sealed_answer", sa.String(), nullable=True))
    op.add_column("login_flows", sa.Column("keep_signed_in", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_login_flows_previous_digest"), "login_flows", ["previous_digest"])
    _rewrite_email_keys()


def downgrade() -> None:
    """Leave the schema as the revision before had it; keys of addresses stay as they are."""
    op.drop_index(op.f("ix_login_flows_previous_digest"), "login_flows")
    op.drop_column("login_flows", "keep_signed_in")
    op.drop_column("login_flows", "sealed_answer")
    op.drop_column("login_flows", "previous_digest")


def _rewrite_email_keys() -> None:
    """Put A-labels into the keys of addresses (RFC 5890); of two accounts with one address the second keeps its key."""
    connection = op.get_bind()
    for user_id, email, key in _addresses(connection):
        new = _ascii_key(email, key)
        taken = sa.select(USERS.c.id).where(USERS.c.email_key == new)
        if new != key and connection.scalar(taken) is None:
            connection.execute(USERS.update().where(USERS.c.id == user_id).values(email_key=new))


def _addresses(connection: sa.Connection) -> list[tuple[str, str, str]]:
    """Return the addresses with a domain outside ASCII, read in batches."""
    found: list[tuple[str, str, str]] = []
    after = ""
    while True:
        query = sa.select(USERS).where(USERS.c.email_key.is_not(None), USERS.c.id > after).order_by(USERS.c.id)
        rows = connection.execute(query.limit(BATCH)).all()
        found += [(user_id, email, key) for user_id, email, key in rows if not email.rpartition("@")[2].isascii()]
        if len(rows) < BATCH:
            return found
        after = rows[-1][0]


def _ascii_key(email: str, key: str) -> str:
    """Return the key with the domain in A-labels, made from the address: folding changes letters of the domain."""
    domain = unicodedata.normalize("NFKC", email).strip().rpartition("@")[2]
    try:
        return f"{key.rpartition('@')[0]}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return key
