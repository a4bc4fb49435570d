"""People by what their sign-ins depend on, counted by set-based statements: for the preview of a policy.

Whoever is alike in all of it meets the same pages, so each kind of people is judged once, whatever their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, case, cast, distinct, func, literal, select

from idp.persistence.base import Store, given
from idp.persistence.factors import factors
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
        return Batch(start, self._db.value(END, start=start, most=most))

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
    own = _factors(classes, batch)
    columns: list[ColumnElement[Any]] = [
        users.c.id.label("id"),
        users.c.username.label("username"),
        users.c.profile["name"].as_string().label("name"),
        case((users.c.password_hash.is_not(None), 1), else_=0).label("has_password"),
        case((users.c.email.is_not(None), 1), else_=0).label("has_email"),
        case((users.c.second_step_required, 1), else_=0).label("required"),
        case(
            (users.c.second_step_due_at.is_(None), NOT_BEGUN), (users.c.second_step_due_at <= now, OVER), else_=RUNNING
        ).label("grace"),
        func.coalesce(own.c.attested, 0).label("attested"),
        func.coalesce(own.c.kinds, 0).label("kinds"),
        _class_of(users.c.id, classes.people).label("person"),
    ]
    joined = users.outerjoin(own, own.c.user_id == users.c.id)
    if classes.groups:
        members = _members(classes, batch)
        joined = joined.outerjoin(members, members.c.user_id == users.c.id)
        columns += [func.coalesce(mask, 0).label(mask.name) for mask in members.c if mask.name != "user_id"]
    query = select(*columns).select_from(joined).where(users.c.status == ACTIVE)
    return query.where(*_within(users.c.id, batch))


def _factors(classes: Classes, batch: Batch) -> Subquery:
    """Return the kinds of each person's factors as bits."""
    bits = [distinct_bits(factors.c.kind, [[kind] for kind in classes.kinds], "kinds")]
    attested = func.max(case((factors.c.attested, 1), else_=0)).label("attested")
    query = select(factors.c.user_id, *bits, attested).where(*_within(factors.c.user_id, batch))
    return query.group_by(factors.c.user_id).subquery("own")


def _members(classes: Classes, batch: Batch) -> Subquery:
    """Return the classes of each person's groups as bits, in as many numbers as it takes."""
    parts = range(0, len(classes.groups), MOST_BITS)
    masks = [
        distinct_bits(group_members.c.group_id, classes.groups[part : part + MOST_BITS], f"groups_{part}")
        for part in parts
    ]
    ids = [group_id for group in classes.groups for group_id in group]
    query = select(group_members.c.user_id, *masks).where(group_members.c.group_id.in_(ids))
    return query.where(*_within(group_members.c.user_id, batch)).group_by(group_members.c.user_id).subquery("members")


def distinct_bits(column: ColumnElement[str], classes: Sequence[Sequence[str]], name: str) -> ColumnElement[int]:
    """Return the classes of the values of a column as bits: the sum of distinct powers of two."""
    whens = [(column.in_(list(each)), literal(1 << number, BigInteger)) for number, each in enumerate(classes)]
    bit = case(*whens, else_=literal(0, BigInteger))
    return cast(func.sum(distinct(bit)), BigInteger).label(name)


def _class_of(column: ColumnElement[str], classes: Sequence[Sequence[str]]) -> ColumnElement[Any]:
    if not classes:
        return literal(-1, BigInteger)
    return case(*[(column.in_(list(each)), number) for number, each in enumerate(classes)], else_=-1)


def _within(column: ColumnElement[str], batch: Batch) -> list[ColumnElement[bool]]:
    return [column >= batch.start, *([column < batch.end] if batch.end is not None else [])]


def _alike(classes: Classes, row: Sequence[Any]) -> Alike:
    has_password, has_email, required, grace, attested, kinds, person, *masks = (int(value) for value in row)
    return Alike(
        has_password=bool(has_password),
        has_email=bool(has_email),
        required=bool(required),
        grace=grace,
        attested=bool(attested),
        kinds=frozenset(kind for number, kind in enumerate(classes.kinds) if kinds >> number & 1),
        person=None if person < 0 else person,
        groups=frozenset(
            part * MOST_BITS + number
            for part, mask in enumerate(masks)
            for number in range(MOST_BITS)
            if mask >> number & 1
        ),
    )
