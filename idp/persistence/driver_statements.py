"""Statements as the driver takes them: compiled once, then sent without SQLAlchemy's execution.

    statement -> text, converters of its values and columns     at its first execution in this process
    values -> driver's cursor -> rows                           at each execution

SQLAlchemy still has the pool, the compiler, the types, the transaction, the exceptions and the events: see
docs/decisions/0036. A statement that has more to be done at each execution, such as a list for `IN`, is left to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, Boolean, Connection, Dialect, Executable, Integer, LargeBinary, String
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ReturnsRows
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from idp.persistence.driver_cursor import Result, raise_translated, send

CONVERTIBLE = (String, Integer, Boolean, JSON, LargeBinary, NullType, TypeDecorator)
"""Types of columns whose converters do not depend on the driver's type of the column."""
Values = Mapping[str, Any]


class DriverStatement:
    """One compiled statement."""

    def __init__(self, compiled: SQLCompiler, columns: Sequence[TypeEngine[Any]]) -> None:
        dialect, binds = compiled.dialect, compiled.binds
        converters = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        constants = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
        self._text = compiled.string
        self._constants = {
            name: value if (convert := converters[name]) is None else convert(value)
            for name, value in constants.items()
        }
        self._converters = [
            (name, convert) for name, convert in converters.items() if convert is not None and name not in constants
        ]
        self._order = compiled.positiontup if compiled.positional else None
        found = [kind.dialect_impl(dialect).result_processor(dialect, None) for kind in columns]
        self._columns = [(position, convert) for position, convert in enumerate(found) if convert is not None]
        self._returns_rows = bool(columns)

    def execute(self, connection: Connection, values: Values) -> Result:
        """Execute the statement; raises what `Connection.execute` raises."""
        result = send(connection, self._text, self._bind(connection, values), returns_rows=self._returns_rows)
        return Result([self._convert(row) for row in result.rows], result.row_count) if self._columns else result

    def execute_many(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Execute the statement once for each of these rows, in one call of the driver."""
        send(connection, self._text, [self._bind(connection, values) for values in rows], many=True)

    def _bind(self, connection: Connection, values: Values) -> dict[str, Any] | tuple[Any, ...]:
        bound = {**self._constants, **values}
        try:
            for name, convert in self._converters:
                bound[name] = convert(bound[name])
            return bound if self._order is None else tuple([bound[name] for name in self._order])
        except Exception as error:  # noqa: BLE001 - whatever a converter raises
            raise_translated(connection, error, self._text, [values])

    def _convert(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for position, convert in self._columns:
            values[position] = convert(values[position])
        return values


class DriverStatements:
    """The compiled statements of one driver; one is forgotten with the statement it was made from."""

    def __init__(self) -> None:
        self._compiled: WeakKeyDictionary[Executable, DriverStatement | None] = WeakKeyDictionary()

    def find(self, statement: Executable, dialect: Dialect, names: Iterable[str]) -> DriverStatement | None:
        """Return a statement as compiled at its first execution; None when SQLAlchemy has to execute it.

        `names` are those of its values.
        """
        try:
            return self._compiled[statement]
        except KeyError:
            pass
        compiled = self._compiled[statement] = _compile(statement, dialect, names)
        return compiled


_BY_DRIVER: dict[str, DriverStatements] = {}


def statements_for(driver: str) -> DriverStatements:
    """Return the statements of every database that this driver opens: they are compiled once in a process."""
    return _BY_DRIVER.setdefault(driver, DriverStatements())


def _compile(statement: Executable, dialect: Dialect, names: Iterable[str]) -> DriverStatement | None:
    if not isinstance(statement, ReturnsRows):  # SELECT, INSERT, UPDATE and DELETE are, a text is not
        return None
    columns = [column.type for column in statement.exported_columns]
    if not all(isinstance(kind, CONVERTIBLE) for kind in columns):
        return None
    compiled = statement.compile(dialect=dialect, column_keys=sorted(names))
    return None if _has_more_to_do(compiled) else DriverStatement(compiled, columns)


def _has_more_to_do(compiled: SQLCompiler) -> bool:
    """Whether SQLAlchemy changes text or values at each execution, or fetches something of its own."""
    at_each_execution = (
        compiled.post_compile_params,
        compiled.literal_execute_params,
        compiled.escaped_bind_names,
        compiled.insert_prefetch,
        compiled.update_prefetch,
        compiled.implicit_returning,
    )
    return any(at_each_execution) or any(bind.callable is not None for bind in compiled.binds.values())
