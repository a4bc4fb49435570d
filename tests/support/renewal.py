"""Making a used PostgreSQL database new again: its rows go, and what else a test could have changed is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString, Self

import psycopg
from psycopg import sql

GONE_SECONDS = 5
END_OTHERS: LiteralString = """
    SELECT coalesce(bool_and(pg_terminate_backend(pid, %s)), true)
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"""
RELATIONS: LiteralString = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = %s ORDER BY relname"""
SHAPE: LiteralString = """
    SELECT attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    ORDER BY 1"""


@dataclass(frozen=True)
class Contents:
    """A prepared database: its tables, indexes and constraints, and the rows it came with."""

    shape: list[str]
    rows: dict[str, list[str]]
    """Those of the tables that were not empty."""

    @classmethod
    def of(cls, connection: psycopg.Connection) -> Self:
        """What is there now."""
        rows = {table: _rows(connection, table) for table in _relations(connection, "r")}
        return cls(_column(connection, SHAPE), {table: found for table, found in rows.items() if found})

    def restored(self, connection: psycopg.Connection) -> bool:
        """Whether the database is what it was, once everybody else is out and all added rows are gone."""
        (alone,) = connection.execute(END_OTHERS, [GONE_SECONDS * 1000]).fetchone() or (False,)
        if not alone or _column(connection, SHAPE) != self.shape:
            return False
        if any(_rows(connection, table) != rows for table, rows in self.rows.items()):
            return False
        filled = [table for table in _relations(connection, "r") if table not in self.rows]
        empty = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in filled]
        restart = [
            sql.SQL("SELECT setval({}, 1, false)").format(sql.Literal(name)) for name in _relations(connection, "S")
        ]
        # Without triggers, foreign keys ask for no order. Emptying by TRUNCATE would make every file anew.
        connection.execute(sql.SQL("; ").join([sql.SQL("SET session_replication_role = replica"), *empty, *restart]))
        return True


def _relations(connection: psycopg.Connection, kind: str) -> list[str]:
    return [name for (name,) in connection.execute(RELATIONS, [kind])]


def _rows(connection: psycopg.Connection, table: str) -> list[str]:
    return sorted(
        row for (row,) in connection.execute(sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table)))
    )


def _column(connection: psycopg.Connection, statement: LiteralString) -> list[str]:
    return [value for (value,) in connection.execute(statement)]
