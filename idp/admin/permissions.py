"""Which role may do what. Pure.

route or command  ->  Actor.require(permission)  ->  use case
a change of a person  ->  users.find_to_change: nobody but an owner changes who holds a role
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp.admin import Forbidden
from idp.persistence.roles import Role


class Permission(StrEnum):
    """What an administrator may look at or change."""

    VIEW_OVERVIEW = "look at the overview"
    VIEW_PEOPLE = "look at people and groups"
    CHANGE_PEOPLE = "change people and groups"
    CHANGE_ROLES = "give and withdraw roles"
    VIEW_POLICY = "look at the sign-in policy"
    CHANGE_POLICY = "change the sign-in policy"
    VIEW_SESSIONS = "look at sessions and devices"
    END_SESSIONS = "end sessions and forget devices"
    VIEW_AUDIT = "look at the audit trail"
    VIEW_MESSAGES = "look at messages"
    SEND_MESSAGES = "send messages again"
    VIEW_KEYS = "look at signing keys"
    CHANGE_KEYS = "rotate signing keys"
    VIEW_APPS = "look at apps"
    CHANGE_APPS = "change apps"


_VIEWS = frozenset(permission for permission in Permission if permission.name.startswith("VIEW_"))
_PEOPLE = frozenset(
    {
        Permission.VIEW_OVERVIEW,
        Permission.VIEW_PEOPLE,
        Permission.CHANGE_PEOPLE,
        Permission.VIEW_POLICY,
        Permission.VIEW_SESSIONS,
        Permission.END_SESSIONS,
        Permission.VIEW_AUDIT,
        Permission.VIEW_MESSAGES,
        Permission.SEND_MESSAGES,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.PEOPLE: _PEOPLE,
    Role.APPS: frozenset({Permission.VIEW_OVERVIEW, Permission.VIEW_APPS, Permission.CHANGE_APPS}),
    Role.AUDITOR: _VIEWS,
}


@dataclass(frozen=True)
class Actor:
    """Who causes a change: an administrator, or the command line (`user_id` None), which may do everything."""

    user_id: str | None
    roles: frozenset[Role]

    @property
    def is_owner(self) -> bool:
        """Whether they may do everything."""
        return Role.OWNER in self.roles

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles permits it."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` unless one of their roles permits it."""
        if not self.may(permission):
            raise Forbidden(permission)


COMMAND_LINE = Actor(None, frozenset({Role.OWNER}))
