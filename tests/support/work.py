"""How much work a database does for some statements, in a unit that no other program changes."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from idp.persistence.transaction import Transaction
from tests.support.harness import Harness


def work(harness: Harness, act: Callable[[Transaction], object]) -> int:
    """What reading in one transaction takes: instructions on SQLite, pages that are looked at on PostgreSQL."""
    engine, statements = harness.services.database.engine, list[tuple[str, object]]()

    def keep(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    try:
        with harness.services.database.read() as tx:
            act(tx)
    finally:
        event.remove(engine, "before_cursor_execute", keep)
    count = _instructions if engine.dialect.name == "sqlite" else _pages
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        return sum(count(driver, statement, parameters) for statement, parameters in statements)


def _instructions(driver: Any, statement: str, parameters: object) -> int:  # noqa: ANN401 - of either driver
    done = 0

    def count() -> None:
        nonlocal done
        done += 1

    driver.set_progress_handler(count, 1)
    try:
        driver.execute(statement, parameters).fetchall()
    finally:
        driver.set_progress_handler(None, 1)
    return done


def _pages(driver: Any, statement: str, parameters: object) -> int:  # noqa: ANN401 - of either driver
    with driver.cursor() as cursor:
        # Of so few rows PostgreSQL would read all.
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
