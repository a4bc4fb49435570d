"""The attributes of one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from idp.admin import Refused, attributes
from idp.admin.attributes import NO, YES, value_text
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.find import find_person
from idp.kernel.text import Text
from idp.persistence.attributes import Attribute, AttributeKind
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web import console_paths
from idp.web.choices import options
from idp.web.forms import single_value

blueprint = Blueprint("person_attributes", __name__)

PATH = console_paths.person_attributes_path("<person:user_id>")
FIELD = "attribute-"
"""Begins the names of the fields: no attribute is mistaken for another field of a form."""
LONGEST_TEXT = 20_000
NOT_SET = Text("Not set")
NOTICES = {"changed": Text("The attributes were changed.")}


@blueprint.get(PATH)
@views(Permission.CHANGE_PEOPLE)
def show_form(tx: Transaction, admin: Admin, user_id: str) -> Response:
    """Show the values that the person has."""
    return _render(tx, admin, find_person(tx, admin, user_id))


@blueprint.post(PATH)
@changes(Permission.CHANGE_PEOPLE)
def change_values(tx: Transaction, admin: Admin, user_id: str) -> Response:
    """Store what was typed."""
    user = find_person(tx, admin, user_id)
    typed = {
        name.removeprefix(FIELD): single_value(request.form, name, longest=LONGEST_TEXT)
        for name in request.form
        if name.startswith(FIELD)
    }
    try:
        attributes.set_values(tx, user, typed)
    except Refused as error:
        return _render(tx, admin, user, typed=typed, error=error)
    return responses.redirect_done(console_paths.person_attributes_path(user.id), "changed")


def _render(
    tx: Transaction,
    admin: Admin,
    user: User,
    *,
    typed: Mapping[str, str] | None = None,
    error: Refused | None = None,
) -> Response:
    shown = {name: value_text(value) for name, value in user.attributes.items()} | dict(typed or {})
    return responses.render(
        admin,
        "console/person_attributes.html",
        errors={FIELD + name: text for name, text in error.fields.items()} if error else None,
        notices=NOTICES,
        name=user.display_name,
        attributes=[_field(each, shown.get(each.name, "")) for each in tx.attributes.all()],
        declare_href=console_paths.ATTRIBUTES,
        back_href=console_paths.person_path(user.id),
    )


def _field(attribute: Attribute, value: str) -> dict[str, Any]:
    titles: dict[str, str] = {}
    if attribute.kind == AttributeKind.BOOLEAN:
        titles = {YES: Text("Yes"), NO: Text("No")}
    if attribute.kind == AttributeKind.CHOICE:
        titles = {choice: choice for choice in ([value] if value else []) + attribute.choices}
    return {
        "field": FIELD + attribute.name,
        "title": attribute.title,
        "kind": attribute.kind,
        "value": value,
        "options": options(titles, value, without=NOT_SET),
    }
