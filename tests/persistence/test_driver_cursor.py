"""What fails on the driver's cursor, and who is notified: the same as through `Connection.execute`."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Executable,
    MetaData,
    String,
    Table,
    event,
    select,
    text,
    update,
)
from sqlalchemy.exc import MultipleResultsFound, OperationalError, PendingRollbackError, StatementError

from idp.persistence.base import given
from idp.persistence.driver_cursor import send
from idp.persistence.driver_statements import DriverStatements
from idp.persistence.engine import BEGINS_LATE, open_engine
from idp.persistence.executor import Executor

THINGS = Table(
    "things",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String, unique=True, nullable=False),
    Column("content", JSON),
    Column("flag", Boolean),
)
MISSING = Table("missing", MetaData(), Column("id", BigInteger))
THING: dict[str, Any] = {"id": 1, "name": "first", "content": {}, "flag": True}
OTHER: dict[str, Any] = {"id": 2, "name": "other", "content": None, "flag": False}
NEW = THING | {"id": 3, "name": "new"}
ADD = THINGS.insert().inline()
BY_NAME = select(THINGS).where(THINGS.c.name == given("name"))
ABOVE = select(THINGS).where(THINGS.c.id > given("id"))
RENAME = update(THINGS).where(THINGS.c.id == given("id")).values(name=given("name")).returning(THINGS.c.name)
Execute = Callable[[Connection, Executable, dict[str, Any]], object]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A connection to a database with two things."""
    engine = open_engine(database_url).execution_options(**{BEGINS_LATE: True})
    with engine.connect() as connection:
        THINGS.create(connection)
        connection.execute(ADD, [THING, OTHER])
        connection.rollback()
        yield connection
    engine.dispose()


def through_sqlalchemy(connection: Connection, statement: Executable, values: dict[str, Any]) -> object:
    return connection.execute(statement, values)


def on_the_cursor(connection: Connection, statement: Executable, values: dict[str, Any]) -> object:
    found = DriverStatements().find(statement, connection.dialect, values)
    assert found
    return found.execute(connection, values)


def failure(connection: Connection, execute: Execute, statement: Executable, values: dict[str, Any]) -> dict[str, Any]:
    """Everything that a caller, or the log, can see of an exception."""
    try:
        execute(connection, statement, values)
    except BaseException as error:  # noqa: BLE001 - interrupts as well
        raised = error
    else:
        pytest.fail("nothing was raised")
    seen: dict[str, Any] = {"type": type(raised), "invalidated": connection.invalidated}
    if isinstance(raised, StatementError):
        seen |= {name: getattr(raised, name) for name in ("statement", "code", "hide_parameters", "ismulti")}
        seen |= {"params": shown(raised.params)}
        seen |= {"cause": raised.__cause__ is raised.orig, "orig": type(raised.orig), "said": str(raised.orig)}
        seen |= {"lost": getattr(raised, "connection_invalidated", None)}
    else:
        seen |= {"said": str(raised), "cause": raised.__cause__}
    connection.rollback()
    return seen


def shown(values: Any) -> list[str]:  # noqa: ANN401 - named or in their order
    return sorted(map(repr, values.items() if isinstance(values, dict) else values))


WRONG: dict[str, tuple[Executable, dict[str, Any]]] = {
    "taken": (ADD, NEW | {"name": "first"}),
    "taken key": (ADD, NEW | {"id": 1}),
    "taken by a change": (RENAME, {"given_id": 2, "given_name": "first"}),
    "null": (ADD, NEW | {"name": None}),
    "too large": (ADD, NEW | {"id": 2**70}),
    "lone surrogate": (BY_NAME, {"given_name": "\ud800"}),
    "no boolean": (ADD, NEW | {"flag": "yes"}),
    "no boolean but a number": (ADD, NEW | {"flag": 7}),
    "no JSON": (ADD, NEW | {"content": {1, 2}}),
    "of no type": (BY_NAME, {"given_name": object()}),
    "no table": (select(MISSING), {}),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_exception_is_the_same(connection: Connection, case: str) -> None:
    statement, values = WRONG[case]
    expected = failure(connection, through_sqlalchemy, statement, values)
    assert failure(connection, on_the_cursor, statement, values) == expected


@contextlib.contextmanager
def listening(connection: Connection, name: str, listener: Callable[..., None]) -> Iterator[None]:
    engine = connection.engine
    event.listen(engine, name, listener)
    try:
        yield
    finally:
        event.remove(engine, name, listener)


@pytest.mark.parametrize("raised", [ValueError, TimeoutError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("when", ["before_cursor_execute", "after_cursor_execute"])
def test_an_interrupted_statement_leaves_the_same_connection(
    connection: Connection, raised: type[BaseException], when: str
) -> None:
    """One that cannot be used is not given back to the pool."""

    def interrupt(*_call: object) -> None:
        raise raised

    with listening(connection, when, interrupt):
        expected = failure(connection, through_sqlalchemy, BY_NAME, {"given_name": "first"})
        assert failure(connection, on_the_cursor, BY_NAME, {"given_name": "first"}) == expected
    assert on_the_cursor(connection, BY_NAME, {"given_name": "first"})


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize("in_transaction", [False, True])
def test_a_lost_connection_is_reported_and_replaced_alike(connection: Connection, in_transaction: bool) -> None:
    seen = []
    for execute in (through_sqlalchemy, on_the_cursor):
        if in_transaction:
            connection.begin()
        end_connection(connection)
        others = connection.engine.pool.checkedin()  # type: ignore[attr-defined]  # of a `QueuePool`
        seen.append(failure(connection, execute, BY_NAME, {"given_name": "first"}) | {"others": others})
        assert on_the_cursor(connection, BY_NAME, {"given_name": "first"})
    assert seen[0] == seen[1]
    assert (seen[0]["type"], seen[0]["lost"], seen[0]["invalidated"]) == (OperationalError, True, True)


def end_connection(connection: Connection) -> None:
    pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]  # psycopg's
    with connection.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_transaction_that_lost_its_connection_takes_no_further_statement(connection: Connection) -> None:
    executor = Executor(connection, DriverStatements(), lock_timeout=1, before_change=lambda: None)
    executor.change(RENAME, id=1, name="renamed")
    end_connection(connection)
    with pytest.raises(OperationalError):
        executor.rows(BY_NAME, name="first")
    with pytest.raises(PendingRollbackError):
        executor.rows(BY_NAME, name="first")


@pytest.mark.parametrize("when", ["before_cursor_execute", "after_cursor_execute"])
def test_listeners_are_called_with_the_same(connection: Connection, when: str) -> None:
    """Statements are counted by them: see `tests/support/statements.py`."""
    calls: list[tuple[object, ...]] = []

    def called(where: object, _cursor: object, statement: str, values: object, _context: object, many: bool) -> None:
        assert where is connection
        calls.append((statement, values, many))

    rows = [THING, OTHER]
    with listening(connection, when, called):
        for execute in (through_sqlalchemy, on_the_cursor):
            execute(connection, BY_NAME, {"given_name": "first"})
            execute(connection, RENAME, {"given_id": 1, "given_name": "renamed"})
        connection.execute(THINGS.delete())
        connection.execute(ADD, rows)
        on_the_cursor_many = DriverStatements().find(ADD, connection.dialect, THING)
        assert on_the_cursor_many
        connection.execute(THINGS.delete())
        on_the_cursor_many.execute_many(connection, rows)
    read, renamed, *again, _, added, _, added_again = calls
    assert again == [read, renamed]
    assert repr(added_again) == repr(added)


def test_the_begin_of_a_transaction_is_seen_by_sqlalchemy(connection: Connection) -> None:
    begun: list[object] = []
    with listening(connection, "begin", begun.append):
        executor = Executor(connection, DriverStatements(), lock_timeout=1, before_change=lambda: None)
        assert executor.rows(BY_NAME, name="first")
        assert not connection.in_transaction()
        assert executor.returned(RENAME, id=1, name="renamed") == ["renamed"]
        assert (connection.in_transaction(), begun) == (True, [connection])
    connection.rollback()
    assert executor.row(BY_NAME, name="renamed") is None


def test_more_than_the_only_row_raises(connection: Connection) -> None:
    executor = Executor(connection, DriverStatements(), lock_timeout=1, before_change=lambda: None)
    with pytest.raises(MultipleResultsFound):
        executor.row(ABOVE, id=0)
    with pytest.raises(MultipleResultsFound):
        connection.execute(ABOVE, {"given_id": 0}).one_or_none()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_statement_leaves_no_open_cursor(connection: Connection) -> None:
    """It would keep its snapshot, and the log could not be emptied."""
    on_the_cursor(connection, ABOVE, {"given_id": 0})
    emptied = send(connection, "PRAGMA wal_checkpoint(TRUNCATE)", returns_rows=True)
    assert emptied.rows == [(0, 0, 0)]
