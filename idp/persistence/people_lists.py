"""Long lists of people: by prefix, by filter, sorted, and in pages whose cost does not grow with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    tuple_,
    union,
    union_all,
)

from idp.persistence.base import Store, given
from idp.persistence.groups import group_members
from idp.persistence.keyset import Key, Page, Position, read_page
from idp.persistence.late_people import OFF, Late, is_late
from idp.persistence.lookup_keys import HIGHEST, LONGEST_NAME_KEY, lookup_key
from idp.persistence.roles import HELD_BY_GROUP, HELD_BY_PERSON, IN_GROUP, HolderKind, role_grants
from idp.persistence.users import CLOSED, IS_DISABLED, User, users


class PeopleOrder(StrEnum):
    """By what a list is sorted."""

    USERNAME = "username"
    NAME = "name"
    LAST_SIGN_IN = "last-sign-in"


COLUMNS = {
    PeopleOrder.USERNAME: (users.c.username_key,),
    PeopleOrder.NAME: (users.c.name_key, users.c.id),
    PeopleOrder.LAST_SIGN_IN: (users.c.last_sign_in_at, users.c.id),
}
KEY_TYPES: dict[PeopleOrder, tuple[type, ...]] = {
    PeopleOrder.USERNAME: (str,),
    PeopleOrder.NAME: (str, str),
    PeopleOrder.LAST_SIGN_IN: (int, str),
}
FOUND_KEY_TYPES = (str, str)
"""Types of the key of somebody found by a prefix, in a list that is sorted by what was found."""
SEARCHED = (users.c.name_key, users.c.username_key, users.c.email_key)
NOT_CLOSED = users.c.status != CLOSED
IS_OUT = text(IS_DISABLED)
"""In the words of the indexes, as `OFF` is."""
MOST_NAMED = 1000
"""People who hold a role, or are alike in 2FA Required, up to which they are listed by their ids."""
MOST_FETCHED = 5000
"""Members up to which a page reads them all; of more, it reads the list in its order and leaves out who is no member.

Read in order, one of two hundred is a member; no database knows that beforehand, so the choice is made here.
"""
COUNT_MEMBERS = select(func.count()).select_from(
    select(group_members.c.user_id).where(group_members.c.group_id == given("group_id")).limit(given("most")).subquery()
)
GRANTED = role_grants.c.role == given("role")
HOLDERS = union(
    select(role_grants.c.holder_id).where(GRANTED, role_grants.c.holder_kind == HolderKind.PERSON),
    select(group_members.c.user_id).join(role_grants, IN_GROUP).where(GRANTED),
).limit(given("most"))
BY_REQUIREMENT = select(users.c.id).where(users.c.second_step_required == given("required")).limit(given("most"))


@dataclass(frozen=True, kw_only=True)
class PeopleFilter:
    """Which people to list; what is not set accepts all. `prefix` begins their name, user name or address.

    `off`: without a second step. `required`: of whom one is required, or of whom none is. `among`: those with these
    ids.
    """

    prefix: str = ""
    off: bool = False
    required: bool | None = None
    late: Late | None = None
    disabled: bool = False
    group_id: str | None = None
    role: str | None = None
    among: frozenset[str] | None = None


class PeopleListStore(Store):
    """Lists people."""

    def page(
        self, wanted: PeopleFilter, position: Position, *, limit: int, order: PeopleOrder, descending: bool = False
    ) -> Page[User]:
        """Return one page; somebody found by a prefix is where that begins in the alphabet, whatever the order."""
        conditions = [*_conditions(wanted), *self._membership(wanted.group_id)]
        if prefix := _prefix(wanted):
            found = _found(prefix, conditions, position, limit)
            query = select(users).join(found, found.c.id == users.c.id)
            columns: Sequence[ColumnElement[object]] = (found.c.key, found.c.id)
            return read_page(self._db, User, query, columns, position, limit=limit)
        query = select(users).where(*conditions)
        return read_page(self._db, User, query, COLUMNS[order], position, limit=limit, descending=descending)

    def listed(self, *, limit: int = 1000, after: str = "", search: str = "") -> list[User]:
        """List people in order of user name, from the one behind the name `after`.

        `search` is part of the user name, the address or the name; in names, how case is ignored beyond ASCII depends
        on the database.
        """
        query = select(users).where(users.c.username_key > lookup_key(after), users.c.status != CLOSED)
        if search:
            keys = (users.c.username_key, users.c.email_key)
            name = users.c.profile["name"].as_string()
            found = [key.contains(lookup_key(search), autoescape=True) for key in keys]
            query = query.where(or_(*found, name.icontains(search, autoescape=True)))
        return self._db.all(User, query.order_by(users.c.username_key).limit(limit))

    def holders(self, role: str) -> frozenset[str] | None:
        """Return the ids of those who hold a role; None when there are too many to name."""
        found = frozenset(self._db.scalars(HOLDERS, role=role, most=MOST_NAMED + 1))
        return found if len(found) <= MOST_NAMED else None

    def by_requirement(self, *, required: bool) -> frozenset[str] | None:
        """Return the ids of those of whom a second step is required, or is not; None when there are too many."""
        found = frozenset(self._db.scalars(BY_REQUIREMENT, required=required, most=MOST_NAMED + 1))
        return found if len(found) <= MOST_NAMED else None

    def batch(self, wanted: PeopleFilter, *, after: str, limit: int) -> list[User]:
        """List some of them in order of id, from the one after the id `after`: changes do not move anybody in it."""
        query = select(users).where(*_all_conditions(wanted), users.c.id > after)
        return self._db.all(User, query.order_by(users.c.id).limit(limit))

    def count(self, wanted: PeopleFilter) -> int:
        """Count them. It reads all of them: for a question before a change, not for each page."""
        return int(self._db.scalar(select(func.count()).select_from(users).where(*_all_conditions(wanted))))

    def _membership(self, group_id: str | None) -> list[ColumnElement[bool]]:
        """Return the condition of membership for a page, in the form that suits the size of the group."""
        if group_id is None:
            return []
        members = select(group_members.c.user_id).where(group_members.c.group_id == group_id)
        if self._db.scalar(COUNT_MEMBERS, group_id=group_id, most=MOST_FETCHED + 1) <= MOST_FETCHED:
            named = members.cte("members").prefix_with("MATERIALIZED")
            return [users.c.id.in_(select(named.c.user_id))]
        # Unlike EXISTS, PostgreSQL makes no join of it, for which it would read and sort all members.
        return [members.where(group_members.c.user_id == users.c.id).scalar_subquery().is_not(None)]


def key_of(user: User, wanted: PeopleFilter, order: PeopleOrder) -> Key:
    """Return the key of one person in the list."""
    if prefix := _prefix(wanted):
        keys = (user.name_key, user.username_key, user.email_key or "")
        return next((key for key in keys if key.startswith(prefix)), user.username_key), user.id
    return tuple(getattr(user, column.name) for column in COLUMNS[order])


def _prefix(wanted: PeopleFilter) -> str:
    return lookup_key(wanted.prefix)[:LONGEST_NAME_KEY]


def _begins(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + HIGHEST)


def _found(prefix: str, conditions: Sequence[ColumnElement[bool]], position: Position, limit: int) -> Subquery:
    """Return the subquery of who is found and by what: each person once, by the first of their keys that matches.

    Each key is read in the order of its index, and no further than the page needs: not beyond the last row that the
    keys before it fill the page with, since an address mostly begins as its user name does, and is found already.
    """
    key = position.before if position.before is not None else position.after
    parts: list[Select[tuple[str, str]]] = []
    for number, column in enumerate(SEARCHED):
        earlier = [not_(_begins(each, prefix)) for each in SEARCHED[:number]]
        within = _within_page(column, parts, prefix, position, limit) if parts else _begins(column, prefix)
        query = select(users.c.id, column.label("key")).where(within, *earlier, *conditions)
        row = (column, users.c.id)
        if key is not None:
            query = query.where(tuple_(*row) < tuple_(*key) if position.backwards else tuple_(*row) > tuple_(*key))
        ordered = query.order_by(*(each.desc() if position.backwards else each.asc() for each in row))
        part = ordered.limit(limit + 1).cte(f"by_{column.name}")
        parts.append(select(part.c.id, part.c.key))
    return union_all(*parts).subquery("found")


def _within_page(
    column: ColumnElement[str], parts: Sequence[Select[tuple[str, str]]], prefix: str, position: Position, limit: int
) -> ColumnElement[bool]:
    """Return the condition that a key begins with the prefix, and is not beyond a page that these parts fill."""
    filled = union_all(*parts).subquery()
    order = filled.c.key.desc() if position.backwards else filled.c.key.asc()
    last = select(filled.c.key).order_by(order).offset(limit).limit(1).scalar_subquery()
    if position.backwards:
        return and_(column >= func.coalesce(last, prefix), column < prefix + HIGHEST)
    return and_(column >= prefix, column <= func.coalesce(last, prefix + HIGHEST))


def _all_conditions(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions = _conditions(wanted)
    if wanted.group_id is not None:
        member = (group_members.c.group_id == wanted.group_id, group_members.c.user_id == users.c.id)
        conditions.append(exists().where(*member))
    if prefix := _prefix(wanted):
        conditions.append(or_(*(_begins(column, prefix) for column in SEARCHED)))
    return conditions


def _conditions(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of everything but prefix and group."""
    conditions: list[ColumnElement[bool]] = [IS_OUT if wanted.disabled else NOT_CLOSED]  # type: ignore[list-item]  # text can be a condition
    if wanted.off:
        conditions.append(OFF)  # type: ignore[arg-type]  # text can be a condition
    if wanted.required is not None:
        # Not as an equation: with their own index SQLite would sort them all, instead of reading in order.
        conditions.append(users.c.second_step_required.is_distinct_from(not wanted.required))
    if wanted.late is not None:
        conditions.append(is_late(wanted.late))
    if wanted.role is not None:
        by_group = and_(role_grants.c.holder_kind == HolderKind.GROUP, exists().where(HELD_BY_GROUP))
        conditions.append(exists().where(role_grants.c.role == wanted.role, or_(HELD_BY_PERSON, by_group)))
    if wanted.among is not None:
        conditions.append(users.c.id.in_(sorted(wanted.among)) if wanted.among else literal(False))  # noqa: FBT003 - SQL's own
    return conditions
