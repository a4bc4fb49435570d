"""Copies of what real sign-ins have stored, made in SQL with other keys and later times."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Table, TextClause, func, select, text

from idp.persistence.schema import METADATA
from idp.persistence.users import users

SUFFIX = 6
"""Characters at the end of a key that tell copies apart."""
OLDEST_TIME = 1_000_000_000
"""Seconds, UTC: numbers above it are times."""
OTHER_KEYS = ("digest", "request_id")
"""Ends of the names of columns whose values differ from copy to copy, as primary keys do."""

Rows = dict[str, int]
"""Table -> its rows."""


class Generator:
    """Copies all rows of the tables that have grown since `before`, except people and what they set up."""

    def __init__(self, engine: Engine, before: Rows) -> None:
        self._engine, self._made = engine, 0
        with engine.begin() as connection:
            tables = [METADATA.tables[name] for name, rows in count_rows(connection).items() if rows > before[name]]
            contents = {table: connection.execute(select(table)).mappings().all() for table in tables}
            keys = _keys(contents) - set(connection.scalars(select(users.c.id)))
            for table in tables:
                connection.execute(text(f"CREATE TABLE template_{table.name} AS SELECT * FROM {table.name}"))  # noqa: S608 - our own name
            connection.execute(text("CREATE TABLE copies (suffix TEXT PRIMARY KEY)"))
        self._statements = [_copying(table, rows, keys) for table, rows in contents.items()]

    def copy(self, times: int, shift: int) -> None:
        """Copy everything so many times, each of its times `shift` seconds later."""
        suffixes = [{"suffix": f"{number:0{SUFFIX}x}"} for number in range(self._made, self._made + times)]
        self._made += times
        with self._engine.begin() as connection:
            connection.execute(text("DELETE FROM copies"))
            connection.execute(text("INSERT INTO copies VALUES (:suffix)"), suffixes)
            for statement in self._statements:
                connection.execute(statement, {"shift": shift})


def count_rows(connection: Connection) -> Rows:
    """Return the rows of each table."""
    return {
        name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in METADATA.tables.items()
    }


def _keys(contents: dict[Table, Any]) -> set[Any]:
    """Return the keys of these rows; wherever one stands, it is replaced."""
    found = set()
    for table, rows in contents.items():
        columns = [column for column in table.c if column.type.python_type is str]
        names = [each.name for each in columns if each.primary_key or each.name.endswith(OTHER_KEYS)]
        found |= {row[name] for row in rows for name in names}
    return found - {None}


def _copying(table: Table, rows: Iterable[RowMapping], keys: set[Any]) -> TextClause:
    names = [column.name for column in table.c if column is not table.autoincrement_column]
    values = ", ".join(_copied(name, [row[name] for row in rows], keys) for name in names)
    numbered = table.autoincrement_column
    order = "" if numbered is None else f" ORDER BY {numbered.name}"  # numbers follow time, as those of audit events do
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)}) "  # noqa: S608 - our own names
        f"SELECT {values} FROM template_{table.name}, copies{order}"
    )


def _copied(name: str, values: list[Any], keys: set[Any]) -> str:
    given = [value for value in values if value is not None]
    if any(isinstance(value, str) and value in keys for value in given):
        return f"substr({name}, 1, length({name}) - {SUFFIX}) || suffix"
    times = given and all(isinstance(value, int) and value > OLDEST_TIME for value in given)
    return f"{name} + :shift" if times else name
