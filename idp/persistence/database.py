"""The database of one process, and transactions on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from idp.kernel.clock import Clock
from idp.kernel.request_origin import LOCAL, Origin
from idp.persistence.engine import open_engine
from idp.persistence.failures import DatabaseUnavailable, translated_failures
from idp.persistence.transaction import Transaction

DatabaseFailure = (SQLAlchemyError, DatabaseUnavailable)
"""What transactions raise when the database fails, for `except`."""

SESSION: dict[str, Any] = {
    "autoflush": False,
    "expire_on_commit": False,
    # What is read is what is stored now: changes are statements, which the session's own memory does not see.
    "execution_options": {"populate_existing": True},
}


class Database:
    """The database, one per process; safe to share among threads.

    Both kinds of transaction raise `DatabaseUnavailable` when the database is away, locked or full.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = make_url(url)
        self._clock = clock
        self.engine = open_engine(url)
        self._reading = self.engine.execution_options(read_only=True)

    @contextmanager
    def write(self, origin: Origin = LOCAL) -> Iterator[Transaction]:
        """Open a read-write transaction: returning commits, raising rolls back."""
        with translated_failures(), Session(self.engine, **SESSION) as session, session.begin():
            yield Transaction(session, self._clock.now(), origin)

    @contextmanager
    def read(self, origin: Origin = LOCAL) -> Iterator[Transaction]:
        """Open a read-only transaction: on SQLite it waits for no writer, and changes are discarded."""
        with translated_failures(), Session(self._reading, **SESSION) as session:
            yield Transaction(session, self._clock.now(), origin)

    def reachable(self) -> bool:
        """Whether the database responds and has our tables."""
        try:
            with self._reading.connect() as connection:
                connection.execute(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()
