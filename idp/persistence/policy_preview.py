"""People by what their sign-ins depend on, counted by set-based statements: for the preview of a policy.

Whoever is alike in all of it meets the same pages, so each kind of people is evaluated once, whatever their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, case, false, func, literal, select

from idp.persistence.base import Store, given
from idp.persistence.factors import ATTESTED, factors
from idp.persistence.groups import group_members
from idp.persistence.users import ACTIVE, users

MOST_BITS = 60
"""Classes of groups in one number."""
NOT_BEGUN, OVER, RUNNING = 0, 1, 2
"""The grace window of a person."""


@dataclass(frozen=True)
class Classes:
    """What to tell apart: factors by kind, and groups and people by the rules about them.

    `groups` and `people` hold the ids of each class; classes count from 0.
    """

    kinds: Sequence[str]
    groups: Sequence[Sequence[str]] = ()
    people: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Batch:
    """People from the id `start` on, before the id `end` (None: to the last one)."""

    start: str = ""
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """What people have in common.

    `kinds` are those of their factors, `groups` and `person` their classes (None: none), `grace` the state of their
    window.
    """

    has_password: bool
    has_email: bool
    required: bool
    grace: int
    attested: bool
    kinds: frozenset[str]
    person: int | None
    groups: frozenset[int]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of a list."""

    id: str
    username: str
    name: str


END = select(users.c.id).where(users.c.id >= given("start")).order_by(users.c.id).offset(given("most")).limit(1)


class PreviewStore(Store):
    """Counts and lists active people by what their sign-ins depend on, in the order of their ids."""

    def batch(self, start: str, most: int) -> Batch:
        """Return the next `most` people from the id `start` on."""
        return Batch(start, self._db.scalar(END, start=start, most=most))

    def count_alike(self, classes: Classes, batch: Batch) -> list[tuple[Alike, int]]:
        """Count the people of a batch by what they have in common."""
        alike = _query(classes, batch, self._now).subquery()
        columns = [column for column in alike.c if column.name not in {"id", "username", "name"}]
        rows = self._db.rows(select(*columns, func.count()).group_by(*columns))
        return [(_alike(classes, row[:-1]), int(row[-1])) for row in rows]

    def list_alike(self, classes: Classes, batch: Batch) -> list[tuple[Alike, Somebody]]:
        """List the same people one by one."""
        rows = self._db.rows(_query(classes, batch, self._now).order_by(users.c.id))
        return [(_alike(classes, row[3:]), Somebody(row[0], row[1], row[2] or row[1])) for row in rows]


def _query(classes: Classes, batch: Batch, now: int) -> Select[Any]:
    """Return the query of these people, which reads each person's row once and their factors only if attested."""
    attested = select(factors.c.user_id).distinct().where(ATTESTED, *_within(factors.c.user_id, batch)).subquery()
    # Yes or no each: of any other expression, PostgreSQL would expect as many kinds of people as there are values, and
    # count in one process alone.
    columns: list[ColumnElement[Any]] = [
        users.c.id.label("id"),
        users.c.username.label("username"),
        users.c.profile["name"].as_string().label("name"),
        users.c.factor_kinds.label("kinds"),
        users.c.password_hash.is_not(None).label("has_password"),
        users.c.email.is_not(None).label("has_email"),
        users.c.second_step_required.label("required"),
        users.c.second_step_due_at.is_not(None).label("begun"),
        func.coalesce(users.c.second_step_due_at <= now, false()).label("over"),
        attested.c.user_id.is_not(None).label("attested"),
        _class_of(users.c.id, classes.people).label("person"),
    ]
    joined = users.outerjoin(attested, attested.c.user_id == users.c.id)
    if classes.groups:
        members = _members(classes, batch)
        joined = joined.outerjoin(members, members.c.user_id == users.c.id)
        columns += [func.coalesce(mask, 0).label(mask.name) for mask in members.c if mask.name != "user_id"]
    query = select(*columns).select_from(joined).where(users.c.status == ACTIVE)
    return query.where(*_within(users.c.id, batch))


def _members(classes: Classes, batch: Batch) -> Subquery:
    """Return the classes of each person's groups as bits, in as many numbers as it takes."""
    ids = [group_id for group in classes.groups for group_id in group]
    members = select(group_members.c.user_id).where(group_members.c.group_id.in_(ids))
    members = members.where(*_within(group_members.c.user_id, batch))
    if len(ids) == 1:
        return members.add_columns(literal(1, BigInteger).label("groups_0")).subquery("members")
    masks = [
        _mask(classes.groups[part : part + MOST_BITS]).label(f"groups_{part}")
        for part in range(0, len(classes.groups), MOST_BITS)
    ]
    return members.add_columns(*masks).group_by(group_members.c.user_id).subquery("members")


def _mask(classes: Sequence[Sequence[str]]) -> ColumnElement[int]:
    """Return the classes of all groups of a person as bits; SQLite has no aggregate for that."""
    nothing = literal(0, BigInteger)
    bits = (
        func.max(case((group_members.c.group_id.in_(list(each)), literal(1 << number, BigInteger)), else_=nothing))
        for number, each in enumerate(classes)
    )
    return sum(bits, start=nothing)


def _class_of(column: ColumnElement[str], classes: Sequence[Sequence[str]]) -> ColumnElement[Any]:
    if not classes:
        return literal(-1, BigInteger)
    return case(*[(column.in_(list(each)), number) for number, each in enumerate(classes)], else_=-1)


def _within(column: ColumnElement[str], batch: Batch) -> list[ColumnElement[bool]]:
    return [column >= batch.start, *([column < batch.end] if batch.end is not None else [])]


def _alike(classes: Classes, row: Sequence[Any]) -> Alike:
    kinds = frozenset(row[0].split())
    has_password, has_email, required, begun, over, attested = map(bool, row[1:7])
    person, *masks = map(int, row[7:])
    return Alike(
        has_password=has_password,
        has_email=has_email,
        required=required,
        grace=NOT_BEGUN if not begun else OVER if over else RUNNING,
        attested=attested,
        kinds=kinds.intersection(classes.kinds),
        person=None if person < 0 else person,
        groups=frozenset(
            part * MOST_BITS + number
            for part, mask in enumerate(masks)
            for number in range(MOST_BITS)
            if mask >> number & 1
        ),
    )
