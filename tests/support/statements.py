"""What requests cost the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.support.harness import Harness


class Meter:
    """Counts statements and commits, without the BEGIN of SQLite."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0


@contextmanager
def metered(harness: Harness) -> Iterator[Meter]:
    """Counts what happens inside."""
    engine, meter = harness.services.database.engine, Meter()

    def executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            meter.statements.append(statement)

    def committed(_connection: object) -> None:
        meter.commits += 1

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield meter
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "commit", committed)
