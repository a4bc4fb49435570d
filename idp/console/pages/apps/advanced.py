"""The form of every optional member of an app's registration, in groups; `admin.client_members` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from idp.admin import clients
from idp.admin.client_member import Kind, Member, MemberGroup, MemberValue
from idp.admin.client_members import MEMBER_GROUPS, MEMBERS, PROFILE_TEXTS, with_members
from idp.admin.clients import NothingChanged, RegistrationRefused
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.apps.fields import READERS
from idp.console.pages.apps.sentences import ADVANCED_TEXT, ADVANCED_TITLE, ELSEWHERE, NOT_SET
from idp.console.pages.find import find_client
from idp.console.responses import Confirmation
from idp.kernel.text import Text
from idp.persistence.client_metadata import DEFAULTS, ClientMetadata
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.pages import translate

blueprint = Blueprint("advanced", __name__)

PATH = console_paths.app_part_path("<client:client_id>", "advanced")
INPUTS = {
    Kind.TEXT: "text", Kind.ADDRESS: "text", Kind.CHOICE: "choice", Kind.FLAG: "tick",
    Kind.LIST: "lines", Kind.ADDRESSES: "lines",
}  # fmt: skip
"""Kind of member -> how the form shows it."""
PROFILE = "security_profile"
CONFIRMED = "ids_confirmed"


@blueprint.get(PATH)
@views(Permission.VIEW_APPS, recent=True)
def show_form(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show what the app is registered for."""
    client = find_client(tx, client_id)
    return _form(admin, client, client.metadata, {})


@blueprint.post(PATH)
@changes(Permission.CHANGE_APPS, recent=True)
def save_form(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Store what the form has."""
    client = find_client(tx, client_id, lock=True)
    members = with_members(client.metadata, {name: _read(member) for name, member in MEMBERS.items()})
    wanted = replace(clients.registration_of(client), metadata=members)
    back = console_paths.app_path(client_id)
    if members.subject_type != client.metadata.subject_type and CONFIRMED not in request.form:
        return responses.confirm(admin, _ids_question(client))
    try:
        clients.change(tx, client, wanted, services().entropy, attesting=services().settings.attesting)
    except NothingChanged:
        return responses.redirect_done(back, "unchanged")
    except RegistrationRefused as refused:
        return _form(admin, client, members, _place(refused))
    return responses.redirect_done(back, "advanced")


def _ids_question(client: Client) -> Confirmation:
    """Return what follows from another type of ids; the form is sent again with the answer."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf"]
    return Confirmation(
        question=Text("Give everybody a new id in {app}?", app=client.client_name),
        lead=Text("You chose another type of ids (subject_type)."),
        points=(
            Text("{app} gets another id (sub) for each person from the next sign-in on.", app=client.client_name),
            Text("Unless it finds its accounts by email address, people get new, empty accounts there."),
        ),
        button=Text("Save, and change the ids"),
        back=console_paths.app_part_path(client.client_id, "advanced"),
        fields=(*typed, (CONFIRMED, "1")),
    )


def _read(member: Member) -> MemberValue:
    value = READERS[INPUTS[member.kind]](request.form, member.name)
    return list(value) if member.is_list else value


def _place(refused: RegistrationRefused) -> dict[str, str]:
    """Return each fault beside its field; above the form stand all that must be changed on another page first."""
    own, elsewhere = dict[str, str](), list[str]()
    for problem in refused.problems:
        if problem.field in MEMBERS:
            own.setdefault(problem.field, problem.text)
        else:
            elsewhere.append(problem.text)
    if elsewhere:
        own["form"] = " ".join(map(translate, dict.fromkeys((*elsewhere, ELSEWHERE))))
    return own


def _form(admin: Admin, client: Client, members: ClientMetadata, errors: Mapping[str, str]) -> Response:
    return responses.render(
        admin,
        "console/apps/advanced.html",
        errors=errors,
        app={"name": client.client_name, "id": client.client_id},
        section={"title": ADVANCED_TITLE, "text": ADVANCED_TEXT},
        groups=[_group(group, members, errors) for group in MEMBER_GROUPS],
        may_change=admin.may(Permission.CHANGE_APPS),
        back_href=console_paths.app_path(client.client_id),
    )


def _group(group: MemberGroup, members: ClientMetadata, errors: Mapping[str, str]) -> dict[str, Any]:
    """Return one part of the form; it is open when there is something to see in it."""
    fields = [_field(member, getattr(members, member.name)) for member in group.members]
    is_set = any(getattr(members, each.name) != getattr(DEFAULTS, each.name) for each in group.members)
    wrong = any(each.name in errors for each in group.members)
    return {"title": group.title, "fields": fields, "open": is_set or wrong or group is MEMBER_GROUPS[0]}


def _field(member: Member, value: MemberValue) -> dict[str, Any]:
    empty = () if getattr(DEFAULTS, member.name) else (("", NOT_SET),)
    options = [*empty, *((each, each) for each in member.values)]
    return {
        "name": member.name,
        "kind": "profiles" if member.name == PROFILE else INPUTS[member.kind],
        "label": member.title,
        "hint": member.help,
        "value": "\n".join(value) if isinstance(value, list) else "" if value is None else value,
        "options": [
            {"value": name, "title": title, "text": PROFILE_TEXTS.get(name), "chosen": name == (value or "")}
            for name, title in options
        ],
    }
