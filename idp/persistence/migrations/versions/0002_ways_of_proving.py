"""Codes by message, changes of address and number, the grace window."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "sent_codes",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sent_codes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner", "purpose", "channel", name=op.f("pk_sent_codes")),
    )
    op.create_index(op.f("ix_sent_codes_user_id"), "sent_codes", ["user_id"])
    op.create_index(op.f("ix_sent_codes_expires_at"), "sent_codes", ["expires_at"])
    op.create_table(
        "contact_changes",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=True),
        sa.Column("new", sa.String(), nullable=True),
        sa.Column("old_verified", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("undo_digest", sa.String(), nullable=True),
        sa.Column("undo_until", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_contact_changes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_contact_changes")),
        sa.UniqueConstraint("undo_digest", name=op.f("uq_contact_changes_undo_digest")),
    )
    op.create_index(op.f("ix_contact_changes_user_id"), "contact_changes", ["user_id"])
    op.create_index(op.f("ix_contact_changes_expires_at"), "contact_changes", ["expires_at"])
    # Never a batch here: SQLite would copy the table and drop the old one, and by cascade whatever refers to it.
    op.add_column("factors", sa.Column("attested", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("factors", sa.Column("address", sa.String(), nullable=True))
    # Links live a month at most: those of the revision before are asked for again rather than carried over.
    op.drop_index(op.f("ix_alert_links_user_id"), "alert_links")
    op.drop_index(op.f("ix_alert_links_expires_at"), "alert_links")
    op.drop_table("alert_links")
    _alert_links(sa.Column("device_id", sa.String(), nullable=True), sa.Column("event", sa.String(), nullable=False))
    op.add_column("users", sa.Column("second_step_due_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Leave the schema as the revision before had it. Factors it did not know are forgotten."""
    op.execute(sa.text("DELETE FROM factors WHERE kind IN ('email', 'sms', 'whatsapp')"))
    op.drop_column("users", "second_step_due_at")
    op.drop_column("factors", "address")
    op.drop_column("factors", "attested")
    op.drop_table("contact_changes")
    op.drop_table("sent_codes")
    op.drop_table("alert_links")
    _alert_links(sa.Column("device_id", sa.String(), nullable=False))


def _alert_links(*columns: sa.Column[str]) -> None:
    """The table as either revision has it; it is made anew because SQLite cannot loosen a column."""
    op.create_table(
        "alert_links",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        *columns,
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_alert_links_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_alert_links")),
    )
    op.create_index(op.f("ix_alert_links_user_id"), "alert_links", ["user_id"])
    op.create_index(op.f("ix_alert_links_expires_at"), "alert_links", ["expires_at"])
