"""The schema as a whole, and how it moves from one revision to the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from idp.persistence import unit_of_work
from idp.persistence.base import Base
from idp.persistence.database import open_engine

METADATA = Base.metadata
MODULES = (unit_of_work,)
"""Importing these declares every table."""

ADVISORY_LOCK = 0x1D9_C0DE
"""PostgreSQL lock taken while migrating, so that nodes starting together do it once."""


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` up to `revision`; safe to call from several nodes at once."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Migrate the database at `url` down to `revision` (`base`: nothing left)."""
    _run(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """The revision the database is at; None when it is empty."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str:
    """The revision this version of the product needs."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file of its own."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    made.attributes["connection"] = connection
    return made


def _run(url: str, action: Callable[[Config], None]) -> None:
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            action(config(connection))
    finally:
        engine.dispose()
