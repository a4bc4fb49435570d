"""The schema as a whole, and migrations between its revisions."""

from __future__ import annotations

import os
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

from idp.persistence import base, transaction
from idp.persistence.engine import BEGINS_LATE, open_engine
from idp.persistence.failures import describe

METADATA = base.METADATA
MODULES = (transaction,)
"""Importing these declares every table."""

ADVISORY_LOCK = 0x1D9_C0DE
"""PostgreSQL lock for migrations, so that nodes starting together migrate once."""


class State(StrEnum):
    """The schema's revision relative to this version's."""

    UNREACHABLE = "unreachable"
    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Status:
    """State of a database, its `revision`, and the `reason` why it cannot be reached."""

    state: State
    revision: str | None = None
    reason: str = ""

    @property
    def problem(self) -> str | None:
        """Describe why this version cannot use the database, and the remedy; None when it can."""
        return {
            State.UNREACHABLE: f"The database cannot be reached ({self.reason}). Check IDP_DATABASE_URL.",
            State.EMPTY: "The database has no tables yet. Run: idp db upgrade",
            State.BEHIND: f"The database is at revision {self.revision}, behind this version. Run: idp db upgrade",
            State.AHEAD: f"The database is at revision {self.revision} of a newer version. Run that version.",
        }.get(self.state)


def status(url: str) -> Status:
    """Inspect the database at `url` without changing it; a missing SQLite file is not created."""
    file = Path(make_url(url).database or "") if url.startswith("sqlite") else None
    if file and not file.exists():
        return Status(State.EMPTY)
    try:
        revision = current(url)
    except SQLAlchemyError as error:
        return Status(State.UNREACHABLE, reason=_closed_file(file) or describe(error))
    except ValueError:  # of SQLAlchemy, for a port that is no number
        return Status(State.UNREACHABLE, reason="its address is malformed")
    if closed := _closed_file(file):
        return Status(State.UNREACHABLE, reason=closed)
    return Status(_compare(revision), revision)


def _compare(revision: str | None) -> State:
    """Return the state of a database at this revision."""
    if revision is None:
        return State.EMPTY
    scripts = ScriptDirectory.from_config(alembic_config())
    if revision == scripts.get_current_head():
        return State.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return State.BEHIND if revision in known else State.AHEAD


def _closed_file(file: Path | None) -> str:
    """Describe why SQLite cannot write here, also to the files that it makes beside the database; empty when it can."""
    if file is None:
        return ""
    beside = (file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))
    for each in (file.parent, file, *filter(Path.exists, beside)):
        if not os.access(each, os.R_OK | os.W_OK):
            return f"this account may not write {each}"
    return ""


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up to `revision`; safe to run on several nodes at once."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Migrate down to `revision` (`base`: empty)."""
    _run(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """Return the database's revision; None when it is empty."""
    engine = open_engine(url)
    try:
        with engine.execution_options(**{BEGINS_LATE: True}).connect() as connection:  # waits for no writer
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str:
    """Return the revision this version needs."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def alembic_config(connection: Connection | None = None) -> Config:
    """Create Alembic's configuration, without a file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    made.attributes["connection"] = connection
    return made


def _run(url: str, action: Callable[[Config], None]) -> None:
    engine = open_engine(url, lock_timeout=0)  # another node may migrate for longer than any request may wait
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            action(alembic_config(connection))
    finally:
        engine.dispose()
