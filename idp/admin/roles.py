"""Roles of administrators: given and withdrawn by owners."""

from __future__ import annotations

from idp import audit
from idp.admin import LAST_OWNER, Refused
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.config import Settings
from idp.login.state.owners import is_an_owner_left
from idp.messaging.notices import Notice, notify
from idp.persistence.groups import Group
from idp.persistence.roles import HolderKind, Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


def grant_to_person(tx: Transaction, actor: Actor, user: User, role: Role) -> bool:
    """Give a role to a person; False when they hold it already. Raises `Forbidden`."""
    actor.require(Permission.CHANGE_ROLES)
    if not tx.roles.grant(role, HolderKind.PERSON, user.id):
        return False
    audit.record(tx, Event.ROLE_GRANTED, user_id=user.id, role=role)
    notify(tx, user, Notice.ROLES_CHANGED, role=role, granted=True)
    return True


def withdraw_from_person(tx: Transaction, actor: Actor, user: User, role: Role, settings: Settings) -> bool:
    """Withdraw a role from a person; False when they do not hold it themselves.

    Raises:
        Forbidden: the actor is no owner.
        Refused: nobody could sign in as an owner any more; the transaction must be rolled back.
    """
    actor.require(Permission.CHANGE_ROLES)
    before = tx.roles.lock_owners()
    if not tx.roles.withdraw(role, HolderKind.PERSON, user.id):
        return False
    require_an_owner(tx, before, settings)
    audit.record(tx, Event.ROLE_WITHDRAWN, user_id=user.id, role=role)
    notify(tx, user, Notice.ROLES_CHANGED, role=role, granted=False)
    return True


def grant_to_group(tx: Transaction, actor: Actor, group: Group, role: Role) -> bool:
    """Give a role to all members of a group; False when it holds it already. Raises `Forbidden`."""
    actor.require(Permission.CHANGE_ROLES)
    if not tx.roles.grant(role, HolderKind.GROUP, group.id):
        return False
    audit.record(tx, Event.ROLE_GRANTED, role=role, group=group.name)
    return True


def withdraw_from_group(tx: Transaction, actor: Actor, group: Group, role: Role, settings: Settings) -> bool:
    """Withdraw a role from a group; False when it does not hold it. Raises as `withdraw_from_person`."""
    actor.require(Permission.CHANGE_ROLES)
    before = tx.roles.lock_owners()
    if not tx.roles.withdraw(role, HolderKind.GROUP, group.id):
        return False
    require_an_owner(tx, before, settings)
    audit.record(tx, Event.ROLE_WITHDRAWN, role=role, group=group.name)
    return True


def require_an_owner(tx: Transaction, before: frozenset[str], settings: Settings) -> None:
    """Require that somebody can still sign in as an owner, after a change; `before` is from `lock_owners`.

    Raises:
        Refused: there were owners before it, and none can sign in now; the transaction must be rolled back.
    """
    if before and not is_an_owner_left(tx, settings):
        raise Refused(LAST_OWNER)
