"""The schema as a whole, and how it moves from one revision to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from idp.persistence import transaction
from idp.persistence.base import Base
from idp.persistence.database import open_engine

METADATA = Base.metadata
MODULES = (transaction,)
"""Importing these declares every table."""

ADVISORY_LOCK = 0x1D9_C0DE
"""PostgreSQL lock taken while migrating, so that nodes starting together do it once."""


class State(StrEnum):
    """How the database relates to this version of the product."""

    UNREACHABLE = "unreachable"
    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Status:
    """The state of a database; `revision` is where it is, `reason` why it cannot be reached."""

    state: State
    revision: str | None = None
    reason: str = ""

    @property
    def problem(self) -> str | None:
        """Why this version cannot use it as it is, and what to do; None when it can."""
        return {
            State.UNREACHABLE: f"The database cannot be reached ({self.reason}). Check IDP_DATABASE_URL.",
            State.EMPTY: "The database has no tables yet. Run: idp db upgrade",
            State.BEHIND: f"The database is at revision {self.revision}, behind this version. Run: idp db upgrade",
            State.AHEAD: f"The database is at revision {self.revision} of a newer version. Run that version.",
        }.get(self.state)


def status(url: str) -> Status:
    """Look at the database at `url` without changing it; a SQLite file is not made by looking."""
    file = make_url(url).database if url.startswith("sqlite") else None
    if file and not Path(file).exists():
        return Status(State.EMPTY)
    try:
        revision = current(url)
    except SQLAlchemyError as error:
        return Status(State.UNREACHABLE, reason=str(error.__cause__ or error).strip().partition("\n")[0])
    if revision is None:
        return Status(State.EMPTY)
    scripts = ScriptDirectory.from_config(alembic_config())
    if revision == scripts.get_current_head():
        return Status(State.CURRENT, revision)
    known = {script.revision for script in scripts.walk_revisions()}
    return Status(State.BEHIND if revision in known else State.AHEAD, revision)


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
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def alembic_config(connection: Connection | None = None) -> Config:
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
            action(alembic_config(connection))
    finally:
        engine.dispose()
