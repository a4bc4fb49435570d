"""The schema's metadata, records, and the base class of stores.

A table is a `sqlalchemy.Table`; its record is a frozen dataclass with the same columns in the same order, so that a row
is a record's arguments. Statements are built once, when their module is imported (docs/decisions/0035):

    BY_ID = select(users).where(users.c.id == given("user_id"))

    def by_id(self, user_id: str) -> User | None:
        return self._db.one_or_none(User, BY_ID, user_id=user_id)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Column, MetaData, bindparam
from sqlalchemy.dialects import postgresql

from idp.persistence.executor import PREFIX, Executor

A = TypeVar("A")
B = TypeVar("B")

# Constraints get stable names, so that a migration can find them on both databases.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA = MetaData(naming_convention=NAMING)
upsert = postgresql.insert
"""INSERT that may have ON CONFLICT; SQLAlchemy compiles it for SQLite as well."""


def given(name: str, like: Column[Any] | None = None) -> BindParameter[Any]:
    """Return the parameter `name` of a statement; its value is a keyword argument of the `Executor`'s method.

    `like`: the column whose type it has, where the statement does not compare it with one.
    """
    return bindparam(PREFIX + name, type_=None if like is None else like.type)


def given_list(name: str) -> BindParameter[Any]:
    """Return a parameter whose value is a list, for `IN`."""
    return bindparam(PREFIX + name, expanding=True)


def given_each(name: str, count: int) -> list[BindParameter[Any]]:
    """Return `count` parameters for `IN`, in a statement that is built once for each `count`.

    Their values are `numbered`. One parameter with a list makes SQLAlchemy write the statement anew for each execution.
    """
    return [given(f"{name}_{number}") for number in range(count)]


def numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return the values of `given_each`."""
    return {f"{name}_{number}": value for number, value in enumerate(values)}


def pair(row: Sequence[Any] | None, first: Callable[..., A], second: Callable[..., B]) -> tuple[A, B] | None:
    """Return the two records of a joined row; None of none."""
    if row is None:
        return None
    width = _count_fields(first)
    return first(*row[:width]), second(*row[width:])


def pair_or_none(
    row: Sequence[Any] | None, first: Callable[..., A], second: Callable[..., B]
) -> tuple[A | None, B | None]:
    """Return the two records of a row with an outer join; the second is None when no row was joined."""
    if row is None:
        return None, None
    width = _count_fields(first)
    return first(*row[:width]), None if row[width] is None else second(*row[width:])


@cache
def _count_fields(record: Callable[..., Any]) -> int:
    return len(fields(record))  # type: ignore[arg-type]  # records are dataclasses


class Store:
    """Base class of stores: statements of one transaction, which happens at `now` (seconds, UTC)."""

    def __init__(self, db: Executor, now: int) -> None:
        self._db = db
        self._now = now
