"""A row of any table, for tests of all tables."""

from typing import Any

from sqlalchemy import Column, insert, select

from idp.persistence.schema import METADATA
from tests.support.harness import Harness


def add_row(harness: Harness, table: str, number: int = 0) -> None:
    """One row of any table, all of whose times are now; its parents first."""
    columns = METADATA.tables[table].columns
    row = {column.name: any_value(column, harness.clock.now(), number) for column in columns}
    for key in [key for column in columns for key in column.foreign_keys]:
        with harness.services.database.engine.connect() as connection:
            found = connection.execute(select(key.column).where(key.column == row[key.parent.name])).first()
        if found is None:
            add_row(harness, key.column.table.name, number)
    with harness.services.database.engine.begin() as connection:
        connection.execute(insert(METADATA.tables[table]), [row])


def any_value(column: Column[Any], now: int, number: int) -> object:
    """Return a value of a column: of a time `now`, of a foreign key that of `add_row`."""
    if column.foreign_keys:
        key = next(iter(column.foreign_keys)).column
        return f"{key.table.name}-{key.name}-{number}"
    kind = column.type.python_type
    if kind is int:
        return number + 1 if column.primary_key else now if column.name.endswith(("_at", "_until", "at")) else 0
    return {bool: False, bytes: b"", dict: {}, str: f"{column.table.name}-{column.name}-{number}"}.get(kind, [])
