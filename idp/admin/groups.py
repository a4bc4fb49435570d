"""Groups of people: who is a member, and what follows from it.

A group that holds a role is changed by owners alone: helpdesk could make itself an owner otherwise.
"""

from __future__ import annotations

from idp import audit
from idp.admin import LAST_OWNER, Refused, claim_mappings, roles, users
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.config import Settings
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.kernel.text import Text, plural
from idp.login.policy.rules import RuleKind
from idp.login.state.owners import is_an_owner_left
from idp.login.state.policy_rules import present_rules
from idp.messaging.notices import Notice, notify
from idp.persistence.groups import Group, GroupNameTaken
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.roles import HolderKind, Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

LONGEST_NAME = 100
LONGEST_DESCRIPTION = 300
MOST_COUNTED = 1000
"""Lists count the members of a group as far as this."""
MOST_NOTED = 1000
"""Removing a group is noted in the activity of so many of its members; the audit trail has their number in any case."""

MOST_COMPARED = 10_000
"""Members that a question about all of them is bound to."""

BAD_NAME = Text("A name has 1 to {most} visible characters.", most=LONGEST_NAME)
BAD_DESCRIPTION = Text("A description has at most {most} visible characters.", most=LONGEST_DESCRIPTION)
NAME_TAKEN = Text("There is a group of this name already. Choose another name.")
GONE = Text("This group does not exist any more.")


def add(tx: Transaction, actor: Actor, entropy: Entropy, *, name: str, description: str = "") -> Group:
    """Add a group without members; raises `Forbidden`, and `Refused` for a name that cannot be one."""
    actor.require(Permission.CHANGE_PEOPLE)
    name, description = _checked(tx, name, description)
    group = Group(entropy.token(16), name, lookup_key(name), description)
    try:
        tx.groups.add(group)
    except GroupNameTaken:
        raise Refused(NAME_TAKEN) from None
    audit.record(tx, Event.GROUP_ADDED, group=name, group_id=group.id)
    return group


def is_name(text: str) -> bool:
    """Whether a group could have this name."""
    return bool(lookup_key(text)) and len(text) <= LONGEST_NAME and text.isprintable()


def find(tx: Transaction, name: str) -> Group:
    """Return the group of this name; raises `Refused` when there is none."""
    group = tx.groups.by_name(name)
    if group is None:
        raise Refused(f"There is no group {name!r}. `idp groups list` shows all.")
    return group


def find_to_change(tx: Transaction, actor: Actor, group_id: str) -> Group | None:
    """Return a group that this actor may change; None when there is none.

    Raises:
        Forbidden: the group holds a role, and the actor is no owner.
    """
    actor.require(Permission.CHANGE_PEOPLE)
    group = tx.groups.by_id(group_id)
    if group and roles_of(tx, group):
        actor.require(Permission.CHANGE_ROLES)
    return group


def change(tx: Transaction, actor: Actor, group: Group, *, name: str, description: str) -> None:
    """Set name and description; raises as `add`, and `Forbidden` as `find_to_change`."""
    _require(tx, actor, group)
    name, description = _checked(tx, name, description, present=group)
    if (name, description) == (group.name, group.description):
        return
    try:
        found = tx.groups.rename(group.id, name=name, name_key=lookup_key(name), description=description)
    except GroupNameTaken:
        raise Refused(NAME_TAKEN) from None
    if not found:
        raise Refused(GONE)
    before = group.name if name != group.name else None
    audit.record(tx, Event.GROUP_CHANGED, group=name, group_id=group.id, before=before)


def remove(tx: Transaction, actor: Actor, group: Group, settings: Settings) -> None:
    """Remove a group with its memberships and roles.

    Raises:
        Forbidden: as `require_removal`.
        Refused: nobody could sign in as an owner any more; the transaction must be rolled back.
    """
    before = tx.roles.lock_owners()
    require_removal(tx, actor, group)
    members, noted = tx.groups.count_members(group.id), tx.groups.member_ids(group.id, most=MOST_NOTED)
    tx.roles.withdraw_all(HolderKind.GROUP, group.id)
    if not tx.groups.remove(group.id):
        raise Refused(GONE)
    roles.require_an_owner(tx, before, settings)
    for user_id in noted:
        audit.record(tx, Event.GROUP_MEMBER_REMOVED, user_id=user_id, group=group.name, group_id=group.id)
    audit.record(tx, Event.GROUP_REMOVED, group=group.name, group_id=group.id, members=members)


def require_removal(tx: Transaction, actor: Actor, group: Group) -> None:
    """Require what removing this group needs beyond changing it.

    Raises:
        Forbidden: the sign-in policy has a rule for it, or a member holds a role, and the actor may not change these.
    """
    _require(tx, actor, group)
    if present_rules(tx).get(RuleKind.GROUP, group.id):
        actor.require(Permission.CHANGE_POLICY)
    if tx.roles.are_among(group.id):
        actor.require(Permission.CHANGE_ROLES)


def add_member(tx: Transaction, actor: Actor, group: Group, user: User, settings: Settings) -> bool:
    """Add a person; False when they are a member already.

    Raises:
        Forbidden: the group or the person holds a role, and the actor is no owner.
        Refused: by the group's rule of the sign-in policy no owner could sign in any more.
    """
    ruled = present_rules(tx).get(RuleKind.GROUP, group.id) is not None
    owners = tx.roles.lock_owners() if ruled else frozenset[str]()
    if tx.groups.lock(group.id) is None:  # before its roles are read: it may be given one at this moment
        raise Refused(GONE)
    _require(tx, actor, group)
    if users.find_to_change(tx, actor, user.id) is None or not tx.groups.add_member(group.id, user.id):
        return False
    if user.id in owners and not is_an_owner_left(tx, settings):
        tx.groups.remove_member(group.id, user.id)
        raise Refused(LAST_OWNER)
    audit.record(tx, Event.GROUP_MEMBER_ADDED, user_id=user.id, group=group.name, group_id=group.id)
    notify(tx, user, Notice.ADDED_TO_GROUP)
    return True


def remove_member(tx: Transaction, actor: Actor, group: Group, user: User, settings: Settings) -> bool:
    """Remove a person; False when they are no member. Raises as `add_member`, and `Refused` as `remove`."""
    before = tx.roles.lock_owners()
    _require(tx, actor, group)
    if users.find_to_change(tx, actor, user.id) is None or not tx.groups.remove_member(group.id, user.id):
        return False
    roles.require_an_owner(tx, before, settings)
    audit.record(tx, Event.GROUP_MEMBER_REMOVED, user_id=user.id, group=group.name, group_id=group.id)
    return True


def roles_of(tx: Transaction, group: Group) -> list[Role]:
    """Return the roles that all members of a group have, in order."""
    return sorted(tx.roles.of_holder(HolderKind.GROUP, group.id))


def digest_members(tx: Transaction, group: Group) -> str:
    """Return a text that is another one after any change of the members."""
    count, ids = tx.groups.count_members(group.id), tx.groups.member_ids(group.id, most=MOST_COMPARED)
    return digest(f"{count} {' '.join(sorted(ids))}")


def describe_removal(tx: Transaction, group: Group) -> list[Text]:
    """Return what removing a group ends, its roles apart: memberships, policy rules, claims of apps, use of apps."""
    members = plural(
        "{count} person is a member. The account stays.",
        "{count} people are members. Their accounts stay.",
        count=tx.groups.count_members(group.id),
    )
    has_rule = present_rules(tx).get(RuleKind.GROUP, group.id) is not None
    rule = [Text("Its rule of the sign-in policy does not count any more.")] if has_rule else []
    claim_apps = claim_mappings.apps_that_use_group(tx, group)
    restricted_apps = [
        app for app in tx.clients.restricted(limit=claim_mappings.MOST_APPS) if group.id in app.allowed_group_ids
    ]
    return [
        members,
        *rule,
        *(Text("The app {app} is told nothing by it any more.", app=app.client_name) for app in claim_apps),
        *(
            Text("The app {app} may not be used because of it any more.", app=app.client_name)
            for app in restricted_apps
        ),
    ]


def _require(tx: Transaction, actor: Actor, group: Group) -> None:
    actor.require(Permission.CHANGE_ROLES if roles_of(tx, group) else Permission.CHANGE_PEOPLE)


def _checked(tx: Transaction, name: str, description: str, present: Group | None = None) -> tuple[str, str]:
    """Return name and description as they are stored; raises `Refused`."""
    name, description = name.strip(), description.strip()
    if not is_name(name):
        raise Refused(BAD_NAME)
    if len(description) > LONGEST_DESCRIPTION or not description.isprintable():
        raise Refused(BAD_DESCRIPTION)
    found = tx.groups.by_name(name)
    if found and (present is None or found.id != present.id):
        raise Refused(NAME_TAKEN)
    return name, description
