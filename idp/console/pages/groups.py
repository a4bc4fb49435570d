"""The list of groups, a new one, and its name."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.admin import Refused, groups
from idp.admin.permissions import Permission
from idp.console import paging, responses
from idp.console.guard import Admin, changes, views
from idp.console.responses import Confirmation
from idp.console.role_texts import ROLE_TEXTS
from idp.kernel.text import Text
from idp.persistence.groups import Group
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import single_value

blueprint = Blueprint("groups", __name__)

NEW = f"{console_paths.GROUPS}/new"
GROUP = console_paths.group_path("<group_id>")
NOTICES = {"removed": Text("The group was removed.")}


@blueprint.get(console_paths.GROUPS)
@views(Permission.VIEW_PEOPLE)
def list_groups(tx: Transaction, admin: Admin) -> Response:
    """Show groups by name, with the number of their members."""
    search = single_value(request.args, "search", longest=groups.LONGEST_NAME).strip()
    page = tx.groups.page(paging.position((str,)), limit=paging.PAGE, prefix=search)
    counts = tx.groups.member_counts([group.id for group in page.records], most=groups.MOST_COUNTED + 1)
    return responses.render(
        admin,
        "console/groups.html",
        notices=NOTICES,
        groups=[_row(group, counts[group.id]) for group in page.records],
        links=paging.links(page, lambda group: (group.name_key,)),
        search=search,
        new_href=NEW if admin.may(Permission.CHANGE_PEOPLE) else None,
        attributes_href=console_paths.ATTRIBUTES,
    )


@blueprint.get(NEW)
@views(Permission.CHANGE_PEOPLE)
def show_new(_: Transaction, admin: Admin) -> Response:
    """Show the empty form."""
    return _form(admin)


@blueprint.post(NEW)
@changes(Permission.CHANGE_PEOPLE)
def add_group(tx: Transaction, admin: Admin) -> Response:
    """Add a group, and show its page."""
    name, description = _typed()
    try:
        group = groups.add(tx, admin.actor, services().entropy, name=name, description=description)
    except Refused as error:
        return _form(admin, error=error.text, typed=(name, description))
    return responses.redirect_done(console_paths.group_path(group.id), "added")


@blueprint.get(f"{GROUP}/name")
@views(Permission.CHANGE_PEOPLE)
def show_name(tx: Transaction, admin: Admin, group_id: str) -> Response:
    """Show name and description to be changed."""
    return _form(admin, _find(tx, admin, group_id))


@blueprint.post(f"{GROUP}/name")
@changes(Permission.CHANGE_PEOPLE)
def change_name(tx: Transaction, admin: Admin, group_id: str) -> Response:
    """Store name and description."""
    group = _find(tx, admin, group_id)
    name, description = _typed()
    try:
        groups.change(tx, admin.actor, group, name=name, description=description)
    except Refused as error:
        return _form(admin, group, error=error.text, typed=(name, description))
    return responses.redirect_done(console_paths.group_path(group.id), "changed")


@blueprint.get(f"{GROUP}/remove")
@views(Permission.CHANGE_PEOPLE, recent=True)
def ask_to_remove(tx: Transaction, admin: Admin, group_id: str) -> Response:
    """Name what removing the group ends."""
    group = _find(tx, admin, group_id)
    groups.require_removal(tx, admin.actor, group)
    lost = [
        Text("Its members lose the role “{role}”.", role=ROLE_TEXTS[role][0]) for role in groups.roles_of(tx, group)
    ]
    question = Confirmation(
        question=Text("Remove the group {group}?", group=group.name),
        lead=Text("This cannot be undone. A new group of the same name would begin empty."),
        points=[*groups.describe_removal(tx, group), *lost],
        button=Text("Remove the group"),
        back=console_paths.group_path(group.id),
    )
    return responses.confirm(admin, question)


@blueprint.post(f"{GROUP}/remove")
@changes(Permission.CHANGE_PEOPLE, recent=True)
def remove_group(tx: Transaction, admin: Admin, group_id: str) -> Response:
    """Remove the group."""
    groups.remove(tx, admin.actor, _find(tx, admin, group_id), services().settings)
    return responses.redirect_done(console_paths.GROUPS, "removed")


def _find(tx: Transaction, admin: Admin, group_id: str) -> Group:
    return groups.find_to_change(tx, admin.actor, group_id) or abort(404)


def _typed() -> tuple[str, str]:
    return single_value(request.form, "name").strip(), single_value(request.form, "description").strip()


def _form(
    admin: Admin, group: Group | None = None, *, error: str | None = None, typed: tuple[str, str] | None = None
) -> Response:
    name, description = typed or ((group.name, group.description) if group else ("", ""))
    field = "description" if error == groups.BAD_DESCRIPTION else "name"
    return responses.render(
        admin,
        "console/group_form.html",
        error=(field, error) if error else None,
        title=Text("Change the group {group}", group=group.name) if group else Text("New group"),
        values={"name": name, "description": description},
        longest={"name": groups.LONGEST_NAME, "description": groups.LONGEST_DESCRIPTION},
        back_href=console_paths.group_path(group.id) if group else console_paths.GROUPS,
    )


def _row(group: Group, count: int) -> dict[str, str | int]:
    most = groups.MOST_COUNTED
    members = Text("more than {count}", count=most) if count > most else count
    return {
        "name": group.name,
        "href": console_paths.group_path(group.id),
        "description": group.description,
        "members": members,
    }
