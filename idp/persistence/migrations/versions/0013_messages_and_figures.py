"""Messages stay for a time without their content; figures of the console's overview."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("outbox", sa.Column("kind", sa.String(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("user_id", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("state", sa.String(), nullable=False, server_default="waiting"))
    op.add_column("outbox", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE outbox SET kind = template")
    waiting = sa.text("state = 'waiting'")
    op.drop_index("ix_outbox_next_attempt_at", "outbox")
    op.create_index(
        "ix_outbox_waiting", "outbox", ["channel", "next_attempt_at"], postgresql_where=waiting, sqlite_where=waiting
    )
    op.create_index("ix_outbox_created", "outbox", ["created_at", "id"])
    op.create_index("ix_outbox_state", "outbox", ["state", "created_at", "id"])
    op.create_index("ix_outbox_kind", "outbox", ["kind", "created_at", "id"])
    op.create_index("ix_outbox_channel", "outbox", ["channel", "created_at", "id"])
    op.create_index("ix_outbox_user", "outbox", ["user_id", "created_at", "id"])
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", name=op.f("pk_daily_counts")),
    )
    op.create_table(
        "figures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_figures")),
    )


def downgrade() -> None:
    """Leave the schema as the revision before had it."""
    op.drop_table("figures")
    op.drop_table("daily_counts")
    for name in ("waiting", "created", "state", "kind", "channel", "user"):
        op.drop_index(f"ix_outbox_{name}", "outbox")
    op.execute("DELETE FROM outbox WHERE state <> 'waiting'")
    op.create_index("ix_outbox_next_attempt_at", "outbox", ["next_attempt_at"])
    for name in ("ended_at", "state", "user_id", "kind"):
        op.drop_column("outbox", name)
