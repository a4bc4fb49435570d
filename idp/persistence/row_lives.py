"""The life of a table's rows, and of columns that are emptied before: what `retention` lists for all tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table


@dataclass(frozen=True)
class Retention:
    """The time (seconds, UTC), and the settings that purging follows."""

    now: int
    session_idle: int
    audit_days: int
    """0: for ever."""
    keep_codes: bool
    """Whether sealed copies of saved recovery codes are kept."""


NOT_BY_STRANGERS = "a stranger adds none"

Over = Callable[[Retention], ColumnElement[bool]]
"""Returns the condition of rows whose life is over."""


@dataclass(frozen=True)
class Life:
    """The life of a table's rows.

    Without `over` nothing is purged: rows end with what `until` names, by a change or by a foreign key. `bounded_by` is
    what bounds how fast somebody who has proven nothing can add rows.
    """

    table: Table
    grows_with: str
    until: str
    over: Over | None = None
    bounded_by: str = NOT_BY_STRANGERS

    @property
    def name(self) -> str:
        """Return the table's name."""
        return self.table.name


@dataclass(frozen=True)
class Erasure:
    """Columns that are emptied before their row ends."""

    name: str
    table: Table
    columns: tuple[str, ...]
    over: Over
