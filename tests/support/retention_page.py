"""`docs/reference/retention.md`, made from `idp.persistence.retention`; `python -m tests.support.retention_page`."""

from pathlib import Path

from idp.persistence.purging import BATCH
from idp.persistence.retention import LIVES
from idp.persistence.row_lives import Life

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "retention.md"

HEAD = f"""# What is kept, and how long

Made from [`idp/persistence/retention.py`](../../idp/persistence/retention.py) by
`python -m tests.support.retention_page`; do not edit. A test fails when a table has no life here.

A running server deletes every hour what has ended, and so does `idp purge`, in transactions of at most {BATCH} rows.
Rows are searched for without a lock, and sign-ins go on between two transactions. What one run does not finish, the
next one does. `./dev bench tables` prints how fast each table grows, what is left of it after a day, a month and two
years, and how long a purge takes.

The last column says what bounds how fast somebody who has proven nothing can make a table grow: see
[limits](limits.md). `./dev bench growth` prints the bytes of each such request.

| Table | Grows with | A row lives until | Purged | For strangers |
|---|---|---|---|---|
"""

TAIL = """
The same run empties copies of recovery codes that may no longer be shown, and the trust in devices whose days are over.

PostgreSQL gives the space of deleted rows to new ones (autovacuum). A SQLite file does not shrink either; its free
pages are used again. To make it smaller, stop the server and run `sqlite3 countersign.db VACUUM`.
"""


def render() -> str:
    """The page as it should be."""
    return HEAD + "".join(_row(life) for life in LIVES) + TAIL


def _row(life: Life) -> str:
    return (
        f"| `{life.name}` | {life.grows_with} | {life.until} | {'yes' if life.over else 'no'} | {life.bounded_by} |\n"
    )


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
