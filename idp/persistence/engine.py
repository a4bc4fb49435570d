"""Connections: the same transaction semantics on SQLite and PostgreSQL, with a bound on every wait."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

LOCK_TIMEOUT = 15
"""Seconds a statement waits for a lock of somebody else."""
SQLITE_PRAGMAS = (
    f"busy_timeout={LOCK_TIMEOUT * 1000}",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
)
POSTGRESQL_POOL = {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True, "pool_recycle": 1800}
POSTGRESQL_CONNECT: dict[str, int | None] = {
    # Behind PgBouncer in transaction mode the next transaction is on another server connection, which does not have
    # the prepared statements of the last one.
    "prepare_threshold": None,
    "connect_timeout": 5,  # seconds; without it libpq waits for as long as TCP does
    "tcp_user_timeout": LOCK_TIMEOUT * 1000,  # milliseconds until a server that has vanished counts as gone
}
"""Arguments of `psycopg.connect`; those in the URL win."""
COMPACT_JSON = partial(json.dumps, separators=(",", ":"))


def open_engine(url: str, *, lock_timeout: int = LOCK_TIMEOUT) -> Engine:
    """Create an engine for `url`.

    `lock_timeout` is for PostgreSQL, in seconds; 0 waits without end.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(url, json_serializer=COMPACT_JSON)
        _prepare_sqlite(engine)
        return engine
    engine = create_engine(url, connect_args=_connect_args(parsed), json_serializer=COMPACT_JSON, **POSTGRESQL_POOL)
    if lock_timeout:
        _limit_locks(engine, lock_timeout)
    return engine


def _connect_args(url: URL) -> dict[str, int | None]:
    return {name: value for name, value in POSTGRESQL_CONNECT.items() if name not in url.query}


def _limit_locks(engine: Engine, seconds: int) -> None:
    """Set `lock_timeout` for each connection.

    Not by the startup parameter `options`, which PgBouncer refuses.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        connection.execute(f"SET lock_timeout = {seconds * 1000:d}")
        connection.commit()


def _prepare_sqlite(engine: Engine) -> None:
    """Use WAL and explicit `BEGIN IMMEDIATE`.

    The driver begins a transaction only at the first write, so two requests could read the same state and both act on
    it; `BEGIN IMMEDIATE` takes the write lock before anything is read.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        reading = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
