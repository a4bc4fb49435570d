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
SQLITE_BUSY_TIMEOUT = 4
"""Milliseconds that SQLite waits for a lock before `executor` tries again: SQLite's own pauses grow to 100."""
POSTGRESQL_POOL = {"pool_size": 8, "max_overflow": 8, "pool_recycle": 1800}
PREPARE_AFTER = 5
"""Executions of a statement on one connection, after which the server keeps it prepared."""
POSTGRESQL_CONNECT = {
    "prepare_threshold": PREPARE_AFTER,
    "connect_timeout": 5,  # seconds; without it libpq waits for as long as TCP does
    "tcp_user_timeout": LOCK_TIMEOUT * 1000,  # milliseconds until a server that has vanished counts as gone
}
"""Arguments of `psycopg.connect`; those in the URL win."""
BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}
"""By dialect. IMMEDIATE takes the write lock: a transaction that has read cannot get it after the write of another."""
BEGINS_LATE = "begins_late"
"""Execution option of a connection whose transaction `executor` begins."""
COMPACT_JSON = partial(json.dumps, separators=(",", ":"))


def open_engine(url: str, *, lock_timeout: int = LOCK_TIMEOUT) -> Engine:
    """Create an engine for `url`.

    `lock_timeout` is for PostgreSQL, in seconds; 0 waits without end.
    """
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    options: dict[str, Any] = {} if sqlite else {"connect_args": _connect_args(parsed), **POSTGRESQL_POOL}
    engine = create_engine(url, json_serializer=COMPACT_JSON, **options)
    _begin_explicitly(engine)
    if sqlite:
        _prepare_sqlite(engine)
    else:
        _prepare_postgresql(engine, lock_timeout)
    return engine


def shorten_busy_timeout(engine: Engine) -> None:
    """Let SQLite give up early, for a caller that tries again; PostgreSQL wakes whoever is next."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT}")


def _connect_args(url: URL) -> dict[str, int]:
    return {name: value for name, value in POSTGRESQL_CONNECT.items() if name not in url.query}


def _begin_explicitly(engine: Engine) -> None:
    """Begin transactions by statements of ours: drivers begin before every statement, or only before a change."""

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        if not connection.get_execution_options().get(BEGINS_LATE):
            connection.exec_driver_sql(BEGIN[connection.dialect.name])


def _prepare_postgresql(engine: Engine, lock_timeout: int) -> None:
    """Limit waits for locks, and prepare statements only on a server connection of our own.

    The limit is not set by the startup parameter `options`, which PgBouncer refuses.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        connection.autocommit = True
        if lock_timeout:
            connection.execute(f"SET lock_timeout = {lock_timeout * 1000:d}")
        if "prepare_threshold" not in engine.url.query and _is_pooled(connection):
            connection.prepare_threshold = None


def _is_pooled(connection: Any) -> bool:  # noqa: ANN401 - a DBAPI connection
    """Whether a pooler such as PgBouncer answers: it invents the process id that a client gets while it connects.

    Its next transaction may be on another server connection, which does not have the prepared statements of the last.
    """
    (server_process,) = connection.execute("SELECT pg_backend_pid()").fetchone()
    return bool(server_process != connection.info.backend_pid)


def _prepare_sqlite(engine: Engine) -> None:
    """Use WAL, foreign keys and a bound on waits."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
