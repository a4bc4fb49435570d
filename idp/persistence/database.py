"""The database of one process, and transactions on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from idp.kernel.clock import Clock
from idp.kernel.request_origin import LOCAL, Origin
from idp.persistence.driver_statements import statements_for
from idp.persistence.engine import BEGINS_LATE, LOCK_TIMEOUT, open_engine, shorten_busy_timeout
from idp.persistence.executor import Executor
from idp.persistence.failures import DatabaseUnavailable, translated_failures
from idp.persistence.transaction import Transaction

DatabaseFailure = (SQLAlchemyError, DatabaseUnavailable)
"""What transactions raise when the database fails, for `except`."""


class Database:
    """The database, one per process; safe to share among threads.

    Both kinds of transaction raise `DatabaseUnavailable` when the database is away, locked or full.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = make_url(url)
        self._clock = clock
        self.lock_timeout: float = LOCK_TIMEOUT
        self._writing = threading.Lock()
        self.engine = open_engine(url)
        if self.engine.dialect.name == "sqlite":
            shorten_busy_timeout(self.engine)
        self._statements = statements_for(self.engine.driver)
        # psycopg forgets the row count of an INSERT once SQLAlchemy has closed its cursor.
        self._engine = self.engine.execution_options(preserve_rowcount=True, **{BEGINS_LATE: True})

    @contextmanager
    def write(self, origin: Origin = LOCAL) -> Iterator[Transaction]:
        """Open a read-write transaction: returning commits, raising rolls back. It begins with its first change."""
        # The turn ends after the connection was closed, which rolls back what was not committed.
        with translated_failures(), ExitStack() as turn, self._engine.connect() as connection:
            wait = partial(self._wait_for_turn, turn)
            executor = Executor(connection, self._statements, lock_timeout=self.lock_timeout, before_change=wait)
            yield Transaction(executor, self._clock.now(), origin)
            executor.commit()

    @contextmanager
    def read(self, origin: Origin = LOCAL) -> Iterator[Transaction]:
        """Open a read-only transaction: it waits for no writer, and each statement sees what is committed."""
        with translated_failures(), self._engine.connect() as connection:
            executor = Executor(connection, self._statements, lock_timeout=self.lock_timeout)
            yield Transaction(executor, self._clock.now(), origin)

    def _wait_for_turn(self, turn: ExitStack) -> None:
        """Wait until no other thread of this process writes to SQLite: asking for its lock costs processor time."""
        if self.engine.dialect.name != "sqlite":
            return
        if not self._writing.acquire(timeout=self.lock_timeout):
            raise DatabaseUnavailable("another thread of this process still writes")
        turn.callback(self._writing.release)

    def reachable(self) -> bool:
        """Whether the database responds and has our tables."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()
