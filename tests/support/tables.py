"""The database as it lies there, to see what a request really changed."""

from typing import Any

from sqlalchemy import select, update

from idp.persistence.database import Database
from idp.persistence.recovery_codes import recovery_codes
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


def use_codes(harness: Harness, user_id: str, places: slice) -> None:
    """Use up these recovery codes of a person, counted in the order in which they are shown."""
    ordered = select(recovery_codes.c.code_digest).order_by(recovery_codes.c.position)
    with harness.services.database.write() as tx:
        kept = tx.sign_in_facts.for_user(user_id).recovery
        assert kept
        with harness.services.database.engine.connect() as connection:
            digests = connection.scalars(ordered.where(recovery_codes.c.set_id == kept.id)).all()
        for digest in digests[places]:
            assert tx.recovery.use(kept.id, digest)


def let_pass(database: Database, seconds: int, table: str, *columns: str) -> None:
    """Moves stored moments back: so time passes for a server whose clock a test cannot move."""
    moved = METADATA.tables[table]
    with database.engine.begin() as connection:
        connection.execute(update(moved).values({name: moved.c[name] - seconds for name in columns}))
