"""Connections to SQLite or PostgreSQL, and transactions on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from idp.kernel.clock import Clock
from idp.kernel.request_origin import LOCAL, Origin
from idp.persistence.transaction import Transaction

DatabaseFailure = SQLAlchemyError
"""What stores raise when the database fails."""

SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=15000", "foreign_keys=ON")
POSTGRESQL_POOL = {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True, "pool_recycle": 1800}

SESSION: dict[str, Any] = {
    "autoflush": False,
    "expire_on_commit": False,
    # What is read is what is stored now: changes are statements, which the session's own memory does not see.
    "execution_options": {"populate_existing": True},
}


class Database:
    """The database, one per process; safe to share among threads."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = make_url(url)
        self._clock = clock
        self.engine = open_engine(url)
        self._reading = self.engine.execution_options(read_only=True)

    @contextmanager
    def write(self, origin: Origin = LOCAL) -> Iterator[Transaction]:
        """Open a read-write transaction: returning commits, raising rolls back."""
        with Session(self.engine, **SESSION) as session, session.begin():
            yield Transaction(session, self._clock.now(), origin)

    @contextmanager
    def read(self, origin: Origin = LOCAL) -> Iterator[Transaction]:
        """Open a read-only transaction: on SQLite it waits for no writer, and changes are discarded."""
        with Session(self._reading, **SESSION) as session:
            yield Transaction(session, self._clock.now(), origin)

    def reachable(self) -> bool:
        """Whether the database responds."""
        try:
            with self._reading.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """Create an engine for `url`, with the same transaction semantics on both databases."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url)
        _prepare_sqlite(engine)
        return engine
    return create_engine(url, **POSTGRESQL_POOL)


def _prepare_sqlite(engine: Engine) -> None:
    """Use WAL and explicit `BEGIN IMMEDIATE`.

    The driver begins a transaction only at the first write, so two requests could read the same state and both act on
    it; `BEGIN IMMEDIATE` takes the write lock before anything is read.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        reading = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
