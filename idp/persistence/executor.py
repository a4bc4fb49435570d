"""Executes the statements of one transaction.

    reading                     each statement by itself, on both databases: it sees what was committed before it
    the first change or lock    the turn of this thread among those of its process that write to SQLite
                                BEGIN: on SQLite with the lock of all writers
    deferred inserts            before the commit; a single one without a change before it needs no BEGIN
    commit                      only if something began

Statements go to the driver's cursor as `driver_statements` compiled them; to SQLAlchemy where it has to do more.
Before the first change, nothing was stored, so a statement may be sent again: once on a new connection, when the
database has ended this one; on SQLite, which wakes nobody who waits for a lock, every few milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Insert, Table
from sqlalchemy.exc import DBAPIError, MultipleResultsFound

from idp.kernel.clock import stopwatch
from idp.persistence.driver_cursor import Result, send
from idp.persistence.driver_statements import DriverStatements
from idp.persistence.engine import BEGIN
from idp.persistence.failures import is_locked

R = TypeVar("R")

PREFIX = "given_"
"""Begins the names of parameters: SQLAlchemy reserves those of columns in UPDATE and INSERT."""


class ReadOnly(Exception):
    """A read-only transaction was used for a change: a fault of the caller."""


class Executor:
    """One connection, from the first statement to the commit."""

    def __init__(
        self,
        connection: Connection,
        statements: DriverStatements,
        *,
        lock_timeout: float,
        before_change: Callable[[], None] | None = None,
    ) -> None:
        """`lock_timeout`: seconds to wait for SQLite's lock. `before_change` is called once; None: read only."""
        self._connection = connection
        self._statements = statements
        self._lock_timeout = lock_timeout
        self._before_change = before_change
        self._begun = False
        self._deferred: list[tuple[Insert, dict[str, Any]]] = []

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self._connection.dialect.name

    def row(self, query: Executable, **given: Any) -> Sequence[Any] | None:
        """Return the only row; None when there is none."""
        return _only(self._read(query, given).rows)

    def rows(self, query: Executable, **given: Any) -> list[Sequence[Any]]:
        """Return all rows."""
        return list(self._read(query, given).rows)

    def one_or_none(self, record: Callable[..., R], query: Executable, **given: Any) -> R | None:
        """Return the only row as a record; None when there is none."""
        row = _only(self._read(query, given).rows)
        return None if row is None else record(*row)

    def all(self, record: Callable[..., R], query: Executable, **given: Any) -> list[R]:
        """Return all rows as records."""
        return [record(*row) for row in self._read(query, given).rows]

    def scalar(self, query: Executable, **given: Any) -> Any:  # noqa: ANN401 - as the statement has it
        """Return the first column of the first row; None when there is none."""
        rows = self._read(query, given).rows
        return rows[0][0] if rows else None

    def scalars(self, query: Executable, **given: Any) -> list[Any]:
        """Return the first column of all rows."""
        return [row[0] for row in self._read(query, given).rows]

    def lock(self, record: Callable[..., R], query: Executable, **given: Any) -> list[R]:
        """Execute a `SELECT ... FOR UPDATE`; return the locked rows as records."""
        return [record(*row) for row in self._change(query, given).rows]

    def change(self, statement: Executable, **given: Any) -> int:
        """Execute an INSERT, UPDATE or DELETE; return the number of rows it changed."""
        return self._change(statement, given).row_count

    def claim(self, record: Callable[..., R], statement: Executable, **given: Any) -> R | None:
        """Change (with RETURNING) or lock the only row, and return it; None when no row matched."""
        row = _only(self._change(statement, given).rows)
        return None if row is None else record(*row)

    def returned(self, statement: Executable, **given: Any) -> list[Any]:
        """Execute a change; return the first column of the rows in its RETURNING."""
        return [row[0] for row in self._change(statement, given).rows]

    def insert(self, table: Table, *records: Any) -> None:
        """Insert records."""
        self._begin()
        statement, names = _insert_into(table)
        self._insert(statement, [_values(record, names) for record in records])

    def defer(self, table: Table, record: Any) -> None:  # noqa: ANN401 - a record of that table
        """Insert a record at the end of the transaction."""
        if self._before_change is None:
            raise ReadOnly
        statement, names = _insert_into(table)
        self._deferred.append((statement, _values(record, names)))

    def flush(self) -> None:
        """Execute the deferred inserts now, so that the next statement sees them."""
        if self._deferred:
            self._begin()
            self._insert_deferred()

    def commit(self) -> None:
        """Commit what was changed."""
        if len(self._deferred) > 1:
            self._begin()
        if self._begun:
            self._insert_deferred()
            self._connection.commit()
        elif self._deferred and self._before_change:
            self._before_change()
            self._retry_while_locked(self._insert_deferred)

    def _insert_deferred(self) -> None:
        for statement, deferred in groupby(self._deferred, key=itemgetter(0)):
            self._insert(statement, [values for _, values in deferred])
        self._deferred.clear()

    def _insert(self, statement: Insert, rows: list[dict[str, Any]]) -> None:
        compiled = self._statements.find(statement, self._connection.dialect, rows[0])
        if compiled is None:
            self._connection.execute(statement, rows)
        elif len(rows) > 1:
            compiled.execute_many(self._connection, rows)
        else:
            compiled.execute(self._connection, rows[0])

    def _read(self, query: Executable, given: Mapping[str, Any]) -> Result:
        return self._send(query, {PREFIX + name: value for name, value in given.items()})

    def _change(self, statement: Executable, given: Mapping[str, Any]) -> Result:
        self._begin()
        return self._send(statement, {PREFIX + name: value for name, value in given.items()})

    def _begin(self) -> None:
        if self._begun:
            return
        if self._before_change is None:
            raise ReadOnly
        self._before_change()
        statement = BEGIN[self._connection.dialect.name]
        self._retry_after_disconnect(lambda: send(self._connection, statement))
        if not self._connection.in_transaction():  # it is, when SQLAlchemy executed a statement before
            self._connection.begin()
        self._begun = True

    def _send(self, statement: Executable, parameters: dict[str, Any]) -> Result:
        return self._retry_after_disconnect(lambda: self._execute(statement, parameters))

    def _execute(self, statement: Executable, parameters: dict[str, Any]) -> Result:
        compiled = self._statements.find(statement, self._connection.dialect, parameters)
        if compiled is not None:
            return compiled.execute(self._connection, parameters)
        result = self._connection.execute(statement, parameters)
        return Result(result.all() if result.returns_rows else (), result.rowcount)

    def _retry_after_disconnect(self, execute: Callable[[], Result]) -> Result:
        """Execute a statement; repeat it once after a lost connection, if nothing was changed."""
        try:
            return self._retry_while_locked(execute)
        except DBAPIError as error:
            if self._begun or not error.connection_invalidated:
                raise
        self._connection.rollback()
        return self._retry_while_locked(execute)

    def _retry_while_locked(self, execute: Callable[[], R]) -> R:
        """Execute a statement again while another connection holds SQLite's lock; a refused one did nothing."""
        began = stopwatch()
        while True:
            try:
                return execute()
            except DBAPIError as error:
                if self._begun or not is_locked(error) or stopwatch() - began >= self._lock_timeout:
                    raise


def _only(rows: Sequence[Sequence[Any]]) -> Sequence[Any] | None:
    """Return the only row; None when there is none."""
    if len(rows) > 1:
        raise MultipleResultsFound
    return rows[0] if rows else None


@cache
def _insert_into(table: Table) -> tuple[Insert, tuple[str, ...]]:
    """Return the INSERT of a table, and its columns except one that the database numbers."""
    names = tuple(column.name for column in table.c if column is not table.autoincrement_column)
    return table.insert().inline(), names


def _values(record: Any, names: tuple[str, ...]) -> dict[str, Any]:  # noqa: ANN401 - of any table
    return {name: getattr(record, name) for name in names}
