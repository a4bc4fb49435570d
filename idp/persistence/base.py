"""The declarative base and the base class of stores."""

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
    """Base class of tables; `int` columns have 64 bits because most of them are times."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger}  # noqa: RUF012 - SQLAlchemy reads it from the class


class Store:
    """Base class of stores: statements on one open transaction."""

    def __init__(self, session: Session, now: int) -> None:
        self._session = session
        self._now = now

    def _execute(self, statement: Executable) -> int:
        """Execute a change; return the number of rows it changed."""
        result = self._session.execute(statement, execution_options={"synchronize_session": False})
        return int(cast("CursorResult[Any]", result).rowcount)

    def _claim_row(self, statement: ReturningUpdate[Row]) -> Row | None:
        """Execute a conditional `UPDATE ... RETURNING`; None when no row matched."""
        options = {"synchronize_session": False, "populate_existing": True}
        return self._session.scalars(statement, execution_options=options).one_or_none()

    def _upsert(self, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT with ON CONFLICT in the current dialect."""
        table: Any = model.__table__
        if self._session.get_bind().dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)
