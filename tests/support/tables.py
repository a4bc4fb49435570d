"""The database as it lies there, to see what a request really changed."""

from typing import Any

from sqlalchemy import select, update

from idp.persistence.database import Database
from idp.persistence.schema import METADATA
from tests.support.harness import Harness

Snapshot = dict[str, list[tuple[Any, ...]]]


def rows(harness: Harness, *only: str) -> Snapshot:
    """Every row of every table (or of those named), in order of its text."""
    with harness.services.database.engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in METADATA.tables.items()
            if not only or name in only
        }


def count(harness: Harness, table: str) -> int:
    """How many rows a table holds."""
    return len(rows(harness, table)[table])


def count_waiting(harness: Harness) -> int:
    """How many messages are still to be delivered."""
    with harness.services.database.read() as tx:
        return len(tx.outbox.waiting())


def events(harness: Harness, event: str, outcome: str | None = None) -> int:
    """How often something was recorded in the audit trail."""
    with harness.services.database.read() as tx:
        found = tx.audit.latest(event=event, limit=100_000)
    return sum(outcome in {None, each.outcome} for each in found)


def let_pass(database: Database, seconds: int, table: str, *columns: str) -> None:
    """Moves stored moments back: so time passes for a server whose clock a test cannot move."""
    moved = METADATA.tables[table]
    with database.engine.begin() as connection:
        connection.execute(update(moved).values({name: moved.c[name] - seconds for name in columns}))
