"""The declarative base, and what every store shares."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sqlalchemy import BigInteger, CursorResult, Executable, MetaData
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.dml import ReturningUpdate

Row = TypeVar("Row", bound="Base")

# Constraints get stable names, so that a migration can find them on both databases.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table; `int` columns are 64 bits wide because most of them are times."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger}  # noqa: RUF012 - SQLAlchemy reads it from the class


class Store:
    """An aggregate's intentions over one open transaction."""

    def __init__(self, session: Session, now: int) -> None:
        self._session = session
        self._now = now

    def _execute(self, statement: Executable) -> int:
        """Run a change and return the number of rows."""
        result = self._session.execute(statement, execution_options={"synchronize_session": False})
        return int(cast("CursorResult[Any]", result).rowcount)

    def _claim_row(self, statement: ReturningUpdate[Row]) -> Row | None:
        """Run a conditional `UPDATE ... RETURNING`: the row as it is now, or None when another was first."""
        options = {"synchronize_session": False, "populate_existing": True}
        return self._session.scalars(statement, execution_options=options).one_or_none()

    def _upsert(self, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows ON CONFLICT, in the dialect at hand."""
        table: Any = model.__table__
        if self._session.get_bind().dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)
