"""All rows of an SQLite file, copied into an empty database with the same tables.

    write lock on the file  ──▶  every table is empty  ──▶  rows, table by table  ──▶  numbers go on  ──▶  commit

One transaction: an interrupted copy leaves the database empty, and nobody can write to the file meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, func, insert, select, text

from idp.persistence.engine import open_engine
from idp.persistence.schema import METADATA

BATCH = 1000
"""Rows that are read and written at a time."""


class NotEmpty(Exception):
    """The database has rows; the text names the tables."""


def copy_rows(source: str, target: str, progress: Callable[[int, int], None]) -> int:
    """Copy every row between two databases of the present revision; return their number.

    `progress` is called with the number of rows that were just copied, and that of all.

    Raises:
        NotEmpty: the target has rows.
        SQLAlchemyError: one of them cannot be used; nothing was copied.
    """
    with _begun(source) as reading, _begun(target) as writing:
        _require_empty(writing)
        total = sum(reading.scalar(select(func.count()).select_from(table)) or 0 for table in METADATA.tables.values())
        for table in METADATA.sorted_tables:
            for rows in reading.execute(select(table).execution_options(yield_per=BATCH)).mappings().partitions():
                writing.execute(insert(table), [dict(row) for row in rows])
                progress(len(rows), total)
            _continue_numbers(writing, table)
        writing.execute(text("ANALYZE"))  # plans of a table that was empty a moment ago read all of it
    return total


@contextmanager
def _begun(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _require_empty(connection: Connection) -> None:
    used = [table.name for table in METADATA.sorted_tables if connection.execute(select(table).limit(1)).first()]
    if used:
        raise NotEmpty(", ".join(used))


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the copied ones."""
    column = table.autoincrement_column
    if column is not None and connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))
