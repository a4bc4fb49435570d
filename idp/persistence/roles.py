"""Roles of administrators, held by people and by groups."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index, String, Table, and_, delete, exists, or_, select

from idp.persistence.base import METADATA, Store, given, upsert
from idp.persistence.factors import factors
from idp.persistence.groups import group_members
from idp.persistence.users import ACTIVE, users

role_grants = Table(
    "role_grants",
    METADATA,
    Column("role", String, primary_key=True),
    Column("holder_kind", String, primary_key=True),
    Column("holder_id", String, primary_key=True),
    Column("granted_at", BigInteger, nullable=False),
    Index("ix_role_grants_holder", "holder_id"),
)


class Role(StrEnum):
    """What an administrator may do; `idp.admin.permissions` has the table."""

    OWNER = "owner"
    PEOPLE = "people"
    APPS = "apps"
    AUDITOR = "auditor"


class HolderKind(StrEnum):
    """Who holds a role."""

    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """One role of one holder."""

    role: str
    holder_kind: str
    holder_id: str
    granted_at: int = 0


OTHER_MEMBERS = group_members.alias("other_members")
IN_GROUP = and_(role_grants.c.holder_kind == HolderKind.GROUP, role_grants.c.holder_id == group_members.c.group_id)
HELD_BY_PERSON = and_(role_grants.c.holder_kind == HolderKind.PERSON, role_grants.c.holder_id == users.c.id)
HELD_BY_GROUP = and_(IN_GROUP, group_members.c.user_id == users.c.id)
ROLES_OF_USER = select(role_grants.c.role).where(
    or_(
        and_(role_grants.c.holder_kind == HolderKind.PERSON, role_grants.c.holder_id == given("user_id")),
        exists().where(IN_GROUP, group_members.c.user_id == given("user_id")),
    )
)
ALL = select(role_grants).order_by(role_grants.c.role, role_grants.c.holder_kind, role_grants.c.holder_id)
OF_HOLDER = select(role_grants.c.role).where(
    role_grants.c.holder_kind == given("kind"), role_grants.c.holder_id == given("holder_id")
)
GRANT = (
    upsert(role_grants)
    .values(role=given("role"), holder_kind=given("kind"), holder_id=given("holder_id"), granted_at=given("now"))
    .on_conflict_do_nothing()
)
WITHDRAW = delete(role_grants).where(
    role_grants.c.role == given("role"),
    role_grants.c.holder_kind == given("kind"),
    role_grants.c.holder_id == given("holder_id"),
)
WITHDRAW_ALL = delete(role_grants).where(
    role_grants.c.holder_kind == given("kind"), role_grants.c.holder_id == given("holder_id")
)
LOCK_ROLE = select(role_grants).where(role_grants.c.role == given("role")).with_for_update()
USABLE_HOLDERS = select(users.c.id).where(
    users.c.status == ACTIVE,
    or_(users.c.password_hash.is_not(None), exists().where(factors.c.user_id == users.c.id)),
    exists().where(
        role_grants.c.role == given("role"),
        or_(HELD_BY_PERSON, and_(role_grants.c.holder_kind == HolderKind.GROUP, exists().where(HELD_BY_GROUP))),
    ),
)


HOLDER_AMONG = select(
    exists().where(
        group_members.c.group_id == given("group_id"),
        or_(
            exists().where(
                role_grants.c.holder_kind == HolderKind.PERSON, role_grants.c.holder_id == group_members.c.user_id
            ),
            exists().where(
                OTHER_MEMBERS.c.user_id == group_members.c.user_id,
                role_grants.c.holder_kind == HolderKind.GROUP,
                role_grants.c.holder_id == OTHER_MEMBERS.c.group_id,
            ),
        ),
    )
)


class RoleStore(Store):
    """Stores which people and groups hold which role."""

    def of_user(self, user_id: str) -> frozenset[Role]:
        """Return the roles of a person, their own and those of their groups."""
        return frozenset(map(Role, self._db.scalars(ROLES_OF_USER, user_id=user_id)))

    def of_holder(self, kind: HolderKind, holder_id: str) -> frozenset[Role]:
        """Return the roles that this person or group holds itself."""
        return frozenset(map(Role, self._db.scalars(OF_HOLDER, kind=kind, holder_id=holder_id)))

    def are_among(self, group_id: str) -> bool:
        """Whether a member of this group holds a role, themselves or through any group."""
        return bool(self._db.scalar(HOLDER_AMONG, group_id=group_id))

    def all(self) -> list[RoleGrant]:
        """List every role with its holders."""
        return self._db.all(RoleGrant, ALL)

    def grant(self, role: Role, kind: HolderKind, holder_id: str) -> bool:
        """Give a role; False when it was held already."""
        return self._db.change(GRANT, role=role, kind=kind, holder_id=holder_id, now=self._now) == 1

    def withdraw(self, role: Role, kind: HolderKind, holder_id: str) -> bool:
        """Take a role away; False when it was not held."""
        return self._db.change(WITHDRAW, role=role, kind=kind, holder_id=holder_id) == 1

    def withdraw_all(self, kind: HolderKind, holder_id: str) -> None:
        """Take every role away from one holder."""
        self._db.change(WITHDRAW_ALL, kind=kind, holder_id=holder_id)

    def lock_owners(self) -> frozenset[str]:
        """Lock the role of owners; return the ids of those who are active, and have a password or a factor.

        Whether the sign-in policy lets them in, `idp.login.state.owners` knows.

        Of two changes at the same moment, each of which leaves one owner, the second one sees the first. Call it before
        any person is locked.
        """
        self._db.lock(RoleGrant, LOCK_ROLE, role=Role.OWNER)
        return frozenset(self._db.scalars(USABLE_HOLDERS, role=Role.OWNER))
