"""A statement on the driver's cursor does what `Connection.execute` does: values, rows, exceptions, events."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Executable,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
    text,
)

from idp import persistence
from idp.persistence.client_metadata import ClientMetadata, ClientMetadataJson
from idp.persistence.driver_statements import DriverStatement, DriverStatements
from idp.persistence.engine import open_engine
from idp.persistence.schema import METADATA

VALUES: dict[type, tuple[Any, ...]] = {
    String: ("", "Zoë O'Hara %s :x ? \\ 😀\n", "x" * 70_000),
    BigInteger: (0, -(2**63), 2**63 - 1),
    Boolean: (True, False, True),
    LargeBinary: (b"", b"\x00\xff%s", b"x" * 70_000),
    ClientMetadataJson: (
        ClientMetadata(jwks_uri="https://é.test/%s"),
        ClientMetadata(),
        ClientMetadata(contacts=["x"]),
    ),
    JSON: ({"a": [1, None, "é%s"], "b": {}}, [], None),
}
"""Three values of each type of column."""
WITHOUT_NULL: dict[type, Any] = {ClientMetadataJson: ClientMetadata()}


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = open_engine(database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def find(connection: Connection, statement: Executable, *names: str) -> DriverStatement:
    found = DriverStatements().find(statement, connection.dialect, names)
    assert found
    return found


def copy(table: Table, connection: Connection, suffix: str = "") -> Table:
    """The same columns in a table without constraints, so that any values fit."""
    columns = [Column(column.name, column.type) for column in table.c]
    made = Table(f"copied_{table.name}{suffix}", MetaData(), *columns)
    made.create(connection)
    connection.commit()
    return made


def rows_of(table: Table) -> list[dict[str, Any]]:
    full = [{column.name: VALUES[type(column.type)][number] for column in table.c} for number in range(3)]
    return [*full, {column.name: WITHOUT_NULL.get(type(column.type)) for column in table.c}]


@pytest.mark.parametrize("table", METADATA.tables.values(), ids=lambda table: table.name)
def test_every_column_is_written_and_read_as_through_sqlalchemy(connection: Connection, table: Table) -> None:
    rows = rows_of(table)
    names = list(rows[0])
    written = []
    for way in ("sqlalchemy", "one by one", "at once"):
        copied = copy(table, connection, way[0])
        add = find(connection, copied.insert().inline(), *names)
        if way == "sqlalchemy":
            connection.execute(copied.insert().inline(), rows)
        elif way == "at once":
            add.execute_many(connection, rows)
        else:
            assert [add.execute(connection, row).row_count for row in rows] == [1] * len(rows)
        connection.commit()
        stored = [tuple(row) for row in find(connection, select(copied)).execute(connection, {}).rows]
        assert stored == [tuple(row) for row in connection.execute(select(copied))]
        assert stored == [tuple(row.values()) for row in rows]
        # As SQL sees it: the values of JSON and Boolean columns are not the driver's.
        written.append(connection.execute(text(f"SELECT * FROM {copied.name}")).all())  # noqa: S608 - a name of ours
    assert written[0] == written[1] == written[2]


def constants() -> dict[str, Executable]:
    """Every statement that is a constant of a module, or in a list that is one."""
    found = {}
    for module in pkgutil.iter_modules(persistence.__path__):
        if not module.ispkg:
            for name, value in vars(importlib.import_module(f"{persistence.__name__}.{module.name}")).items():
                several = value if isinstance(value, list | tuple) else [value]
                for number, each in enumerate(several):
                    if isinstance(each, Executable) and each.is_select | each.is_dml:
                        found[f"{module.name}.{name}.{number}"] = each
    return found


def test_only_lists_of_values_are_left_to_sqlalchemy(connection: Connection) -> None:
    found = constants()
    assert len(found) > 100
    for name, statement in found.items():
        compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]  # each has it
        has_list = any(bind.expanding for bind in compiled.binds.values())
        driver_statement = DriverStatements().find(statement, connection.dialect, compiled.params)
        assert (driver_statement is None) is has_list, name


def test_columns_have_the_types_that_sqlalchemy_reads(connection: Connection) -> None:
    """`exported_columns` says in advance what SQLAlchemy's compiler notes for its rows."""
    for name, statement in constants().items():
        compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]  # as above
        columns = statement.exported_columns  # type: ignore[attr-defined]  # as above
        expected = [entry.type for entry in compiled._result_columns]
        assert [type(column.type) for column in columns] == [type(kind) for kind in expected], name


def test_a_text_is_left_to_sqlalchemy(connection: Connection) -> None:
    assert DriverStatements().find(text("SELECT 1"), connection.dialect, ()) is None
