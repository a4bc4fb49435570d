"""Attributes of people: what is declared for everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from idp.admin import Refused, attributes
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.responses import Confirmation
from idp.kernel.text import Text
from idp.persistence.attributes import Attribute, AttributeKind
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.choices import options
from idp.web.forms import is_checked, single_value

blueprint = Blueprint("attributes", __name__)

NEW = f"{console_paths.ATTRIBUTES}/new"
ATTRIBUTE = f"{console_paths.ATTRIBUTES}/<name>"
LONGEST_CHOICES = 20_000
KINDS = {
    AttributeKind.TEXT: Text("Text"),
    AttributeKind.NUMBER: Text("Number"),
    AttributeKind.BOOLEAN: Text("Yes or no"),
    AttributeKind.CHOICE: Text("One of a list"),
    AttributeKind.LIST: Text("Several texts"),
}
NOTICES = {
    "added": Text("The attribute was added. It is on the page of each person now."),
    "changed": Text("The attribute was changed."),
    "removed": Text("The attribute was removed, with all values of it."),
}


@blueprint.get(console_paths.ATTRIBUTES)
@views(Permission.VIEW_PEOPLE)
def list_attributes(tx: Transaction, admin: Admin) -> Response:
    """Show all attributes."""
    may_change = admin.may(Permission.CHANGE_PEOPLE)
    return responses.render(
        admin,
        "console/attributes.html",
        notices=NOTICES,
        attributes=[_row(each) for each in tx.attributes.all()],
        new_href=NEW if may_change else None,
        may_change=may_change,
        back_href=console_paths.GROUPS,
    )


@blueprint.get(NEW)
@views(Permission.CHANGE_PEOPLE)
def show_new(_: Transaction, admin: Admin) -> Response:
    """Show the empty form."""
    return _form(admin, Attribute("", "", AttributeKind.TEXT), new=True)


@blueprint.post(NEW)
@changes(Permission.CHANGE_PEOPLE)
def add_attribute(tx: Transaction, admin: Admin) -> Response:
    """Declare an attribute."""
    wanted = _typed(single_value(request.form, "name").strip(), single_value(request.form, "kind"))
    try:
        attributes.declare(tx, admin.actor, wanted)
    except Refused as error:
        return _form(admin, wanted, new=True, error=error)
    return responses.redirect_done(console_paths.ATTRIBUTES, "added")


@blueprint.get(ATTRIBUTE)
@views(Permission.CHANGE_PEOPLE)
def show_attribute(tx: Transaction, admin: Admin, name: str) -> Response:
    """Show what can be changed of an attribute."""
    return _form(admin, tx.attributes.by_name(name) or abort(404))


@blueprint.post(ATTRIBUTE)
@changes(Permission.CHANGE_PEOPLE)
def change_attribute(tx: Transaction, admin: Admin, name: str) -> Response:
    """Store title, choices and visibility."""
    present = tx.attributes.by_name(name) or abort(404)
    wanted = _typed(name, present.kind)
    try:
        attributes.change(tx, admin.actor, wanted)
    except Refused as error:
        return _form(admin, wanted, error=error)
    return responses.redirect_done(console_paths.ATTRIBUTES, "changed")


@blueprint.get(f"{ATTRIBUTE}/remove")
@views(Permission.CHANGE_PEOPLE, recent=True)
def ask_to_remove(tx: Transaction, admin: Admin, name: str) -> Response:
    """Say what is lost."""
    attribute = tx.attributes.by_name(name) or abort(404)
    question = Confirmation(
        question=Text("Remove the attribute {title}?", title=attribute.title),
        lead=Text("This cannot be undone."),
        points=[Text("The value that people have of it is erased.")],
        button=Text("Remove the attribute"),
        back=console_paths.ATTRIBUTES,
    )
    return responses.confirm(admin, question)


@blueprint.post(f"{ATTRIBUTE}/remove")
@changes(Permission.CHANGE_PEOPLE, recent=True)
def remove_attribute(tx: Transaction, admin: Admin, name: str) -> Response:
    """Remove an attribute with all values."""
    if not attributes.remove(tx, admin.actor, name):
        abort(404)
    return responses.redirect_done(console_paths.ATTRIBUTES, "removed")


def _typed(name: str, kind: str) -> Attribute:
    lines = single_value(request.form, "choices", longest=LONGEST_CHOICES).splitlines()
    choices = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    title, visible = single_value(request.form, "title").strip(), is_checked(request.form, "visible")
    return Attribute(name, title, kind, choices, visible)


def _form(admin: Admin, shown: Attribute, *, new: bool = False, error: Refused | None = None) -> Response:
    return responses.render(
        admin,
        "console/attribute_form.html",
        errors=error.fields if error else None,
        title=Text("New attribute") if new else Text("Change the attribute {title}", title=shown.title),
        new=new,
        attribute={"name": shown.name, "title": shown.title, "visible": shown.visible},
        has_choices=new or shown.kind == AttributeKind.CHOICE,
        choices="\n".join(shown.choices),
        kinds=options(KINDS, shown.kind),
        back_href=console_paths.ATTRIBUTES,
    )


def _row(attribute: Attribute) -> dict[str, Any]:
    path = f"{console_paths.ATTRIBUTES}/{attribute.name}"
    return {
        "name": attribute.name,
        "title": attribute.title,
        "kind": KINDS[AttributeKind(attribute.kind)],
        "visible": attribute.visible,
        "href": path,
        "remove_href": f"{path}/remove",
    }
