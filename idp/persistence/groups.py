"""Groups of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    delete,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from idp.persistence.base import METADATA, Store, given, given_list, upsert
from idp.persistence.keyset import Page, Position, read_page
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.users import CLOSED, User, users

groups = Table(
    "groups",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("name_key", String, unique=True, nullable=False),
    Column("description", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

group_members = Table(
    "group_members",
    METADATA,
    Column("group_id", String, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("added_at", BigInteger, nullable=False),
    Index("ix_group_members_user", "user_id"),
)


class GroupNameTaken(Exception):
    """Another group has this name, perhaps in another spelling."""


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of people. `name_key` is the name without differences of case and form."""

    id: str
    name: str
    name_key: str
    description: str = ""
    created_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One person in one group."""

    group_id: str
    user_id: str
    added_at: int = 0


BY_ID = select(groups).where(groups.c.id == given("group_id"))
LOCK = BY_ID.with_for_update(key_share=True)
BY_KEY = select(groups).where(groups.c.name_key == given("key"))
BY_IDS = select(groups).where(groups.c.id.in_(given_list("group_ids"))).order_by(groups.c.name_key)
MEMBERSHIPS = select(group_members.c.user_id, group_members.c.group_id).where(
    group_members.c.user_id.in_(given_list("user_ids"))
)
IDS_OF_USER = select(group_members.c.group_id).where(group_members.c.user_id == given("user_id"))
OF_USER = (
    select(groups)
    .join(group_members, group_members.c.group_id == groups.c.id)
    .where(group_members.c.user_id == given("user_id"))
    .order_by(groups.c.name_key)
)
ATTRIBUTES_AND_GROUPS = (
    select(users.c.attributes, groups.c.id, groups.c.name)
    .select_from(
        users.outerjoin(group_members, group_members.c.user_id == users.c.id).outerjoin(
            groups, groups.c.id == group_members.c.group_id
        )
    )
    .where(users.c.id == given("user_id"))
    .order_by(groups.c.name_key)
)
SEPARATOR = ","
"""Between ids that are read as one text; no id has it."""
_SEPARATOR: Any = literal_column(
    f"'{SEPARATOR}'"
)  # of a parameter, SQLAlchemy would write the statement anew each time
IDS_OF_PERSON = select(func.aggregate_strings(group_members.c.group_id, _SEPARATOR)).where(
    group_members.c.user_id == users.c.id
)
"""The ids of a person's groups as one text, for other statements; NULL without a group."""
COUNT_MEMBERS = (
    select(func.count())
    .select_from(group_members.join(users, users.c.id == group_members.c.user_id))
    .where(group_members.c.group_id == given("group_id"), users.c.status != CLOSED)
)
MEMBERS_OF_ROW = (
    select(true()).select_from(group_members).where(group_members.c.group_id == groups.c.id).limit(given("most"))
)
MEMBER_COUNTS = select(
    groups.c.id, select(func.count()).select_from(MEMBERS_OF_ROW.correlate(groups).subquery()).scalar_subquery()
).where(groups.c.id.in_(given_list("group_ids")))
IS_MEMBER = select(group_members.c.user_id).where(
    group_members.c.group_id == given("group_id"), group_members.c.user_id == given("user_id")
)
MEMBER_IDS = (
    select(group_members.c.user_id)
    .where(group_members.c.group_id == given("group_id"))
    .order_by(group_members.c.user_id)
    .limit(given("most"))
)
MEMBERS = select(users).join(group_members, group_members.c.user_id == users.c.id)
CHANGE = update(groups).where(groups.c.id == given("group_id")).values(updated_at=given("now"))
RENAME = CHANGE.values(name=given("name"), name_key=given("key"), description=given("description"))
REMOVE = delete(groups).where(groups.c.id == given("group_id"))
ADD_MEMBER = (
    upsert(group_members)
    .values(group_id=given("group_id"), user_id=given("user_id"), added_at=given("now"))
    .on_conflict_do_nothing()
)
REMOVE_MEMBER = delete(group_members).where(
    group_members.c.group_id == given("group_id"), group_members.c.user_id == given("user_id")
)


class GroupStore(Store):
    """Stores groups and their members."""

    def by_id(self, group_id: str) -> Group | None:
        """Return the group with this id."""
        return self._db.one_or_none(Group, BY_ID, group_id=group_id)

    def lock(self, group_id: str) -> Group | None:
        """Return a group, and keep new members and roles of it waiting until the transaction ends."""
        return next(iter(self._db.lock(Group, LOCK, group_id=group_id)), None)

    def by_name(self, name: str) -> Group | None:
        """Return the group of this name, in whatever spelling; without a name there is none to be read."""
        key = lookup_key(name)
        return self._db.one_or_none(Group, BY_KEY, key=key) if key else None

    def by_ids(self, group_ids: Iterable[str]) -> list[Group]:
        """List these groups in order of name."""
        return self._db.all(Group, BY_IDS, group_ids=sorted(group_ids))

    def ids_of_user(self, user_id: str) -> frozenset[str]:
        """Return the ids of the groups that a person is a member of."""
        return frozenset(self._db.scalars(IDS_OF_USER, user_id=user_id))

    def ids_of_users(self, user_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return the ids of the groups of each of these people, in one statement."""
        found: dict[str, set[str]] = {user_id: set() for user_id in user_ids}
        for user_id, group_id in self._db.rows(MEMBERSHIPS, user_ids=sorted(found)):
            found[user_id].add(group_id)
        return {user_id: frozenset(ids) for user_id, ids in found.items()}

    def of_user(self, user_id: str) -> list[Group]:
        """List the groups of a person in order of name."""
        return self._db.all(Group, OF_USER, user_id=user_id)

    def with_attributes(self, user_id: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Return the attributes of a person, and ids and names of their groups in order of name."""
        rows = self._db.rows(ATTRIBUTES_AND_GROUPS, user_id=user_id)
        named = [(group_id, name) for _, group_id, name in rows if group_id is not None]
        return (rows[0][0] if rows else {}), named

    def page(self, position: Position, *, limit: int, prefix: str = "") -> Page[Group]:
        """List groups in order of name, those whose name begins with `prefix`."""
        query = select(groups)
        if prefix:
            query = query.where(groups.c.name_key.startswith(lookup_key(prefix), autoescape=True))
        return read_page(self._db, Group, query, [groups.c.name_key], position, limit=limit)

    def members(self, group_id: str, position: Position, *, limit: int) -> Page[User]:
        """List members in order of user name."""
        query = MEMBERS.where(group_members.c.group_id == group_id)
        return read_page(self._db, User, query, [users.c.username_key], position, limit=limit)

    def member_counts(self, group_ids: Sequence[str], *, most: int) -> dict[str, int]:
        """Return how many members each of these groups has; none is counted further than `most`."""
        found = self._db.rows(MEMBER_COUNTS, group_ids=list(group_ids), most=most)
        return {group_id: int(count) for group_id, count in found}

    def is_member(self, group_id: str, user_id: str) -> bool:
        """Whether a person is a member."""
        return self._db.scalar(IS_MEMBER, group_id=group_id, user_id=user_id) is not None

    def member_ids(self, group_id: str, *, most: int) -> list[str]:
        """Return the ids of at most so many members."""
        return self._db.scalars(MEMBER_IDS, group_id=group_id, most=most)

    def count_members(self, group_id: str) -> int:
        """Return how many people are members."""
        return int(self._db.scalar(COUNT_MEMBERS, group_id=group_id))

    def add(self, group: Group) -> None:
        """Insert a group; its times are this transaction's.

        Raises:
            GroupNameTaken: this transaction can only be rolled back.
        """
        stored = Group(group.id, group.name, group.name_key, group.description, self._now, self._now)
        try:
            self._db.insert(groups, stored)
        except IntegrityError as error:
            raise GroupNameTaken from error

    def rename(self, group_id: str, *, name: str, name_key: str, description: str) -> bool:
        """Store another name and description; False when there is no such group.

        Raises:
            GroupNameTaken: this transaction can only be rolled back.
        """
        values = {"group_id": group_id, "name": name, "key": name_key, "description": description}
        try:
            return self._db.change(RENAME, now=self._now, **values) == 1
        except IntegrityError as error:
            raise GroupNameTaken from error

    def remove(self, group_id: str) -> bool:
        """Delete a group with its memberships; False when there is none."""
        return self._db.change(REMOVE, group_id=group_id) == 1

    def add_member(self, group_id: str, user_id: str) -> bool:
        """Add a person; False when they were a member already."""
        return self._db.change(ADD_MEMBER, group_id=group_id, user_id=user_id, now=self._now) == 1

    def remove_member(self, group_id: str, user_id: str) -> bool:
        """Remove a person; False when they were no member."""
        return self._db.change(REMOVE_MEMBER, group_id=group_id, user_id=user_id) == 1
