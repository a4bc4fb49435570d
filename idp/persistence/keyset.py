"""Pages of long lists by the key of a row: the last page costs as much as the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_

from idp.persistence.executor import Executor

R = TypeVar("R")
Key = tuple[str | int, ...]
"""Values of the columns by which a list is sorted; the last one is unique."""


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a page begins: `after` a key, or `before` one; neither: with the first row, or with the `last` ones."""

    after: Key | None = None
    before: Key | None = None
    last: bool = False

    @property
    def backwards(self) -> bool:
        """Whether the page is read from its end."""
        return self.before is not None or self.last


@dataclass(frozen=True)
class Page(Generic[R]):
    """Some records in order, and whether there are others before and after them."""

    records: list[R] = field(default_factory=list)
    has_previous: bool = False
    has_next: bool = False


def read_page(
    db: Executor,
    record: Callable[..., R],
    query: Select[Any],
    columns: Sequence[ColumnElement[Any]],
    position: Position,
    *,
    limit: int,
    descending: bool = False,
) -> Page[R]:
    """Read one page of a query that is sorted by `columns`, none of which may be NULL."""
    ascending = descending == position.backwards
    key = position.before if position.before is not None else position.after
    if key is not None:
        row, given = tuple_(*columns), tuple_(*key)
        query = query.where(row > given if ascending else row < given)
    ordered = query.order_by(*(column.asc() if ascending else column.desc() for column in columns)).limit(limit + 1)
    found = db.all(record, ordered)
    more, records = len(found) > limit, found[:limit]
    if position.backwards:
        return Page(records[::-1], has_previous=more, has_next=position.before is not None)
    return Page(records, has_previous=position.after is not None, has_next=more)
