"""Failures of the database that pass: it is away, locked, full or read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, TimeoutError  # noqa: A004 - of the pool

SQLITE_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Primary result codes; of the other operational errors, such as a missing table, trying again mends none."""
PRIMARY_CODE = 0xFF
READ_ONLY = "25006"
"""SQLSTATE after a failover, while we are still connected to the server that was the primary."""


class DatabaseUnavailable(Exception):
    """The database cannot be used now, and the same request may work later; the message is for logs only."""


@contextmanager
def translated_failures() -> Iterator[None]:
    """Raise `DatabaseUnavailable` for failures that pass; other errors are raised as they are."""
    try:
        yield
    except SQLAlchemyError as error:
        if is_passing(error):
            raise DatabaseUnavailable(describe(error)) from error
        raise


def is_passing(error: SQLAlchemyError) -> bool:
    """Whether the same statement may work later, without a change of program or tables."""
    if isinstance(error, TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CANTOPEN)
        return isinstance(error, OperationalError) and code & PRIMARY_CODE in SQLITE_PASSING
    # PostgreSQL: not connected, out of resources, locked, a deadlock, shut down (SQLSTATE classes 08, 40, 53 to 58).
    lost = isinstance(error, OperationalError) or error.connection_invalidated
    return lost or getattr(error.orig, "sqlstate", None) == READ_ONLY


def is_locked(error: DBAPIError) -> bool:
    """Whether SQLite refused a statement because another connection holds its lock."""
    return getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY_CODE == sqlite3.SQLITE_BUSY


def describe(error: Exception) -> str:
    """Return the driver's message for a failure, in one line."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return str(cause).strip().partition("\n")[0]
