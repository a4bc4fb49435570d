"""One group: its members and its roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, abort, request

from idp.admin import groups, roles
from idp.admin.permissions import Permission
from idp.admin.policy.words import join_texts
from idp.console import guard, paging, responses
from idp.console.guard import Admin, changes, views
from idp.console.responses import Confirmation
from idp.console.role_texts import ROLE_TEXTS
from idp.kernel.text import Text, plural
from idp.persistence import people_lists
from idp.persistence.groups import Group
from idp.persistence.keyset import Key, Page, Position
from idp.persistence.people_lists import PeopleFilter, PeopleOrder
from idp.persistence.roles import Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import CLOSED, User
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import is_checked, single_value

blueprint = Blueprint("group", __name__)

GROUP = console_paths.group_path("<group_id>")
MEMBERS = f"{GROUP}/members"
ROLES = f"{GROUP}/roles/<role>"
CONFIRMED = "confirmed"
SEEN = "seen"
NAMED = 10
"""Members that a question names."""
MEMBERS_CHANGED = Text("The members changed in the meantime. Look at who gets the role now.")
NOBODY = Text("There is nobody with this user name or address.")
NOTICES = {
    "added": Text("The group was added. Now add its members."),
    "changed": Text("The group was changed."),
    "member-added": Text("The member was added."),
    "member-there": Text("This person is a member already."),
    "member-removed": Text("The member was removed."),
    "role-given": Text("The role was given to all members of this group."),
    "role-withdrawn": Text("The role was withdrawn."),
}


@blueprint.get(GROUP)
@views(Permission.VIEW_PEOPLE)
def show_group(tx: Transaction, admin: Admin, group_id: str) -> Response:
    """Show the members, and the roles that they have by this group."""
    return _render(tx, admin, tx.groups.by_id(group_id) or abort(404))


@blueprint.post(f"{MEMBERS}/add")
@changes(Permission.CHANGE_PEOPLE)
def add_member(tx: Transaction, admin: Admin, group_id: str) -> Response:
    """Add the person of a user name or address; ask first if the group holds a role."""
    group, held = _find(tx, admin, group_id)
    who = single_value(request.form, "who").strip()
    user = tx.users.by_identifier(who) if who else None
    if user is None or user.status == CLOSED:
        return _render(tx, admin, group, error=NOBODY, who=who)
    if held and not is_checked(request.form, CONFIRMED):
        return _ask_about(
            admin,
            group,
            held,
            question=Text("Add {name} to {group}?", name=user.display_name, group=group.name),
            point=Text("{name} gets the role “{role}”."),
            user=user,
            button=Text("Add"),
        )
    done = "member-added" if groups.add_member(tx, admin.actor, group, user, services().settings) else "member-there"
    return responses.redirect_done(console_paths.group_path(group.id), done)


@blueprint.post(f"{MEMBERS}/<person:user_id>/remove")
@changes(Permission.CHANGE_PEOPLE)
def remove_member(tx: Transaction, admin: Admin, group_id: str, user_id: str) -> Response:
    """Remove a member; ask first if the group holds a role."""
    group, held = _find(tx, admin, group_id)
    user = tx.users.by_id(user_id) or abort(404)
    if held and not is_checked(request.form, CONFIRMED):
        return _ask_about(
            admin,
            group,
            held,
            question=Text("Remove {name} from {group}?", name=user.display_name, group=group.name),
            point=Text("{name} loses the role “{role}”, unless it is theirs in another way, too."),
            user=user,
            button=Text("Remove"),
        )
    groups.remove_member(tx, admin.actor, group, user, services().settings)
    return responses.redirect_done(console_paths.group_path(group.id), "member-removed")


@blueprint.get(f"{ROLES}/give")
@views(Permission.CHANGE_ROLES, recent=True)
def ask_to_give(tx: Transaction, admin: Admin, group_id: str, role: str) -> Response:
    """Say who would get what."""
    return _ask_to_give(tx, admin, tx.groups.by_id(group_id) or abort(404), _role(role))


@blueprint.post(f"{ROLES}/give")
@changes(Permission.CHANGE_ROLES, recent=True)
def give_role(tx: Transaction, admin: Admin, group_id: str, role: str) -> Response:
    """Give a role to all members; ask again when these are not those of the question."""
    group = tx.groups.lock(group_id) or abort(404)
    if single_value(request.form, SEEN) != groups.digest_members(tx, group):
        return _ask_to_give(tx, admin, group, _role(role), error=MEMBERS_CHANGED)
    roles.grant_to_group(tx, admin.actor, group, _role(role))
    return responses.redirect_done(console_paths.group_path(group.id), "role-given")


@blueprint.get(f"{ROLES}/withdraw")
@views(Permission.CHANGE_ROLES, recent=True)
def ask_to_withdraw(tx: Transaction, admin: Admin, group_id: str, role: str) -> Response:
    """Say who would lose what."""
    group, title = tx.groups.by_id(group_id) or abort(404), ROLE_TEXTS[_role(role)][0]
    count = tx.groups.count_members(group.id)
    members = plural("{count} person loses it.", "{count} people lose it.", count=count)
    kept = Text("Those who have it in another way, too, keep it.")
    return _ask_role(
        admin, group, Text("Withdraw the role “{role}” from {group}?", role=title, group=group.name), members, kept
    )


@blueprint.post(f"{ROLES}/withdraw")
@changes(Permission.CHANGE_ROLES, recent=True)
def withdraw_role(tx: Transaction, admin: Admin, group_id: str, role: str) -> Response:
    """Withdraw a role from all members."""
    group = tx.groups.by_id(group_id) or abort(404)
    roles.withdraw_from_group(tx, admin.actor, group, _role(role), services().settings)
    return responses.redirect_done(console_paths.group_path(group.id), "role-withdrawn")


def _find(tx: Transaction, admin: Admin, group_id: str) -> tuple[Group, list[Role]]:
    """Return a group to change with its roles; whoever changes who holds a role has signed in recently."""
    group = groups.find_to_change(tx, admin.actor, group_id) or abort(404)
    held = groups.roles_of(tx, group)
    if held:
        guard.require(tx, Permission.CHANGE_ROLES, recent=True, back=console_paths.group_path(group.id))
    return group, held


def _role(name: str) -> Role:
    return next((role for role in Role if role == name), None) or abort(404)


def _ask_about(
    admin: Admin, group: Group, held: list[Role], *, question: Text, point: Text, user: User, button: Text
) -> Response:
    """Ask before somebody gets or loses a role."""
    name = user.display_name
    confirmation = Confirmation(
        question=question,
        lead=Text("This group holds a role, so its members are administrators."),
        points=[point.with_values(name=name, role=ROLE_TEXTS[role][0]) for role in held],
        button=button,
        back=console_paths.group_path(group.id),
        fields=[(CONFIRMED, "1"), ("who", user.username)],
    )
    return responses.confirm(admin, confirmation)


def _ask_to_give(tx: Transaction, admin: Admin, group: Group, role: Role, *, error: Text | None = None) -> Response:
    """Ask, naming the first members; the form holds who they all are."""
    title, text = ROLE_TEXTS[role]
    count = tx.groups.count_members(group.id)
    members = tx.people.page(PeopleFilter(group_id=group.id), Position(), limit=NAMED, order=PeopleOrder.USERNAME)
    first = [user.display_name for user in members.records]
    points: list[str] = [plural("{count} person gets it.", "{count} people get it.", count=count)]
    points += [Text("These are the first of them: {names}.", names=join_texts(first))] if count > NAMED else []
    points += [join_texts(first)] if first and count <= NAMED else []
    question = Text("Give the role “{role}” to {group}?", role=title, group=group.name)
    seen = [(SEEN, groups.digest_members(tx, group))]
    return _ask_role(admin, group, question, *points, text, fields=seen, error=error)


def _ask_role(
    admin: Admin,
    group: Group,
    question: Text,
    *points: str,
    fields: Sequence[tuple[str, str]] = (),
    error: Text | None = None,
) -> Response:
    confirmation = Confirmation(
        question=question,
        lead=Text("A role of a group is held by all of its members, those of today and those to come."),
        points=points,
        button=Text("Go on"),
        back=console_paths.group_path(group.id),
        fields=fields,
    )
    return responses.confirm(admin, confirmation, status=409 if error else 200, error=error)


def _render(tx: Transaction, admin: Admin, group: Group, *, error: Text | None = None, who: str = "") -> Response:
    search = single_value(request.args, "search", longest=320).strip()
    page, key = _page(tx, group, search)
    held, path = groups.roles_of(tx, group), console_paths.group_path(group.id)
    may_change = admin.may(Permission.CHANGE_ROLES if held else Permission.CHANGE_PEOPLE)
    return responses.render(
        admin,
        "console/group.html",
        error=("who", error) if error else None,
        notices=NOTICES,
        action=path,
        group={"name": group.name, "description": group.description},
        members=[_member(user, path) for user in page.records],
        links=paging.links(page, key),
        search=search,
        who=who,
        may_change=may_change,
        owners_only=bool(held) and not may_change,
        roles=[_role_row(role, path, "withdraw") for role in held],
        more_roles=[_role_row(role, path, "give") for role in Role if role not in held],
        may_change_roles=admin.may(Permission.CHANGE_ROLES),
        add_action=f"{path}/members/add",
        name_href=f"{path}/name",
        remove_href=f"{path}/remove",
        back_href=console_paths.GROUPS,
    )


def _page(tx: Transaction, group: Group, search: str) -> tuple[Page[User], Callable[[User], Key]]:
    """Return a page of the members, and the key of one of them in this order."""
    wanted, order = PeopleFilter(prefix=search, group_id=group.id), PeopleOrder.USERNAME
    kinds = people_lists.FOUND_KEY_TYPES if search else people_lists.KEY_TYPES[order]
    page = tx.people.page(wanted, paging.position(kinds), limit=paging.PAGE, order=order)
    return page, lambda user: people_lists.key_of(user, wanted, order)


def _member(user: User, path: str) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.display_name,
        "email": user.email,
        "active": user.active,
        "href": console_paths.person_path(user.id),
        "remove_action": f"{path}/members/{user.id}/remove",
    }


def _role_row(role: Role, path: str, what: str) -> dict[str, str]:
    return {"title": ROLE_TEXTS[role][0], "text": ROLE_TEXTS[role][1], "href": f"{path}/roles/{role}/{what}"}
