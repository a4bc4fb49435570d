"""A database that is away, locked or full, for the length of a block.

with outage("locked", harness): ...     every transaction that writes fails; `away`: every transaction
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import event

from idp.persistence.schema import METADATA
from tests.support.harness import Harness

AWAY, LOCKED, FULL = "away", "locked", "full"
KINDS = (AWAY, LOCKED, FULL)
LOCK_WAIT = 100
"""Milliseconds; the product waits far longer."""
DISK_FULL = """
CREATE FUNCTION fail_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


def outage(kind: str, harness: Harness) -> AbstractContextManager[None]:
    """The fault, on the kind of database the harness has; afterwards the database is as good as before."""
    sqlite = harness.services.database.engine.dialect.name == "sqlite"
    faults: dict[tuple[str, bool], Callable[[Harness], AbstractContextManager[None]]] = {
        (AWAY, True): _sqlite_away,
        (LOCKED, True): _sqlite_locked,
        (FULL, True): _sqlite_full,
        (AWAY, False): _postgresql_away,
        (LOCKED, False): _postgresql_locked,
        (FULL, False): _postgresql_full,
    }
    return faults[kind, sqlite](harness)


def wait_briefly(harness: Harness) -> None:
    """Wait for locks no longer than a test does."""
    database = harness.services.database
    database.lock_timeout = LOCK_WAIT / 1000
    if database.engine.dialect.name == "postgresql":
        _on_connect(harness, lambda connection: connection.execute(f"SET lock_timeout={LOCK_WAIT}"))


def _on_connect(harness: Harness, action: Callable[[Any], object]) -> Callable[[], None]:
    """Run an action on every new connection, and begin with new ones; returns what ends it."""
    engine = harness.services.database.engine

    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        action(connection)
        connection.commit()

    event.listen(engine, "connect", connected)
    engine.dispose()

    def end() -> None:
        event.remove(engine, "connect", connected)
        engine.dispose()

    return end


def _file(harness: Harness) -> Path:
    name = harness.services.database.url.database
    assert name
    return Path(name)


@contextlib.contextmanager
def _sqlite_away(harness: Harness) -> Iterator[None]:
    """The folder is not there, as with a network disk that is not mounted."""
    harness.services.database.engine.dispose()
    path = _file(harness)
    hidden = path.parent.with_name(path.parent.name + "-hidden")
    path.parent.rename(hidden)
    try:
        yield
    finally:
        hidden.rename(path.parent)


@contextlib.contextmanager
def _sqlite_locked(harness: Harness) -> Iterator[None]:
    """Another program writes, and does not finish."""
    other = sqlite3.connect(_file(harness), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextlib.contextmanager
def _sqlite_full(harness: Harness) -> Iterator[None]:
    """The file may not grow, and what is free in it is used up."""
    with contextlib.closing(sqlite3.connect(_file(harness))) as filler:
        filler.execute("CREATE TABLE filling (bytes BLOB)")
        pages = filler.execute("PRAGMA page_count").fetchone()[0]
        filler.execute(f"PRAGMA max_page_count={pages}")
        with contextlib.suppress(sqlite3.OperationalError):
            while True:
                filler.execute("INSERT INTO filling VALUES (zeroblob(3000))")
        filler.commit()
    # A limit below the size is taken as the size itself.
    end = _on_connect(harness, lambda connection: connection.execute("PRAGMA max_page_count=1"))
    try:
        yield
    finally:
        end()


@contextlib.contextmanager
def _administrator(harness: Harness, database: str) -> Iterator[psycopg.Connection]:
    url = harness.services.database.url
    with psycopg.connect(host=str(url.query["host"]), user="idp", dbname=database, autocommit=True) as connection:
        yield connection


@contextlib.contextmanager
def _postgresql_away(harness: Harness) -> Iterator[None]:
    """The server ends our connections and takes no new ones."""
    name = harness.services.database.url.database
    assert name
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with _administrator(harness, "postgres") as connection:
        connection.execute(allow.format(sql.Identifier(name), sql.Literal(False)))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.Literal(True)))


@contextlib.contextmanager
def _postgresql_locked(harness: Harness) -> Iterator[None]:
    """Another program holds every table against writers."""
    name = harness.services.database.url.database
    assert name
    with _administrator(harness, name) as connection, connection.transaction(force_rollback=True):
        for table in METADATA.tables:
            connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(table)))
        yield


@contextlib.contextmanager
def _postgresql_full(harness: Harness) -> Iterator[None]:
    """Every row that is added or changed is refused with the server's own code for a full disk."""
    name = harness.services.database.url.database
    assert name
    with _administrator(harness, name) as connection:
        connection.execute(DISK_FULL)
        for table in METADATA.tables:
            connection.execute(
                sql.SQL("CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {} EXECUTE FUNCTION fail_full()").format(
                    sql.Identifier(table)
                )
            )
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION fail_full() CASCADE")
