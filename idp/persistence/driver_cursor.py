"""Sends one text to the driver, on the connection that a SQLAlchemy `Connection` has taken from the pool.

`Connection.execute` does the same, and also builds an execution context and a result; their cost is saved here.
Two things of it are not in SQLAlchemy's documentation, `Connection.dispatch` and `Connection._handle_dbapi_exception`;
`tests/persistence/test_driver_cursor.py` fails when they change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import Connection


class Result(NamedTuple):
    """The rows that a statement returned, and how many it found or changed."""

    rows: Sequence[Sequence[Any]]
    row_count: int


def send(
    connection: Connection,
    text: str,
    parameters: Any = (),  # noqa: ANN401 - as the driver takes them
    *,
    returns_rows: bool = False,
    many: bool = False,
) -> Result:
    """Execute a text, with listeners and exceptions as in `Connection.exec_driver_sql`.

    `many`: `parameters` are a list of them.
    """
    pooled, cursor = connection.connection, None
    try:
        cursor = pooled.cursor()
        for listener in connection.dispatch.before_cursor_execute:
            text, parameters = listener(connection, cursor, text, parameters, None, many)
        (cursor.executemany if many else cursor.execute)(text, parameters)
        connection.dispatch.after_cursor_execute(connection, cursor, text, parameters, None, many)
        rows = cursor.fetchall() if returns_rows else ()
        result = Result(rows, cursor.rowcount)  # SQLite counts what it returns while it is fetched
        cursor.close()
    except BaseException as error:  # noqa: BLE001 - after an interrupt the connection cannot be used either
        raise_translated(connection, error, text, parameters, cursor)
    return result


def raise_translated(
    connection: Connection,
    error: BaseException,
    text: str,
    parameters: Any,  # noqa: ANN401 - as above
    cursor: Any = None,  # noqa: ANN401 - of any driver
) -> NoReturn:
    """Raise an exception as SQLAlchemy does: the driver's as its own, and end what a lost connection leaves behind."""
    is_drivers = cursor is None or isinstance(error, connection.dialect.loaded_dbapi.Error)
    # With a text, other exceptions become a `StatementError`; SQLAlchemy leaves those that come while executing alone.
    connection._handle_dbapi_exception(error, text if is_drivers else None, parameters, cursor, None)  # noqa: SLF001 - see above
