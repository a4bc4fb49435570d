"""Who may use an app: everybody, or chosen people and groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from idp.admin import Refused, client_access
from idp.admin.client_rules import Registration
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.find import find_client
from idp.kernel.text import Text
from idp.login.forms.errors import STALE_FORM
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import FieldError

blueprint = Blueprint("access", __name__)

PATH = console_paths.app_part_path("<client:client_id>", "access")
CHOICES: Mapping[str, Callable[[Transaction, Client, str], Registration]] = {
    "who": lambda _, client, who: client_access.set_access(client, who),
    "person": client_access.add_person,
    "group": client_access.add_group,
    "remove-person": client_access.remove_person,
    "remove": lambda _, client, one_id: client_access.remove_id(client, one_id),
}
"""Form of the page -> the registration that it asks for."""
FIELDS = {"remove-person": "person"}
"""Form -> its field, where that is not of the same name."""
NOTICES = {"saved": Text("Saved. It counts from the next sign-in on.")}
LONGEST = 320


@blueprint.get(PATH)
@views(Permission.VIEW_APPS, recent=True)
def show_page(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show who may use the app."""
    return _page(tx, admin, find_client(tx, client_id))


@blueprint.post(PATH)
@changes(Permission.CHANGE_APPS, recent=True)
def save_choice(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Do what one of the page's forms says."""
    client, form = find_client(tx, client_id, lock=True), request.form.get("form", "")
    if form not in CHOICES:
        return _page(tx, admin, client, ("form", STALE_FORM))
    try:
        wanted = CHOICES[form](tx, client, _typed(FIELDS.get(form, form)))
        client_access.store(tx, client, wanted, services().entropy, services().settings)
    except Refused as refused:
        return _page(tx, admin, client, (FIELDS.get(form, form), refused.text))
    return responses.redirect_done(request.path, "saved")


def _page(tx: Transaction, admin: Admin, client: Client, error: FieldError | None = None) -> Response:
    found = client_access.load_chosen(tx, client)
    return responses.render(
        admin,
        "console/apps/access.html",
        error=error,
        notices=NOTICES,
        app={"name": client.client_name, "id": client.client_id},
        restricted=client.restricted,
        people=[{"id": user.id, "name": user.display_name, "detail": user.username} for user in found.people],
        sees_people=admin.may(Permission.VIEW_PEOPLE),
        groups=[{"id": group.id, "name": group.name} for group in found.groups],
        typed={name: _typed(name) if error else "" for name in ("person", "group")},
        may_change=admin.may(Permission.CHANGE_APPS),
        back_href=console_paths.app_path(client.client_id),
    )


def _typed(field: str) -> str:
    return single_value(request.form, field, longest=LONGEST).strip()
